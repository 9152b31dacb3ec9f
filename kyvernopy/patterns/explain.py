"""The slow walk that says why: which node did not match, where, and in the words of Kyverno (spec 01 §6, §9).

`mismatch` returns None for success and otherwise the error of the node that decided. Its message is made when read,
because the errors below an existence anchor, and those of most skips, are never shown to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import repeat
from typing import TYPE_CHECKING, Any

from kyvernopy.exhaustive import assert_never
from kyvernopy.explanations import Explanation, ends
from kyvernopy.golang.text import show, type_name
from kyvernopy.patterns.evaluation import Evaluation
from kyvernopy.patterns.nodes import (
    AllLeaves,
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
    PlainKey,
    Positions,
    PresentKey,
)
from kyvernopy.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kyvernopy.patterns.evaluation import Cache

__all__ = ["Kind", "Mismatch", "explain", "find", "mismatch"]


class Kind(Enum):
    """The kinds of error, each with the prefix of its message (spec 01 §6.2)."""

    CONDITION = "conditional anchor mismatch: "
    GLOBAL = "global anchor mismatch: "
    NEGATION = "negation anchor matched in resource: "
    AGGREGATED_SKIP = ""
    PLAIN = " "  # no prefix either; members of an enum must differ


@dataclass(slots=True, eq=False)
class Mismatch:
    """The error of a node that does not match; `text` makes the message without its prefix, `title` names an anchor."""

    kind: Kind
    path: str
    text: Callable[[], str]
    expected: Any = None
    found: Any = None
    children: tuple[Mismatch, ...] = ()
    title: str = ""

    @property
    def is_skip(self) -> bool:
        """Whether the pattern does not apply, rather than fails."""
        return self.kind is not Kind.PLAIN and self.kind is not Kind.NEGATION

    @property
    def message(self) -> str:
        """The text that users see."""
        return self.kind.value.lstrip(" ") + self.text()


def explain(node: Node, resource: Any, cache: Cache) -> Explanation:
    """Match a pattern over a resource and say why it came to its outcome."""
    outcome, error = find(node, resource, cache)
    if error is None:
        return Explanation(outcome)
    return _explanation(error, outcome, error.path if outcome is Outcome.FAIL else "")


def find(node: Node, resource: Any, cache: Cache) -> tuple[Outcome, Mismatch | None]:
    """The outcome and the error that decided it, before any text is made of it (spec 01 §7)."""
    evaluation = Evaluation(cache)
    error = mismatch(node, resource, "/", evaluation)
    if error is None:
        return Outcome.PASS, None
    if error.is_skip:
        return Outcome.SKIP, error
    if error.kind is not Kind.NEGATION and (evaluation.keys_are_missing or not error.path):
        return Outcome.ERROR, error
    return Outcome.FAIL, error


def _explanation(error: Mismatch, outcome: Outcome, path: str) -> Explanation:
    below = (
        _explanation(child, Outcome.SKIP if child.is_skip else Outcome.FAIL, child.path) for child in error.children
    )
    return Explanation(outcome, path, error.message, error.expected, error.found, ends(below), error.title)


# --- Elements (spec 01 §6.4) ---


def mismatch(node: Node, value: Any, path: str, evaluation: Evaluation) -> Mismatch | None:
    """Why a value does not match a node, or None."""
    # `isinstance` and not `match`, which costs three times as much where a walk spends its time.
    if isinstance(node, MapNode):
        if not isinstance(value, dict):
            return _different_structures(node, value, path)
        entered = evaluation.enter(node, value) if node.ledger or node.expands else node
        return _map(entered, value, path, evaluation)
    if isinstance(node, (EachItem, AllLeaves, Positions, EmptyList, Existing)):
        if isinstance(value, list):
            return _list(node, value, path, evaluation)
        reason = "resource does not satisfy the expected overlay pattern"
        return _plain(path, lambda: f"validation rule failed at path {path}, {reason}", node.raw, value)
    if isinstance(node, Hole):
        raise TypeError("a pattern with holes is filled before it is matched")
    return _leaf(node, value, path, evaluation)


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

    def text() -> str:
        return f"resource value '{_show(value)}' does not match '{_show(leaf.raw)}' at path {path}"

    return _plain(path, text, leaf.raw, value)


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
    if isinstance(node, EachItem):
        return _items(zip(repeat(node.item), value), path, evaluation)
    if isinstance(node, AllLeaves):
        return _leaf(node.leaf, value, path, evaluation)
    if isinstance(node, Positions):
        if len(value) >= len(node.items):
            return _items(zip(node.items, value, strict=False), path, evaluation)
        sizes = f"resource Array len is {len(value)} and pattern Array len is {len(node.items)}"
        return _plain("", lambda: f"validate Array failed, array length mismatch, {sizes}", node.raw, value)
    if isinstance(node, EmptyList):
        return _plain(path, lambda: "pattern Array empty", node.raw, value)
    return _existing(node.items, node.raw, value, path, evaluation)


def _items(pairs: Iterable[tuple[Node, Any]], path: str, evaluation: Evaluation) -> Mismatch | None:
    """Skips count only if no element succeeded; any other error is returned at once."""
    skips: list[Mismatch] = []
    succeeded = False
    checks = evaluation.cache.items
    for index, (item, element) in enumerate(pairs):
        check = checks.get(id(item))
        if check is not None and check(element, evaluation) == 0:  # most elements match: only the others are walked
            succeeded = True
            continue
        error = mismatch(item, element, f"{path}{index}/", evaluation)
        if error is None:
            succeeded = True
        elif error.is_skip:
            skips.append(error)
        else:
            return error
    return _aggregated_skip(path, skips) if skips and not succeeded else None


def _aggregated_skip(path: str, skips: list[Mismatch]) -> Mismatch:
    """Spec 01 §9.5: the messages of the members, joined."""
    members = tuple(skips)
    text = lambda: "; ".join(skip.message for skip in members)  # noqa: E731  reads as the text it is
    return Mismatch(Kind.AGGREGATED_SKIP, path, text, children=members)


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
    if node.phase_one:
        error = _anchors(node, resource, path, evaluation)
        if error is not None:
            return error
    for key in node.phase_two:
        error = _key(key, resource, path, evaluation)
        if error is not None:
            return error
    return None


def _anchors(node: MapNode, resource: Mapping[str, Any], path: str, evaluation: Evaluation) -> Mismatch | None:
    skips: list[Mismatch] = []
    succeeded = direct = False
    for key in node.phase_one:
        error = _key(key, resource, path, evaluation)
        if error is None:
            succeeded = True
        elif error.is_skip:
            skips.append(error)
            direct = direct or error.kind is not Kind.AGGREGATED_SKIP  # an anchor itself did not apply
        elif not direct:  # once an anchor did not apply, failures no longer count
            return error
    return _aggregated_skip(path, skips) if skips and (direct or not succeeded) else None


# --- Keys (spec 01 §6.7) ---

ANCHORS = {ConditionKey: "condition", GlobalKey: "global", NegationKey: "negation", ExistenceKey: "existence"}


def _title(key: ConditionKey | GlobalKey | NegationKey | ExistenceKey) -> str:
    return f"{ANCHORS[type(key)]} anchor {key.key.text}"


def _key(key: KeyNode, resource: Mapping[str, Any], path: str, evaluation: Evaluation) -> Mismatch | None:
    if isinstance(key, PlainKey):
        text = key.key.text
        return mismatch(key.child, resource.get(text), f"{path}{text}/", evaluation)
    if isinstance(key, PresentKey):
        if resource.get(key.name) is not None:
            return None
        return _plain(path, lambda: f"{path}/{key.name} not found", "*", None)
    name = key.key.name
    if name not in resource:
        return _absent(key, path) if isinstance(key, ConditionKey) else None
    return _anchor(key, resource[name], f"{path}{name}/", evaluation)


def _anchor(
    key: ConditionKey | GlobalKey | EqualityKey | NegationKey | ExistenceKey,
    value: Any,
    path: str,
    evaluation: Evaluation,
) -> Mismatch | None:
    """An anchor whose key is there."""
    match key:
        case EqualityKey():
            return mismatch(key.child, value, path, evaluation)
        case ConditionKey():
            return _wrapped(Kind.CONDITION, key, mismatch(key.child, value, path, evaluation))
        case GlobalKey():
            return _wrapped(Kind.GLOBAL, key, mismatch(key.child, value, path, evaluation))
        case ExistenceKey():
            return _existence(key, value, path, evaluation)
        case NegationKey():
            return Mismatch(Kind.NEGATION, path, lambda: f"{path} is not allowed", None, value, title=_title(key))
        case _:
            assert_never(key)


def _absent(key: ConditionKey, path: str) -> Mismatch:
    reason = "conditional anchor key doesn't exist in the resource"
    return Mismatch(Kind.CONDITION, path, lambda: reason, key.child.raw, None, title=_title(key))


def _wrapped(kind: Kind, key: ConditionKey | GlobalKey, error: Mismatch | None) -> Mismatch | None:
    """An anchor takes any error below it for its own."""
    if error is None:
        return None
    return Mismatch(kind, error.path, lambda: error.message, error.expected, error.found, (error,), _title(key))


def _existence(key: ExistenceKey, value: Any, path: str, evaluation: Evaluation) -> Mismatch | None:
    raw = key.child.raw
    if not isinstance(value, list):
        reason = "Existence ^ () anchor can be used only on list/array type resource"
        return _plain(path, lambda: f"invalid resource type {type_name(value)}: {reason}", raw, value)
    if not isinstance(key.child, Existing):
        reason = "Pattern has to be of list to compare against resource"
        return _plain(path, lambda: f"invalid pattern type {type_name(raw)}: {reason}", raw, value)
    error = mismatch(key.child, value, path, evaluation)
    if error is not None:
        error.title = _title(key)
    return error
