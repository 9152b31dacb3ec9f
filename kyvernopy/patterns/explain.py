"""The slow walk that says why: which node did not match, where, and in the words of Kyverno (spec 01 §6, §9).

`mismatch` returns None for success and otherwise the error of the node that decided. Its message is made when read,
because the errors below an existence anchor, and those of most skips, are never shown to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from typing_extensions import assert_never

from kyvernopy.golang.text import show, type_name
from kyvernopy.patterns.evaluation import Evaluation
from kyvernopy.patterns.nodes import (
    AllLeaves,
    Boolean,
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
    Text,
)
from kyvernopy.results import Explanation, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kyvernopy.patterns.evaluation import Cache

__all__ = ["Kind", "Mismatch", "explain", "mismatch"]


class Kind(Enum):
    """The kinds of error, each with the prefix of its message (spec 01 §6.2)."""

    CONDITION = "conditional anchor mismatch: "
    GLOBAL = "global anchor mismatch: "
    NEGATION = "negation anchor matched in resource: "
    AGGREGATED_SKIP = ""
    PLAIN = " "  # no prefix either; members of an enum must differ

    @property
    def is_skip(self) -> bool:
        """Whether the pattern does not apply, rather than fails."""
        return self in _SKIPS

    @property
    def is_direct_skip(self) -> bool:
        """Whether an anchor itself did not apply, rather than everything below a node."""
        return self in _DIRECT_SKIPS


_DIRECT_SKIPS = frozenset({Kind.CONDITION, Kind.GLOBAL})
_SKIPS = _DIRECT_SKIPS | {Kind.AGGREGATED_SKIP}


@dataclass(slots=True, eq=False)
class Mismatch:
    """The error of a node that does not match; `text` makes the message without its prefix."""

    kind: Kind
    path: str
    text: Callable[[], str]
    expected: Any = None
    found: Any = None
    children: tuple[Mismatch, ...] = ()

    @property
    def message(self) -> str:
        """The text that users see."""
        return self.kind.value.lstrip(" ") + self.text()


def explain(node: Node, resource: Any, cache: Cache) -> Explanation:
    """Match a pattern over a resource and say why it came to its outcome (spec 01 §7)."""
    evaluation = Evaluation(cache)
    error = mismatch(node, resource, "/", evaluation)
    if error is None:
        return Explanation(Outcome.PASS)
    if error.kind.is_skip:
        return _explanation(error, Outcome.SKIP, "")
    if error.kind is not Kind.NEGATION and (evaluation.keys_are_missing or not error.path):
        return _explanation(error, Outcome.ERROR, "")
    return _explanation(error, Outcome.FAIL, error.path)


def _explanation(error: Mismatch, outcome: Outcome, path: str) -> Explanation:
    children = tuple(
        _explanation(child, Outcome.SKIP if child.kind.is_skip else Outcome.FAIL, child.path)
        for child in error.children
    )
    return Explanation(outcome, path, error.message, error.expected, error.found, children)


# --- Elements (spec 01 §6.4) ---


def mismatch(node: Node, value: Any, path: str, evaluation: Evaluation) -> Mismatch | None:
    """Why a value does not match a node, or None."""
    match node:
        case MapNode():
            if not isinstance(value, dict):
                return _different_structures(node, value, path)
            return _map(evaluation.enter(node, value), value, path, evaluation)
        case Text() | Boolean() | Number() | Null():
            return _leaf(node, value, path, evaluation)
        case EachItem() | AllLeaves() | Positions() | EmptyList() | Existing():
            if not isinstance(value, list):
                reason = "resource does not satisfy the expected overlay pattern"
                return _plain(path, lambda: f"validation rule failed at path {path}, {reason}", node.raw, value)
            return _list(node, value, path, evaluation)
        case Hole():
            raise TypeError("a pattern with holes is filled before it is matched")
        case _:
            assert_never(node)


def _plain(path: str, text: Callable[[], str], expected: Any, found: Any) -> Mismatch:
    return Mismatch(Kind.PLAIN, path, text, expected, found)


def _different_structures(node: MapNode, value: Any, path: str) -> Mismatch:
    def text() -> str:
        types = f"Expected {type_name(node.raw)}, found {type_name(value)}"
        return f"pattern and resource have different structures. Path: {path}. {types}"

    return _plain(path, text, node.raw, value)


def _leaf(leaf: Leaf, value: Any, path: str, evaluation: Evaluation) -> Mismatch | None:
    """A list satisfies a leaf if every element does; deeper lists and maps are compared as values."""
    test = evaluation.cache.leaf_test(leaf)
    if all(map(test, value)) if isinstance(value, list) else test(value):
        return None
    text = f"resource value '{{}}' does not match '{{}}' at path {path}"
    return _plain(path, lambda: text.format(_show(value), _show(leaf.raw)), leaf.raw, value)


def _show(value: Any) -> str:
    """A value in a message; one that no message can hold (cyclic, or no JSON) must not make deciding raise."""
    try:
        return show(value)
    except (RecursionError, TypeError, ValueError):
        return f"<{type_name(value)}>"


# --- Lists (spec 01 §6.5) ---


def _list(
    node: EachItem | AllLeaves | Positions | EmptyList | Existing, value: list[Any], path: str, evaluation: Evaluation
) -> Mismatch | None:
    match node:
        case EachItem(_, item):
            return _items(((item, element) for element in value), path, node.raw, evaluation)
        case AllLeaves(_, leaf):
            return _leaf(leaf, value, path, evaluation)
        case Positions(raw, items):
            if len(value) < len(items):
                sizes = f"resource Array len is {len(value)} and pattern Array len is {len(items)}"
                return _plain("", lambda: f"validate Array failed, array length mismatch, {sizes}", raw, value)
            return _items(zip(items, value, strict=False), path, raw, evaluation)
        case EmptyList(raw):
            return _plain(path, lambda: "pattern Array empty", raw, value)
        case Existing(raw, items):
            return _existing(items, raw, value, path, evaluation)
        case _:
            assert_never(node)


def _items(pairs: Iterable[tuple[Node, Any]], path: str, raw: Any, evaluation: Evaluation) -> Mismatch | None:
    """Skips count only if no element succeeded; any other error is returned at once."""
    skips: list[Mismatch] = []
    succeeded = False
    for index, (item, element) in enumerate(pairs):
        error = mismatch(item, element, f"{path}{index}/", evaluation)
        if error is None:
            succeeded = True
        elif error.kind.is_skip:
            skips.append(error)
        else:
            return error
    return _aggregated_skip(path, skips, raw) if skips and not succeeded else None


def _aggregated_skip(path: str, skips: list[Mismatch], expected: Any) -> Mismatch:
    """Spec 01 §9.5: the messages of the members, joined."""
    members = tuple(skips)
    text = lambda: "; ".join(skip.message for skip in members)  # noqa: E731  reads as the text it is
    return Mismatch(Kind.AGGREGATED_SKIP, path, text, expected, children=members)


NOT_A_MAP = "Pattern has to be of type map to compare against items in resource"


def _existing(
    items: tuple[Node, ...], raw: Any, value: list[Any], path: str, evaluation: Evaluation
) -> Mismatch | None:
    """Each item needs an element that matches it without any error; a skip is no match either."""
    for item in items:
        if not isinstance(item, MapNode):
            return _plain(path, lambda: f"invalid pattern type {type_name(raw)}: {NOT_A_MAP}", raw, value)
        elements = enumerate(value)
        if all(mismatch(item, element, f"{path}{index}/", evaluation) for index, element in elements):
            return _plain(path, lambda: f"existence anchor validation failed at path {path}", item.raw, value)
    return None


# --- Maps (spec 01 §6.6) ---


def _map(node: MapNode, resource: Mapping[str, Any], path: str, evaluation: Evaluation) -> Mismatch | None:
    """Anchors first; their skips decide before any plain key is looked at."""
    skips: list[Mismatch] = []
    succeeded = direct = False
    for key in node.phase_one:
        error = _key(key, resource, path, evaluation)
        if error is None:
            succeeded = True
        elif error.kind.is_skip:
            skips.append(error)
            direct = direct or error.kind.is_direct_skip
        elif not direct:  # once an anchor did not apply, failures no longer count
            return error
    if skips and (direct or not succeeded):
        return _aggregated_skip(path, skips, node.raw)
    for key in node.phase_two:
        error = _key(key, resource, path, evaluation)
        if error is not None:
            return error
    return None


# --- Keys (spec 01 §6.7) ---


def _key(key: KeyNode, resource: Mapping[str, Any], path: str, evaluation: Evaluation) -> Mismatch | None:
    match key:
        case PlainKey():
            return mismatch(key.child, resource.get(key.name), f"{path}{key.name}/", evaluation)
        case PresentKey():
            if resource.get(key.name) is not None:
                return None
            return _plain(path, lambda: f"{path}/{key.name} not found", "*", None)
    name = key.key.name
    if name not in resource:
        return _absent(key, path) if isinstance(key, ConditionKey) else None
    value, below = resource[name], f"{path}{name}/"
    match key:
        case EqualityKey():
            return mismatch(key.child, value, below, evaluation)
        case NegationKey():
            return Mismatch(Kind.NEGATION, below, lambda: f"{below} is not allowed", None, value)
        case ConditionKey():
            return _wrapped(Kind.CONDITION, mismatch(key.child, value, below, evaluation))
        case GlobalKey():
            return _wrapped(Kind.GLOBAL, mismatch(key.child, value, below, evaluation))
        case ExistenceKey():
            return _existence(key, value, below, evaluation)
        case _:
            assert_never(key)


def _absent(key: ConditionKey, path: str) -> Mismatch:
    reason = "conditional anchor key doesn't exist in the resource"
    return Mismatch(Kind.CONDITION, path, lambda: reason, key.child.raw, None)


def _wrapped(kind: Kind, error: Mismatch | None) -> Mismatch | None:
    """An anchor takes any error below it for its own."""
    if error is None:
        return None
    return Mismatch(kind, error.path, lambda: error.message, error.expected, error.found, (error,))


def _existence(key: ExistenceKey, value: Any, path: str, evaluation: Evaluation) -> Mismatch | None:
    raw = key.child.raw
    if not isinstance(value, list):
        reason = "Existence ^ () anchor can be used only on list/array type resource"
        return _plain(path, lambda: f"invalid resource type {type_name(value)}: {reason}", raw, value)
    if not isinstance(key.child, Existing):
        reason = "Pattern has to be of list to compare against resource"
        return _plain(path, lambda: f"invalid pattern type {type_name(raw)}: {reason}", raw, value)
    return mismatch(key.child, value, path, evaluation)
