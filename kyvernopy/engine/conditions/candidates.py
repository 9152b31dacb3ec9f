"""What a key may be one of: a list of texts, of which each may be a wildcard for the key, and the key for it.

Texts without wildcards, nearly all, are found in a set, so that a long list costs no more than a short one. Only
wildcards are tried one by one. How many steps many keys and many wildcards take is known before the first is made, and
what would take minutes is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.errors import LimitExceeded
from kyvernopy.kubernetes.wildcards import compile_wildcard, has_wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from kyvernopy.limits import Limits

__all__ = ["Candidates"]


class Candidates:
    """A list of texts that is asked for keys (spec 03 §4.6)."""

    __slots__ = ("_limits", "_tests", "_texts")

    def __init__(self, texts: Collection[str], limits: Limits) -> None:
        self._texts = frozenset(texts)
        self._tests = [compile_wildcard(text) for text in self._texts if has_wildcard(text)]
        self._limits = limits

    def has(self, key: str) -> bool:
        """Whether a candidate accepts the key, or the key accepts a candidate."""
        return key in self._texts or self.for_keys((key,))(key)

    def for_keys(self, keys: Collection[str]) -> Callable[[str], bool]:
        """The same question for each of many keys, if they are not too many."""
        wild = sum(map(has_wildcard, keys))
        # Each wildcard may read each text of the other side.
        steps = len(self._tests) * _size(keys) if self._tests else 0
        steps += wild * _size(self._texts) if wild else 0
        if steps > self._limits.expression_work:
            raise LimitExceeded("expression_work", steps, self._limits.expression_work)
        return self._accepts_or_is_accepted if wild else self._accepts

    def _accepts(self, key: str) -> bool:
        if key in self._texts:  # a wildcard accepts itself, too
            return True
        for test in self._tests:  # noqa: SIM110  a generator takes three times as long
            if test(key):
                return True
        return False

    def _accepts_or_is_accepted(self, key: str) -> bool:
        # Upstream: wildcards of the key are honoured as well.
        return self._accepts(key) or (has_wildcard(key) and any(map(compile_wildcard(key), self._texts)))


def _size(texts: Collection[str]) -> int:
    return len(texts) + sum(map(len, texts))
