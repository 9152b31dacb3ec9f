"""What a key may be one of: a list of texts, of which each may be a wildcard for the key, and the key for it.

Texts without wildcards, nearly all, are found in a set, so that a long list costs no more than a short one. Only
wildcards are tried one by one. How many steps many keys and many wildcards take is known before the first is made, and
what would take minutes is refused.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kyvernopy.errors import LimitExceeded
from kyvernopy.kubernetes.wildcards import compile_wildcard, has_wildcard, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from kyvernopy.limits import Limits

__all__ = ["Candidates", "wildcard_test"]

FEW = 64  # pairs of a text and a wildcard that are not worth counting


class Candidates:
    """A list of texts that is asked for keys (spec 03 §4.6); `prepared` says whether many questions are to come."""

    __slots__ = ("_limits", "_tests", "_wild", "texts")

    def __init__(self, texts: Collection[str], limits: Limits, *, prepared: bool) -> None:
        self.texts = frozenset(texts)
        self._wild = [text for text in self.texts if has_wildcard(text)]
        self._tests = [wildcard_test(text, limits, prepared=prepared) for text in self._wild]
        self._limits = limits

    def has(self, key: str) -> bool:
        """Whether a candidate accepts the key, or the key accepts a candidate."""
        if key in self.texts:  # a wildcard accepts itself, too
            return True
        for test in self._tests:
            if test(key):
                return True
        # Upstream: the key may be a wildcard as well.
        return has_wildcard(key) and any(map(self._test_of(key), self.texts))

    def _test_of(self, key: str) -> Callable[[str], bool]:
        return wildcard_test(key, self._limits, prepared=len(self.texts) > FEW)

    def for_keys(self, keys: Collection[str]) -> Callable[[str], bool]:
        """The same question for each of many keys, if they are not too many."""
        wild = [key for key in keys if has_wildcard(key)]
        if len(keys) * len(self._wild) + len(wild) * len(self.texts) > FEW:
            # Each wildcard may read each text of the other side.
            steps = len(self._wild) * _size(keys) + len(wild) * _size(self.texts)
            if steps > self._limits.expression_work:
                raise LimitExceeded("expression_work", steps, self._limits.expression_work)
        return self.has


def _size(texts: Collection[str]) -> int:
    return len(texts) + sum(map(len, texts))


def wildcard_test(pattern: str, limits: Limits, *, prepared: bool) -> Callable[[str], bool]:
    """The test of a wildcard: compiled if it is asked often, else as cheap to make as can be."""
    test = compile_wildcard(pattern) if prepared else partial(matches, pattern)
    return _bounded(pattern, test, limits) if "?" in pattern else test


def _bounded(pattern: str, test: Callable[[str], bool], limits: Limits) -> Callable[[str], bool]:
    """Wildcards that hold `?` take up to the product of both lengths in steps; others only the sum."""

    def bounded(text: str) -> bool:
        steps = len(pattern) * len(text)
        if steps > limits.expression_work:
            raise LimitExceeded("expression_work", steps, limits.expression_work)
        return test(text)

    return bounded
