"""A pattern as plain data becomes a tree of nodes.

Keys are split into anchor and name, ordered by phase, texts are read into conditions and ignored list items dropped,
so that nothing of this happens again while deciding (spec 01 §12).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import Finding, LimitExceeded, PolicyError
from kyvernopy.golang.durations import parse_duration
from kyvernopy.golang.text import trim
from kyvernopy.kubernetes.quantities import parse_quantity
from kyvernopy.kubernetes.wildcards import classify, has_wildcard
from kyvernopy.limits import DEFAULT_LIMITS, Limits
from kyvernopy.patterns.anchors import IN_LEDGER, NESTED, PHASE_ONE, Anchor, Key, parse_key
from kyvernopy.patterns.nodes import (
    AllLeaves,
    Boolean,
    Compare,
    Condition,
    ConditionKey,
    EachItem,
    EmptyList,
    EqualityKey,
    ExistenceKey,
    Existing,
    GlobalKey,
    Hole,
    KeyNode,
    Leaf,
    MapNode,
    NegationKey,
    Node,
    Null,
    Number,
    PlainKey,
    Positions,
    PresentKey,
    Range,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Parser", "key_node", "map_node", "parse_text"]


# --- Texts (spec 01 §4.5 to §4.8) ---

END_POINT = r"([-+|]?[0-9]+(?:\.[0-9]+)?[A-Za-z]*)"
OUTSIDE = re.compile(f"{END_POINT}!-{END_POINT}")
INSIDE = re.compile(f"{END_POINT}-{END_POINT}")
OPERATORS = (">=", "<=", ">", "<", "!")


def parse_text(text: str) -> Text:
    """Alternatives between `|`, conditions between `&`; only blanks are trimmed."""
    alternatives = (alternative.strip(" ").split("&") for alternative in text.split("|"))
    return Text(text, tuple(tuple(parse_condition(part.strip(" ")) for part in parts) for parts in alternatives))


def parse_condition(text: str) -> Condition:
    """An operator and its operand, a range, or a text to be equal to."""
    for operator in OPERATORS:
        if text.startswith(operator) and len(text) > 1:  # `>`, `<` and `!` alone are texts
            return _compare(operator, text[len(operator) :])
    for outside, form in ((True, OUTSIDE), (False, INSIDE)):
        if found := form.fullmatch(text):
            low, high = ("<", ">") if outside else (">=", "<=")
            # Each end is read as a whole condition upstream; after a sign of the range no operator can follow.
            return Range(outside, _compare(low, found[1]), _compare(high, found[2]))
    return _compare("", text)


def _compare(operator: str, text: str) -> Compare:
    operand = trim(text)
    return Compare(operator, operand, parse_duration(operand), parse_quantity(operand), classify(operand))


# --- Trees (spec 01 §6) ---


class Parser:
    """Parses one pattern; counts its nodes, and its holes if `is_hole` says which parts are filled in late."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, is_hole: Callable[[Any], bool] | None = None) -> None:
        self.limits = limits
        self.is_hole = is_hole
        self.holes: list[Hole] = []
        self.count = 0

    def parse(self, pattern: Any, depth: int = 0) -> Node:
        """The node of a pattern of any kind."""
        self.count += 1
        self._stay_within_limits(depth)
        if self._is_hole(pattern):
            self.holes.append(Hole(pattern, len(self.holes)))
            return self.holes[-1]
        if isinstance(pattern, dict):
            return map_node(pattern, (self._key(text, below, depth) for text, below in pattern.items()))
        if isinstance(pattern, (list, tuple)):
            return self._list(list(pattern), depth)
        return _leaf(pattern)

    def _is_hole(self, pattern: Any) -> bool:
        """A list is one hole if its first item is one, because that item decides how the list is matched."""
        if self.is_hole is None:
            return False
        return self.is_hole(pattern) or (isinstance(pattern, list) and pattern != [] and self._is_hole(pattern[0]))

    def _stay_within_limits(self, depth: int) -> None:
        if depth > self.limits.pattern_depth:
            raise LimitExceeded("pattern_depth", depth, self.limits.pattern_depth)
        if self.count > self.limits.pattern_nodes:
            raise LimitExceeded("pattern_nodes", self.count, self.limits.pattern_nodes)

    def _list(self, pattern: list[Any], depth: int) -> Node:
        """The first item decides how a list is matched (spec 01 §6.5)."""
        if not pattern:
            return EmptyList(pattern)
        if isinstance(pattern[0], (list, tuple)):
            return Positions(pattern, tuple(self.parse(item, depth + 1) for item in pattern))
        first = self.parse(pattern[0], depth + 1)
        if isinstance(first, MapNode):
            return EachItem(pattern, first)
        return AllLeaves(pattern, _leaf(pattern[0]))

    def _key(self, text: Any, pattern: Any, depth: int) -> KeyNode:
        key = parse_key(text if isinstance(text, str) else str(text))
        return key_node(key, self.below(key, pattern, depth + 1))

    def below(self, key: Key, pattern: Any, depth: int = 0) -> Node:
        """The node below a key; an existence anchor uses all its items, unlike a plain list (spec 01 §6.7)."""
        if key.anchor is Anchor.EXISTENCE and isinstance(pattern, list) and not self._is_hole(pattern):
            return Existing(pattern, tuple(self.parse(item, depth + 1) for item in pattern))
        return self.parse(pattern, depth)


