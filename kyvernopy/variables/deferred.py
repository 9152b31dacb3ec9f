"""What is loaded only when a query mentions its name (spec 02 §4.4, §4.5).

Whether a query mentions a name is asked of its text. The same texts come back with every resource, so each answer is
kept with the compiled entry, and a query costs one look into a dict for each entry that still waits.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from kyvernopy.limits import Limits
    from kyvernopy.variables.context import Context

    Load: TypeAlias = "Callable[[Context], None]"

__all__ = ["Deferrals", "Mention"]

MOST_ANSWERS = 512  # texts a name remembers; policies have dozens, but data may build any number of them
LONGEST_KEPT = 1_000  # characters of such a text
PLAIN_NAME = re.compile("[0-9A-Za-z_.-]+")  # what means the same to Go and to Python


class Mention:
    """The question whether a text mentions a name: behind no letter, digit or dot, and up to the end of a word.

    Upstream: it is a question of text alone, so it is also met inside a literal; a dot in a name means any character.
    """

    __slots__ = ("_search", "answers", "known", "name")

    def __init__(self, name: str, limits: Limits = DEFAULT_LIMITS) -> None:
        self.name = name
        self.answers: dict[str, bool] = {}
        self.known = self.answers.get  # an answer that was given before, or None
        self._search = _compiled(name, limits)

    def __call__(self, text: str) -> bool:
        """Whether the text mentions the name."""
        answer = self.answers.get(text)
        return self._ask(text) if answer is None else answer

    def __repr__(self) -> str:
        return f"<Mention {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Mention, (self.name,)

    def _ask(self, text: str) -> bool:
        answer = bool(self._search(text))
        if len(text) <= LONGEST_KEPT:
            if len(self.answers) >= MOST_ANSWERS:
                self.answers.clear()
            self.answers[text] = answer
        return answer


def _compiled(name: str, limits: Limits) -> Callable[[str], Any]:
    """The search for a name. Upstream: the name is part of a regular expression, so any but plain ones need Go's."""
    if PLAIN_NAME.fullmatch(name):
        return re.compile(rf"(?:\A|[^.0-9A-Za-z]){name}\b", re.ASCII).search
    from kyvernopy.golang.regex import compile_regex  # noqa: PLC0415  such names are rare

    return compile_regex(rf"(?:\A|\z|\s|[^.0-9A-Za-z]){name}\b", limits).search


class Deferral:
    """One entry of a context that is not loaded yet, or may have to be loaded again.

    `level` is the number of checkpoints when it was declared. `marked`: it was begun since the last reset, be it
    without success.
    """

    __slots__ = ("known", "level", "load", "loaded", "marked", "mention")

    def __init__(self, mention: Mention, load: Load, level: int) -> None:
        self.known = mention.known  # asked by every query, so without a call in between
        self.mention = mention
        self.load = load
        self.level = level
        self.marked = self.loaded = False

    @property
    def waits(self) -> bool:
        """Whether a query may still load it."""
        return not (self.marked or self.loaded)

    def fork(self) -> Deferral:
        """The same entry in the same state."""
        other = Deferral(self.mention, self.load, self.level)
        other.marked, other.loaded = self.marked, self.loaded
        return other


class Deferrals:
    """The entries of one context in the order of their declaration, and the one that is being loaded.

    Invariant: an entry is loaded at most once between two resets, so entries that mention each other come to an end.
    """

    __slots__ = ("_all", "_depth", "_loading", "_waiting")

    def __init__(self) -> None:
        self._all: list[Deferral] = []
        self._loading: Deferral | None = None
        self._depth = self._waiting = 0

    def add(self, mention: Mention, load: Load, level: int) -> None:
        """Declare one, behind all others."""
        self._all.append(Deferral(mention, load, level))
        self._waiting += 1

    def fork(self) -> Deferrals:
        """The same entries in the same state, which from now on is its own."""
        other = Deferrals()
        other._all = [deferral.fork() for deferral in self._all]
        other._waiting = self._waiting
        return other

    def load_mentioned(self, context: Context, text: str, level: int) -> None:
        """Load what the text mentions, in the order of declaration; while loading, only what was declared before."""
        if not self._waiting:
            return
        for deferral in self._all:
            if deferral.known(text) is not False:  # true, or not known yet
                self._load_mentioned(context, text, level)
                return

    def _load_mentioned(self, context: Context, text: str, level: int) -> None:
        known = self._all
        if self._loading is not None:
            level = self._loading.level
            known = known[: known.index(self._loading)]
        for deferral in tuple(known):
            if deferral.waits and deferral.mention(text) and deferral.level <= level:
                self._run(deferral, context)

    def _run(self, deferral: Deferral, context: Context) -> None:
        """Upstream: when a nested load ends, the outer one is no longer held to what was declared before it."""
        most = context.dialect.limits.expression_depth
        if self._depth >= most:
            raise LimitExceeded("expression_depth", self._depth + 1, most)
        self._waiting -= deferral.waits
        deferral.marked, self._loading = True, deferral
        self._depth += 1
        try:
            deferral.load(context)
        except RecursionError:
            raise LimitExceeded("expression_depth", self._depth, most) from None
        finally:
            self._depth -= 1
            self._loading = None
        deferral.loaded = True

    def settle(self, context: Context, level: int, *, restoring: bool) -> None:
        """After a reset or restore: entries of inner scopes go, and what outer ones declared is loaded again."""
        self._all = [deferral for deferral in self._all if deferral.level <= level]
        for deferral in self._all:
            deferral.marked = False
        kept = list(self._kept(level, restoring=restoring))
        for deferral in self._all.copy():
            if deferral.loaded and (restoring or deferral.level < level):
                with suppress(ExpressionError):  # Upstream: only logged
                    self._run(deferral, context)
        self._all = kept
        self._waiting = sum([deferral.waits for deferral in kept])

    def _kept(self, level: int, *, restoring: bool) -> Iterator[Deferral]:
        for deferral in self._all:
            if deferral.level < level or (restoring and not deferral.loaded):
                yield deferral
