"""Closures that decide every pattern: one function a node, chosen when the pattern is compiled.

A closure mirrors the branch of `explain` for its node, but answers with a small number instead of an error: what kind
of error it is decides how parents go on, and nothing else about it is needed. 5 to 9 µs prepare a pattern; a match is
8 to 22 times faster than interpreting.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.exhaustive import assert_never
from kyvernopy.patterns.evaluation import Evaluation
from kyvernopy.patterns.expansion import MOST_KEPT
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
from kyvernopy.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kyvernopy.patterns.evaluation import Cache
    from kyvernopy.patterns.leaves import Test

__all__ = ["Check", "Decide", "compile_closures", "element_test"]

Check: TypeAlias = "Callable[[Any, Evaluation], int]"
Decide: TypeAlias = "Callable[[Any], Outcome]"

# What a closure answers: no error, or its kind (spec 01 §6.2). Invariant: all skips are >= AGGREGATED_SKIP, and the
# direct ones, those of anchors themselves, >= CONDITION.
OK, PLAIN, WITHOUT_PATH, NEGATION, AGGREGATED_SKIP, CONDITION, GLOBAL = range(7)


def compile_closures(tree: Node, cache: Cache) -> Decide:
    """The function that gives the outcome of a pattern for a resource."""
    check = Compiler(cache).check(tree)

    def decide(resource: Any) -> Outcome:
        evaluation = Evaluation(cache)
        code = check(resource, evaluation)
        if code == OK:
            return Outcome.PASS
        if code >= AGGREGATED_SKIP:
            return Outcome.SKIP
        if code == NEGATION:
            return Outcome.FAIL
        return Outcome.ERROR if code == WITHOUT_PATH or evaluation.keys_are_missing else Outcome.FAIL

    return decide


def element_test(test: Test) -> Test:
    """The test of a leaf where a list may stand: every element must satisfy it (spec 01 §6.4).

    Invariant: no list itself satisfies a leaf, so lists may be looked at last.
    """
    return lambda value: test(value) or (isinstance(value, list) and all(map(test, value)))


class Compiler:
    """Compiles the nodes of one pattern, and those that expansions make of them while it is matched."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._expanded: dict[int, tuple[MapNode, Check]] = {}

    def check(self, node: Node) -> Check:
        """The closure of a node."""
        match node:
            case MapNode():
                return self._map(node)
            case Text() | Boolean() | Number() | Null():
                return _leaf(self._cache.leaf_test(node))
            case AllLeaves(_, leaf):
                return _all_leaves(self._cache.leaf_test(leaf))
            case EachItem(_, item):
                check = self.check(item)
                if _remembers_nothing(item):
                    self._cache.items[id(item)] = check
                return _each_item(check)
            case Positions(_, items):
                return _positions([self.check(item) for item in items])
            case EmptyList():
                return lambda _value, _: PLAIN
            case Existing(_, items):
                return _existing([self.check(item) if isinstance(item, MapNode) else None for item in items])
            case Hole():
                raise TypeError("a pattern with holes is filled before it is matched")
            case _:
                assert_never(node)

    def _map(self, node: MapNode) -> Check:
        check = self._keys(node)
        if not (node.ledger or node.expands):
            return lambda value, evaluation: check(value, evaluation) if isinstance(value, dict) else PLAIN

        def enter_and_check(value: Any, evaluation: Evaluation) -> int:
            if not isinstance(value, dict):
                return PLAIN
            entered = evaluation.enter(node, value)
            if entered is node:
                return check(value, evaluation)
            return self._expansion(entered)(value, evaluation)

        return enter_and_check

    def _expansion(self, node: MapNode) -> Check:
        """The closure of a node that an expansion made; the node is kept, too, so that its id stays its own."""
        known = self._expanded.get(id(node))
        if known is None:
            if len(self._expanded) >= MOST_KEPT:
                self._expanded.clear()
            known = self._expanded[id(node)] = (node, self._keys(node))
        return known[1]

    def _keys(self, node: MapNode) -> Check:
        """Both phases of a map (spec 01 §6.6)."""
        anchors = [self._key(key) for key in node.phase_one]
        others = [self._key(key) for key in node.phase_two]
        if not anchors:
            return others[0] if len(others) == 1 else _phase_two(others)
        return _both_phases(anchors, others)

    def _key(self, key: KeyNode) -> Check:
        """The closure of one key (spec 01 §6.7)."""
        check, name = self.check(key.child), key.key.name
        match key:
            case PlainKey():
                text = key.name
                return lambda resource, evaluation: check(resource.get(text), evaluation)
            case PresentKey():
                text = key.name
                return lambda resource, _: OK if resource.get(text) is not None else PLAIN
            case EqualityKey():
                return lambda resource, evaluation: check(resource[name], evaluation) if name in resource else OK
            case NegationKey():
                return lambda resource, _: NEGATION if name in resource else OK
            case ConditionKey():
                return lambda resource, evaluation: (
                    OK if name in resource and not check(resource[name], evaluation) else CONDITION
                )
            case GlobalKey():
                return lambda resource, evaluation: (
                    GLOBAL if name in resource and check(resource[name], evaluation) else OK
                )
            case ExistenceKey():
                if not isinstance(key.child, Existing):
                    return lambda resource, _: PLAIN if name in resource else OK
                return lambda resource, evaluation: check(resource[name], evaluation) if name in resource else OK
            case _:
                assert_never(key)


