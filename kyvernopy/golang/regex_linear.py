r"""Searching in linear time for patterns for which `re` may take longer: RE2 if it is installed, else an automaton.

RE2 reads bytes, so its places are worked out again in characters; where it would give another answer than Go, the
automaton answers. That one is written in Python, so the work it may do is bounded by `Limits.regex_input`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.errors import LimitExceeded
from kyvernopy.exhaustive import assert_never
from kyvernopy.golang.regex_nodes import Alternatives, Assertion, Characters, Group, Repetition, Sequence
from kyvernopy.golang.regex_program import program_size
from kyvernopy.golang.regex_translate import for_re2

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.golang.regex_nodes import Node
    from kyvernopy.limits import Limits

__all__ = ["Find", "Spans", "linear_finder", "linear_test"]

# Where a match and its groups begin and end, -1 for a group that took no part.
Spans: TypeAlias = "tuple[tuple[int, int], ...]"
# Finds the first match at or after a place in a text.
Find: TypeAlias = "Callable[[str, int], Spans | None]"

# The work that may be done for each character of `Limits.regex_input`, in steps of the pattern times characters: in
# Python they take 0.3 us, or 4 us where the place of a match is wanted; in RE2 about 1 ns, times groups.
TEST_STEPS, FIND_STEPS, RE2_STEPS = 1_000, 250, 1_000_000
# RE2 compiles larger patterns too, but may then take seconds for any text.
MOST_RE2_STEPS = 10_000


def linear_test(shape: Node, limits: Limits) -> Callable[[str], bool]:
    """A function that says whether there is a match anywhere in a text."""
    re2 = _with_re2(shape, 0, limits)
    python: list[Callable[[str], bool]] = []

    def test(text: str) -> bool:
        if re2 is not None and (encoded := re2.encoded(text)) is not None:
            return re2.compiled.search(encoded) is not None
        if not python:
            python.append(_python_test(shape, limits))
        return python[0](text)

    return test


def linear_finder(node: Node, groups: int, limits: Limits) -> Callable[[str], Find]:
    """A function that gives for a text the way to find matches in it, with so many groups or none."""
    re2 = _with_re2(node, groups, limits)
    python: list[Callable[[str], Find]] = []

    def choose(text: str) -> Find:
        if re2 is not None and (encoded := re2.encoded(text)) is not None:
            return _re2_finder(re2.compiled, text, encoded)
        if not python:
            python.append(_python_finder(node, groups, limits))
        return python[0](text)

    return choose


# --- RE2 ---


@dataclass(frozen=True, slots=True)
class Re2:
    """A pattern compiled by RE2, and for which texts it may be used."""

    compiled: Any
    most: int  # characters
    only_ascii: bool

    def encoded(self, text: str) -> bytes | None:
        """The text in UTF-8; None if RE2 would misread it or if it has surrogates, which no text from JSON has."""
        if len(text) > self.most:
            raise LimitExceeded("regex_input", len(text), self.most)
        try:
            return text.encode("ascii" if self.only_ascii else "utf-8")
        except UnicodeEncodeError:
            return None


def _with_re2(node: Node, groups: int, limits: Limits) -> Re2 | None:
    """The node compiled by RE2, or None without RE2 or if the node is too large for it."""
    size = program_size(node)
    if size > MOST_RE2_STEPS:
        return None
    try:
        import re2  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    options = re2.Options()
    options.log_errors = False
    try:
        # From bytes: RE2 then gives places in bytes, and need not encode the text again for every match.
        compiled = re2.compile(for_re2(node, groups=groups > 0).encode(), options)
    except re2.error:
        return None
    most = limits.regex_input * RE2_STEPS // ((size + 1) * (groups + 1))
    return Re2(compiled, most, _asks_within_words(node))


def _re2_finder(compiled: Any, text: str, encoded: bytes) -> Find:
    """Finds matches with RE2, whose places are those of bytes."""
    groups = range(compiled.groups + 1)
    if len(encoded) == len(text):

        def find_ascii(_: str, position: int) -> Spans | None:
            found = compiled.search(encoded, position)
            return None if found is None else tuple(map(found.span, groups))

        return find_ascii
    starts, total = [0], 0
    for character in text:
        total += len(character.encode())
        starts.append(total)
    places = {start: place for place, start in enumerate(starts)} | {-1: -1}

    def find(_: str, position: int) -> Spans | None:
        found = compiled.search(encoded, starts[position])
        if found is None:
            return None
        spans = map(found.span, groups)
        return tuple([(places[start], places[end]) for start, end in spans])

    return find


def _asks_within_words(node: Node) -> bool:
    r"""Whether the node has `\B`, which RE2 finds between the bytes of one character."""
    match node:
        case Assertion(kind):
            return kind == "no_word_boundary"
        case Characters():
            return False
        case Sequence(items) | Alternatives(items):
            return any(map(_asks_within_words, items))
        case Group(item) | Repetition(item):
            return _asks_within_words(item)
        case _:
            assert_never(node)


# --- The automaton ---


def _python_test(shape: Node, limits: Limits) -> Callable[[str], bool]:
    from kyvernopy.golang.regex_automaton import Tester  # noqa: PLC0415 - few patterns need it

    most = limits.regex_input * TEST_STEPS // (program_size(shape) + 1) - 1
    testers: list[Tester] = []

    def test(text: str) -> bool:
        if len(text) > most:
            raise LimitExceeded("regex_input", len(text), max(most, 0))
        if not testers:
            testers.append(Tester(shape))
        return testers[0].search(text)

    return test


def _python_finder(node: Node, groups: int, limits: Limits) -> Callable[[str], Find]:
    from kyvernopy.golang.regex_automaton import Finder  # noqa: PLC0415 - few patterns need it

    bound = limits.regex_input * FIND_STEPS
    most = bound // (program_size(node) + 1) - 1
    finders: list[Finder] = []

    def choose(text: str) -> Find:
        if len(text) > most:
            raise LimitExceeded("regex_input", len(text), max(most, 0))
        if not finders:
            finders.append(Finder(node, groups))
        left, place = bound, 0

        def spend(steps: int) -> None:
            nonlocal left
            left -= steps
            if left < 0:  # many matches, each found after a look at much of the text
                raise LimitExceeded("regex_input", len(text), place)

        def find(_: str, position: int) -> Spans | None:
            nonlocal place
            place = position
            marks = finders[0].search(text, position, spend)
            return None if marks is None else tuple(zip(marks[::2], marks[1::2], strict=True))

        return find

    return choose
