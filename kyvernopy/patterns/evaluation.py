"""What matching remembers: within one match the missing-key ledger, and between matches what is worth keeping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.patterns.expansion import Expansions
from kyvernopy.patterns.leaves import Test, leaf_test

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.patterns.nodes import Leaf, MapNode

__all__ = ["Cache", "Evaluation"]


class Cache:
    """What one pattern keeps between matches: the tests of its leaves, and the expansions of its labels (bounded).

    `items` has the closures of list items that remember nothing while they are matched, so that they may be asked twice.
    """

    __slots__ = ("expansions", "items", "tests")

    def __init__(self) -> None:
        self.expansions = Expansions()
        self.items: dict[int, Callable[[Any, Evaluation], int]] = {}
        self.tests: dict[int, Test] = {}

    def leaf_test(self, leaf: Leaf) -> Test:
        """The test of a leaf of this pattern, made once."""
        test = self.tests.get(id(leaf))
        if test is None:
            test = self.tests[id(leaf)] = leaf_test(leaf)
        return test


class Evaluation:
    """The state of one match; it is shared by the whole pattern and dropped with the answer."""

    __slots__ = ("cache", "expanded", "ledger")

    def __init__(self, cache: Cache) -> None:
        self.cache = cache
        self.ledger: dict[str, bool] = {}
        self.expanded: dict[int, MapNode] = {}

    def enter(self, node: MapNode, resource: Mapping[str, Any]) -> MapNode:
        """Note which anchored keys have been seen (spec 01 §6.3), and return the node with its metadata expanded (§5)."""
        for key in node.ledger:
            self.ledger[key.text] = self.ledger.get(key.text, False) or key.name in resource
        if not node.expands:
            return node
        expanded = self.cache.expansions.expand(self.expanded.get(id(node), node), resource)
        self.expanded[id(node)] = expanded
        return expanded

    @property
    def keys_are_missing(self) -> bool:
        """Whether a condition or existence key that was reached has never been found."""
        return not all(self.ledger.values())
