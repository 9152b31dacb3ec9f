r"""Regular expressions as Go understands them (spec 02 §3.3), searched in bounded time.

A pattern is parsed as Go parses it and translated for Python's `re`, which is 8 to 28 times faster than RE2 on short
texts but tries one way after the other. So it is worked out for which texts that takes a bounded number of steps
(`regex_risk`): for nearly all patterns of policies that is any text, for `(a|a)*$` it is none.

- With `google-re2` installed (extra `re2`), longer texts are searched by RE2: any pattern, any text, in linear time.
- Without it, or where RE2 finds a pattern too large, they are searched here, also in linear time but in Python
  (`regex_automaton`), and the product of steps of the pattern and characters of the text is bounded by a thousand times
  `Limits.regex_input`: LimitExceeded("regex_input") names the length that would have been searched. A pattern of 20 steps
  takes 50,000 characters.
- Either way the answers are the same, and the same as Go's: leftmost matches, the same preferences, the same groups.
- A pattern itself is bounded in its size (`Limits.expression_size`), its nesting (`Limits.expression_depth`) and its
  classes; Go's own bounds of counted repetitions hold as well.

Unicode classes and cases are those of the running Python (`unicodedata`), which may know other new characters than Go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.regex_nodes import EMPTY
from kyvernopy.golang.regex_parse import RegexError, parse_regex
from kyvernopy.golang.regex_risk import safe_length
from kyvernopy.golang.regex_shape import literal_text, trimmed
from kyvernopy.golang.regex_template import parse_template
from kyvernopy.golang.regex_translate import for_python, for_re2
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeAlias

    from kyvernopy.golang.regex_nodes import Node
    from kyvernopy.golang.regex_parse import Parsed
    from kyvernopy.limits import Limits

    # Finds the first match at or after a place: where it and its groups begin and end, -1 for a group without part.
    Find: TypeAlias = Callable[[str, int], Sequence[tuple[int, int]] | None]

__all__ = ["Regex", "RegexError", "compile_regex"]

STEPS_PER_INPUT = 1_000


def compile_regex(pattern: str, limits: Limits = DEFAULT_LIMITS) -> Regex:
    """A pattern in Go's syntax; RegexError with Go's text if Go would refuse it, LimitExceeded if it is too large."""
    return Regex(pattern, parse_regex(pattern, limits), limits)


class Regex:
    """A pattern that can be looked for in texts; it may be shared between threads."""

    __slots__ = ("_find", "_length", "_linear", "_quick", "_shape", "limits", "parsed", "pattern")

    def __init__(self, pattern: str, parsed: Parsed, limits: Limits) -> None:
        self.pattern, self.parsed, self.limits = pattern, parsed, limits
        self._shape = trimmed(parsed.node)
        self._quick, self._length = _quick_test(self._shape)
        self._linear: Callable[[str], bool] | None = None
        self._find: Callable[[str], Find] | None = None

    def __repr__(self) -> str:
        return f"<Regex {self.pattern}>"

    def search(self, text: str) -> bool:
        """Whether the pattern matches anywhere in the text."""
        if len(text) <= self._length:
            return bool(self._quick(text))
        if self._linear is None:
            self._linear = _linear_test(self._shape, self.limits)
        return self._linear(text)

    def replace(self, text: str, template: str, *, expand: bool) -> str:
        """The text with every match replaced, from left to right; an empty one only if no match ends there.

        With `expand` the template may hold `$1`, `${1}`, `$name` and `$$`.
        """
        parts = parse_template(template, self.parsed.names) if expand else [template]
        if self._find is None:
            self._find = _finder(self.parsed, self.limits)
        find = self._find(text)
        pieces, copied, position, size = [], 0, 0, 0
        while position <= len(text) and (spans := find(text, position)):
            start, end = spans[0]
            pieces.append(text[copied:start])
            if end > copied or start == 0:
                for part in parts:
                    pieces.append(part if isinstance(part, str) else _group(text, spans, part))
                    size += len(pieces[-1])
                if size > self.limits.output_size:
                    raise LimitExceeded("output_size", size, self.limits.output_size)
            copied = end
            position = max(position + 1, end)
        pieces.append(text[copied:])
        return "".join(pieces)


def _group(text: str, spans: Sequence[tuple[int, int]], numbers: tuple[int, ...]) -> str:
    """The text of the first group that took part."""
    for number in numbers:
        start, end = spans[number]
        if start >= 0:
            return text[start:end]
    return ""


# --- The quick way: `re` ---


def _quick_test(shape: Node) -> tuple[Callable[[str], Any], int]:
    """A test for short texts, and the length up to which it may be used."""
    if shape == EMPTY:
        return lambda _: True, 2**62
    literal = literal_text(shape)
    if literal is not None:
        return lambda text: literal in text, 2**62
    length = safe_length(shape)
    return (re.compile(for_python(shape, groups=False)).search if length >= 0 else bool), length


def _finder(parsed: Parsed, limits: Limits) -> Callable[[str], Find]:
    """A function that gives for a text the way to find matches in it."""
    length = safe_length(parsed.node)
    quick = re.compile(for_python(parsed.node)).search if length >= 0 else None
    linear: list[Callable[[str], Find]] = []

    def find_quickly(text: str, position: int) -> Sequence[tuple[int, int]] | None:
        found = quick(text, position) if quick else None
        return found.regs if found else None

    def choose(text: str) -> Find:
        if len(text) <= length:
            return find_quickly
        if not linear:
            linear.append(_linear_finder(parsed, limits))
        return linear[0](text)

    return choose


# --- The linear ways: RE2, or an automaton in Python ---


def _re2_compiled(written: str) -> Any:
    """The pattern compiled by RE2, or None without RE2 or if it finds the pattern too large."""
    try:
        import re2  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    options = re2.Options()
    options.log_errors = False
    try:
        # From bytes: RE2 then gives places in bytes, and need not encode the text again for every match.
        return re2.compile(written.encode(), options)
    except re2.error:
        return None


def _linear_test(shape: Node, limits: Limits) -> Callable[[str], bool]:
    compiled = _re2_compiled(for_re2(shape, groups=False))
    python: list[Callable[[str], bool]] = []

    def test(text: str) -> bool:
        if compiled is not None and (encoded := _encoded(text)) is not None:
            return compiled.search(encoded) is not None
        if not python:
            python.append(_python_test(shape, limits))
        return python[0](text)

    return test


def _python_test(shape: Node, limits: Limits) -> Callable[[str], bool]:
    from kyvernopy.golang.regex_automaton import Tester  # noqa: PLC0415 - few patterns need it
    from kyvernopy.golang.regex_program import program_size  # noqa: PLC0415

    length = limits.regex_input * STEPS_PER_INPUT // (program_size(shape) + 1)
    testers: list[Tester] = []

    def test(text: str) -> bool:
        if len(text) >= length:
            raise LimitExceeded("regex_input", len(text), max(length - 1, 0))
        if not testers:
            testers.append(Tester(shape))
        return testers[0].search(text)

    return test


def _linear_finder(parsed: Parsed, limits: Limits) -> Callable[[str], Find]:
    compiled = _re2_compiled(for_re2(parsed.node))
    python: list[Callable[[str], Find]] = []

    def choose(text: str) -> Find:
        if compiled is not None and (encoded := _encoded(text)) is not None:
            return _re2_finder(compiled, text, encoded)
        if not python:
            python.append(_python_finder(parsed, limits))
        return python[0](text)

    return choose


def _re2_finder(compiled: Any, text: str, encoded: bytes) -> Find:
    """Finds matches with RE2, whose places are those of bytes."""
    if len(encoded) == len(text):

        def find_ascii(_: str, position: int) -> Sequence[tuple[int, int]] | None:
            found = compiled.search(encoded, position)
            return None if found is None else [found.span(number) for number in range(compiled.groups + 1)]

        return find_ascii
    starts, total = [0], 0
    for character in text:
        total += len(character.encode())
        starts.append(total)
    places = {start: place for place, start in enumerate(starts)} | {-1: -1}

    def find(_: str, position: int) -> Sequence[tuple[int, int]] | None:
        found = compiled.search(encoded, starts[position])
        if found is None:
            return None
        spans = [found.span(number) for number in range(compiled.groups + 1)]
        return [(places[start], places[end]) for start, end in spans]

    return find


def _python_finder(parsed: Parsed, limits: Limits) -> Callable[[str], Find]:
    from kyvernopy.golang.regex_automaton import Finder  # noqa: PLC0415 - few patterns need it
    from kyvernopy.golang.regex_program import program_size  # noqa: PLC0415

    bound = limits.regex_input * STEPS_PER_INPUT
    size = program_size(parsed.node) + 1
    finders: list[Finder] = []

    def choose(text: str) -> Find:
        if (len(text) + 1) * size > bound:
            raise LimitExceeded("regex_input", len(text), max(bound // size - 1, 0))
        if not finders:
            finders.append(Finder(parsed.node, len(parsed.names) - 1))
        left = bound
        place = 0

        def spend(steps: int) -> None:
            nonlocal left
            left -= steps
            if left < 0:
                raise LimitExceeded("regex_input", len(text), place)

        def find(_: str, position: int) -> Sequence[tuple[int, int]] | None:
            nonlocal place
            place = position
            marks = finders[0].search(text, position, spend)
            return None if marks is None else list(zip(marks[::2], marks[1::2], strict=True))

        return find

    return choose


def _encoded(text: str) -> bytes | None:
    """The text in UTF-8, or None if it has surrogates, which no text from JSON has."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None