def _remembers_nothing(node: Node) -> bool:
    """Whether matching leaves no trace in the ledger or in expansions, here and below."""
    match node:
        case MapNode():
            return not (node.ledger or node.expands) and all(_remembers_nothing(key.child) for key in node.keys)
        case EachItem():
            return _remembers_nothing(node.item)
        case Positions() | Existing():
            return all(map(_remembers_nothing, node.items))
        case _:
            return True


def _leaf(test: Test) -> Check:
    return lambda value, _: OK if test(value) or (isinstance(value, list) and all(map(test, value))) else PLAIN


def _all_leaves(test: Test) -> Check:
    return lambda value, _: OK if isinstance(value, list) and all(map(test, value)) else PLAIN


def _each_item(check: Check) -> Check:
    def each_item(value: Any, evaluation: Evaluation) -> int:
        return _combined(map(check, value, repeat(evaluation))) if isinstance(value, list) else PLAIN

    return each_item


def _positions(checks: list[Check]) -> Check:
    def positions(value: Any, evaluation: Evaluation) -> int:
        if not isinstance(value, list):
            return PLAIN
        if len(value) < len(checks):
            return WITHOUT_PATH
        return _combined(check(element, evaluation) for check, element in zip(checks, value, strict=False))

    return positions


def _combined(codes: Iterable[int]) -> int:
    """Skips count only if no element succeeded; any other error is returned at once (spec 01 §6.5)."""
    skipped = succeeded = False
    for code in codes:
        if code == OK:
            succeeded = True
        elif code >= AGGREGATED_SKIP:
            skipped = True
        else:
            return code
    return AGGREGATED_SKIP if skipped and not succeeded else OK


def _existing(checks: list[Check | None]) -> Check:
    """None stands for an item that is no map, which is an error when its turn comes."""

    def existing(value: Any, evaluation: Evaluation) -> int:
        if not isinstance(value, list):
            return PLAIN
        for check in checks:
            if check is None or all(check(element, evaluation) for element in value):
                return PLAIN
        return OK

    return existing


def _phase_two(checks: list[Check]) -> Check:
    def phase_two(resource: Any, evaluation: Evaluation) -> int:
        for check in checks:
            code = check(resource, evaluation)
            if code:
                return code
        return OK

    return phase_two


def _both_phases(anchors: list[Check], others: list[Check]) -> Check:
    finish = _phase_two(others)

    def both_phases(resource: Any, evaluation: Evaluation) -> int:
        skipped = succeeded = direct = False
        for anchor in anchors:
            code = anchor(resource, evaluation)
            if code == OK:
                succeeded = True
            elif code >= AGGREGATED_SKIP:
                skipped = True
                direct = direct or code >= CONDITION
            elif not direct:
                return code
        if skipped and (direct or not succeeded):
            return AGGREGATED_SKIP
        return finish(resource, evaluation)

    return both_phases
