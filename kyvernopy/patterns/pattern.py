"""One compiled pattern: closures from the start, generated source when it pays, an explanation when asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kyvernopy.limits import DEFAULT_LIMITS, Limits
from kyvernopy.patterns.compile import compile_closures
from kyvernopy.patterns.evaluation import Cache
from kyvernopy.patterns.explain import Mismatch, explain, find
from kyvernopy.patterns.parse import Parser
from kyvernopy.patterns.source import Predicate, compile_source, is_conjunction
from kyvernopy.results import Outcome

if TYPE_CHECKING:
    from kyvernopy.explanations import Explanation
    from kyvernopy.patterns.nodes import Node

__all__ = ["Pattern", "compile_pattern"]

# Source is written after so many matches: it costs as much as some hundred of them.
WORTH_WHILE = 300


class Pattern:
    """A pattern that can be asked any number of times, by any number of threads.

    `passes` is the fastest question as a plain function: whether the outcome is pass. It may be exchanged for a faster
    one at any time, so read it anew for each resource.
    """

    __slots__ = ("_asked", "_cache", "_conjunction", "_decide", "_name", "passes", "tree")

    def __init__(self, tree: Node, name: str = "pattern") -> None:
        self.tree = tree
        self._name = name
        self._asked = 0
        self._conjunction = is_conjunction(tree)
        self._cache = Cache()
        self._decide = compile_closures(tree, self._cache)
        self.passes: Predicate = self._count_and_ask if self._conjunction else self._ask

    def _ask(self, resource: Any) -> bool:
        return self._decide(resource) is Outcome.PASS

    def _count_and_ask(self, resource: Any) -> bool:
        self._asked += 1
        if self._asked > WORTH_WHILE:
            self.compile()
        return self._decide(resource) is Outcome.PASS

    def compile(self) -> None:
        """Prepare the fastest form now; a pattern that closures serve best stays with them."""
        if self._conjunction:
            self.passes = compile_source(self.tree, self._cache, self._name)

    @property
    def can_skip(self) -> bool:
        """Whether there may be outcomes other than pass and fail."""
        return not self._conjunction

    def matches(self, resource: Any) -> bool:
        """Whether the outcome is pass."""
        return self.passes(resource)

    def outcome(self, resource: Any) -> Outcome:
        """Pass, fail, skip or error (specification of patterns, §7)."""
        if self._conjunction:
            return Outcome.PASS if self.passes(resource) else Outcome.FAIL
        return self._decide(resource)

    def explain(self, resource: Any) -> Explanation:
        """The outcome with the path, the message and the parts of pattern and resource that decided it."""
        return explain(self.tree, resource, self._cache)

    def find(self, resource: Any) -> tuple[Outcome, Mismatch | None]:
        """The outcome and the error that decided it, for callers who need only part of the explanation."""
        return find(self.tree, resource, self._cache)

    def __str__(self) -> str:
        return json.dumps(self.tree.raw, ensure_ascii=False)

    def __repr__(self) -> str:
        return f"<Pattern {self}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.tree.raw, self._name)


def compile_pattern(pattern: Any, *, limits: Limits = DEFAULT_LIMITS) -> Pattern:
    """Compile any JSON value as a whole pattern.

    Numbers keep their types: an integer pattern reads texts as integers and a float pattern reads them as floats.
    Raises `PolicyError` for values that JSON does not have and `LimitExceeded` for patterns that are too large.
    """
    return Pattern(Parser(limits).parse(pattern))


def _restore(pattern: Any, name: str) -> Pattern:
    return Pattern(Parser().parse(pattern), name)