def _leaf(pattern: Any) -> Leaf:
    if isinstance(pattern, str):
        return parse_text(pattern)
    if isinstance(pattern, bool):  # bool before int: True is an int in Python
        return Boolean(pattern)
    if isinstance(pattern, (int, float)):
        return Number(pattern)
    if pattern is None:
        return Null()
    message = f"a pattern holds a value of the type `{type(pattern).__name__}`, which is not of JSON"
    raise PolicyError(
        [Finding("invalid-pattern", "error", message, help="use maps, lists, texts, numbers, booleans and null")]
    )


KEY_NODES: dict[Anchor | None, Callable[[Key, Node], KeyNode]] = {
    Anchor.CONDITION: ConditionKey,
    Anchor.GLOBAL: GlobalKey,
    Anchor.EQUALITY: EqualityKey,
    Anchor.NEGATION: NegationKey,
    Anchor.EXISTENCE: ExistenceKey,
}


def key_node(key: Key, child: Node) -> KeyNode:
    """The node of a key; `*` below a plain key asks only whether the key is there."""
    if key.anchor in KEY_NODES:
        return KEY_NODES[key.anchor](key, child)
    return PresentKey(key, child) if isinstance(child, Text) and child.raw == "*" else PlainKey(key, child)


def map_node(raw: dict[str, Any], keys: Iterable[KeyNode]) -> MapNode:
    """A map of these keys, in the order of evaluation (spec 01 §6.6)."""
    # Code points sort as their UTF-8 bytes do.
    ordered = sorted(keys, key=lambda node: node.key.text)
    first: list[KeyNode] = []
    phase_two: list[KeyNode] = []
    for node in ordered:
        if node.key.anchor not in PHASE_ONE:
            (first if isinstance(node, GlobalKey) or is_anchored(node.child) else phase_two).append(node)
    return MapNode(
        raw,
        phase_one=tuple(node for node in ordered if node.key.anchor in PHASE_ONE),
        phase_two=(*reversed(first), *phase_two),
        ledger=tuple(node.key for node in ordered if node.key.anchor in IN_LEDGER),
        anchored=any(node.key.anchor in NESTED or is_anchored(node.child) for node in ordered),
        expands=any(_expands(node) for node in ordered if node.key.name == "metadata"),
    )


def is_anchored(node: Node) -> bool:
    """Whether there is an anchor that is evaluated as one at or below the node."""
    match node:
        case MapNode():
            return node.anchored
        case EachItem() | AllLeaves() | Positions() | Existing():
            return _raw_is_anchored(node.raw)
        case _:
            return False


def _raw_is_anchored(pattern: Any) -> bool:
    """The same over plain data, because ignored items of a list count here as well; each of them is looked at once."""
    waiting, seen = [pattern], set()
    while waiting:
        part = waiting.pop()
        if not isinstance(part, (dict, list, tuple)) or id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, dict):
            if any(parse_key(str(key)).anchor in NESTED for key in part):
                return True
            waiting.extend(part.values())
        else:
            waiting.extend(part)
    return False


def _expands(metadata: KeyNode) -> bool:
    """Whether labels or annotations need `expand` (spec 01 §5)."""
    if not isinstance(metadata.child, MapNode):
        return False
    tags = (node.child for node in metadata.child.keys if node.key.name in ("labels", "annotations"))
    return any(
        has_wildcard(entry.key.text) or not isinstance(entry.child, Text)
        for tag in tags
        if isinstance(tag, MapNode)
        for entry in tag.keys
    )
