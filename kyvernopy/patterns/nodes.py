"""The tree of a pattern: frozen nodes, named as the specification names what they stand for.

Everything that does not depend on the resource is decided when a node is made. Nodes hold no behaviour: `explain` and
`compile` are two functions that list every node. Each node keeps the part of the pattern that it was made from, so
that the tree prints as its author wrote it; nodes compare by identity, because two equal parts are still two places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from decimal import Decimal

    from kyvernopy.kubernetes.wildcards import Wildcard
    from kyvernopy.patterns.anchors import Key

__all__ = [
    "AllLeaves",
    "Boolean",
    "Compare",
    "Condition",
    "ConditionKey",
    "EachItem",
    "EmptyList",
    "EqualityKey",
    "ExistenceKey",
    "Existing",
    "GlobalKey",
    "Hole",
    "KeyNode",
    "Leaf",
    "MapNode",
    "NegationKey",
    "Node",
    "Null",
    "Number",
    "PlainKey",
    "Positions",
    "PresentKey",
    "Range",
    "Text",
]

# --- Leaves (spec 01 §4) ---


@dataclass(frozen=True, slots=True)
class Compare:
    """One condition of a text: an operator (empty for equal) and its operand, read in every way it can be read."""

    operator: str
    operand: str
    duration: int | None
    quantity: int | Decimal | None
    wildcard: Wildcard


@dataclass(frozen=True, slots=True)
class Range:
    """`low-high`, inclusive, or `low!-high`, outside; each end is a condition of its own."""

    outside: bool
    low: Compare
    high: Compare


Condition: TypeAlias = Compare | Range


@dataclass(frozen=True, slots=True, eq=False)
class Boolean:
    """`true` or `false`."""

    raw: bool


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """An integer or a float; its type decides how a text is compared with it."""

    raw: int | float


@dataclass(frozen=True, slots=True, eq=False)
class Null:
    """`null`: absent, or the zero of a scalar type."""

    raw: None = None


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A string: alternatives, each of which is a conjunction of conditions."""

    raw: str
    alternatives: tuple[tuple[Condition, ...], ...]


Leaf: TypeAlias = Boolean | Number | Null | Text

# --- Lists (spec 01 §6.5) ---


@dataclass(frozen=True, slots=True, eq=False)
class EmptyList:
    """`[]`, which nothing satisfies."""

    raw: list[Any]


@dataclass(frozen=True, slots=True, eq=False)
class EachItem:
    """A list whose first item is a map: every element is matched with it, and further items are ignored."""

    raw: list[Any]
    item: MapNode


@dataclass(frozen=True, slots=True, eq=False)
class AllLeaves:
    """A list whose first item is a scalar: every element must satisfy it, and further items are ignored."""

    raw: list[Any]
    leaf: Leaf


@dataclass(frozen=True, slots=True, eq=False)
class Positions:
    """A list whose first item is a list: items are matched by their place."""

    raw: list[Any]
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Existing:
    """A list below an existence anchor: each item wants some element of its own choice."""

    raw: list[Any]
    items: tuple[Node, ...]


# --- Maps (spec 01 §6.6, §6.7) ---


@dataclass(frozen=True, slots=True, eq=False)
class PlainKey:
    """`key`, or `+(key)` by its literal text; an absent key is matched as null."""

    key: Key
    child: Node

    @property
    def name(self) -> str:
        """The key that is looked up: the whole text, also where it looks like an anchor."""
        return self.key.text


@dataclass(frozen=True, slots=True, eq=False)
class PresentKey:
    """`key: "*"`: the key must be there and not null."""

    key: Key
    child: Node

    @property
    def name(self) -> str:
        """The key that is looked up."""
        return self.key.text


@dataclass(frozen=True, slots=True, eq=False)
class ConditionKey:
    """`(key)`: if it does not match, the enclosing map does not apply."""

    key: Key
    child: Node


@dataclass(frozen=True, slots=True, eq=False)
class GlobalKey:
    """`<(key)`: if the key is there and does not match, the pattern does not apply."""

    key: Key
    child: Node


@dataclass(frozen=True, slots=True, eq=False)
class EqualityKey:
    """`=(key)`: if the key is there, it must match."""

    key: Key
    child: Node


@dataclass(frozen=True, slots=True, eq=False)
class NegationKey:
    """`X(key)`: the key must be absent."""

    key: Key
    child: Node


@dataclass(frozen=True, slots=True, eq=False)
class ExistenceKey:
    """`^(key)`: every item of the pattern is satisfied by some element of the list."""

    key: Key
    child: Node  # `Existing`, unless the pattern is wrong


KeyNode: TypeAlias = PlainKey | PresentKey | ConditionKey | GlobalKey | EqualityKey | NegationKey | ExistenceKey


@dataclass(frozen=True, slots=True, eq=False)
class MapNode:
    """A map: its keys in the two phases of evaluation, each in the order in which they are visited.

    `ledger` has the keys whose absence is noted (spec 01 §6.3). `anchored`: there is an anchor somewhere below.
    `expands`: labels or annotations below hold wildcard keys or values that are no strings (spec 01 §5).
    """

    raw: dict[str, Any]
    phase_one: tuple[KeyNode, ...]
    phase_two: tuple[KeyNode, ...]
    ledger: tuple[Key, ...]
    anchored: bool
    expands: bool

    @property
    def keys(self) -> tuple[KeyNode, ...]:
        """All keys."""
        return self.phase_one + self.phase_two


@dataclass(frozen=True, slots=True, eq=False)
class Hole:
    """A part that is filled in late, because it holds variables; `index` counts the holes of a pattern from 0."""

    raw: Any
    index: int


Node: TypeAlias = Leaf | EmptyList | EachItem | AllLeaves | Positions | Existing | MapNode | Hole
