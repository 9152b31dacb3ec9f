"""The tree of an expression: frozen nodes, named as the specification names the forms (spec 02 §2.2, §2.3).

Forms that a text chains without end (`a.b.c`, `a | b | c`, `a || b`, `a && b`) are one node with many parts; so the
depth of a tree is the depth of the thought, and long chains need no deep stack. Nodes hold no behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias
from typing import Literal as OneOf

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "And",
    "Call",
    "Comparison",
    "Current",
    "ExpressionReference",
    "Field",
    "FilterProjection",
    "Flatten",
    "Index",
    "Literal",
    "MultiSelectHash",
    "MultiSelectList",
    "Node",
    "Not",
    "ObjectProjection",
    "Or",
    "Pipe",
    "Projection",
    "Slice",
    "SubExpression",
    "children",
]

Comparator: TypeAlias = OneOf["==", "!=", "<", "<=", ">", ">="]

# --- Values ---


@dataclass(frozen=True, slots=True)
class Current:
    """`@`, or what stands for it where nothing is written."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A JSON literal or a raw string."""

    value: Any


@dataclass(frozen=True, slots=True)
class Field:
    """A key of the current value."""

    name: str


# --- Steps ---


@dataclass(frozen=True, slots=True)
class SubExpression:
    """`a.b.c`: each step on the value of the one before it; two steps or more."""

    steps: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """`left[n]`."""

    left: Node
    index: int


@dataclass(frozen=True, slots=True)
class Slice:
    """`left[start:stop:step]`; it is always the left side of a projection."""

    left: Node
    start: int | None
    stop: int | None
    step: int | None


@dataclass(frozen=True, slots=True)
class Flatten:
    """`left[]`; it is always the left side of a projection."""

    left: Node


# --- Projections (spec 02 §2.4) ---


@dataclass(frozen=True, slots=True)
class Projection:
    """`left[*]`, and the other forms whose left side gives an array: `right` on each element."""

    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class FilterProjection:
    """`left[?condition]`."""

    left: Node
    condition: Node
    right: Node


@dataclass(frozen=True, slots=True)
class ObjectProjection:
    """`left.*`: `right` on each member of an object."""

    left: Node
    right: Node


# --- Selections ---


@dataclass(frozen=True, slots=True)
class MultiSelectList:
    """`[a, b]`."""

    members: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MultiSelectHash:
    """`{k: a}`."""

    members: tuple[tuple[str, Node], ...]


# --- Operators ---


@dataclass(frozen=True, slots=True)
class Pipe:
    """`a | b`; two stages or more."""

    stages: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """`a || b`; two operands or more."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class And:
    """`a && b`; two operands or more."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`!a`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """`a == b` and the other comparators."""

    operator: Comparator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """`name(a, b)`; `name` is None where what is called has none. `column` is where the name or parenthesis stands."""

    name: str | None
    arguments: tuple[Node, ...]
    column: int


@dataclass(frozen=True, slots=True)
class ExpressionReference:
    """`&a`."""

    expression: Node


Node: TypeAlias = (
    Current
    | Literal
    | Field
    | SubExpression
    | Index
    | Slice
    | Flatten
    | Projection
    | FilterProjection
    | ObjectProjection
    | MultiSelectList
    | MultiSelectHash
    | Pipe
    | Or
    | And
    | Not
    | Comparison
    | Call
    | ExpressionReference
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below a node."""
    return _CHILDREN[node.__class__](node)


_CHILDREN: dict[type[Node], Callable[[Any], tuple[Node, ...]]] = {
    Current: lambda _: (),
    Literal: lambda _: (),
    Field: lambda _: (),
    SubExpression: lambda node: node.steps,
    Index: lambda node: (node.left,),
    Slice: lambda node: (node.left,),
    Flatten: lambda node: (node.left,),
    Projection: lambda node: (node.left, node.right),
    FilterProjection: lambda node: (node.left, node.condition, node.right),
    ObjectProjection: lambda node: (node.left, node.right),
    MultiSelectList: lambda node: node.members,
    MultiSelectHash: lambda node: tuple(child for _, child in node.members),
    Pipe: lambda node: node.stages,
    Or: lambda node: node.operands,
    And: lambda node: node.operands,
    Not: lambda node: (node.operand,),
    Comparison: lambda node: (node.left, node.right),
    Call: lambda node: node.arguments,
    ExpressionReference: lambda node: (node.expression,),
}
