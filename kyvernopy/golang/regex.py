r"""Regular expressions as Go understands them (spec 02 §3.3), searched in bounded time.

A pattern is parsed as Go parses it and translated for Python's `re`, which is 8 to 28 times faster than RE2 on short
texts but tries one way after the other. So it is worked out for which texts that takes a bounded number of steps
(`regex_risk`): for nearly all patterns of policies that is any text, for `(a|a)*$` it is none.

- With `google-re2` installed (extra `re2`), longer texts are searched by RE2 in linear time. Steps of the pattern times
  characters of the text, times groups asked for, are bounded by a million times `Limits.regex_input`: a pattern of 50
  steps takes 20 million characters.
- Without it, or for patterns of more than 10,000 steps, they are searched here, also in linear time but in Python
  (`regex_automaton`), and the bound is a thousand times `Limits.regex_input`: a pattern of 50 steps takes 20,000
  characters, a quarter of that where matches are replaced. Beyond either bound is LimitExceeded("regex_input"), which names the length that would do.
- Either way the answers are the same, and the same as Go's: leftmost matches, the same preferences, the same groups.
- A pattern itself is bounded in its size (`Limits.expression_size`), its nesting (`Limits.expression_depth`) and its
  classes; Go's own bounds of counted repetitions hold as well.

Unicode classes and cases are those of the running Python (`unicodedata`), which may know other new characters than Go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.regex_linear import linear_finder, linear_test
from kyvernopy.golang.regex_nodes import EMPTY
from kyvernopy.golang.regex_parse import RegexError, parse_regex
from kyvernopy.golang.regex_risk import safe_length
from kyvernopy.golang.regex_shape import literal_text, trimmed
from kyvernopy.golang.regex_template import parse_template
from kyvernopy.golang.regex_translate import for_python
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from kyvernopy.golang.regex_linear import Find, Spans
    from kyvernopy.golang.regex_nodes import Node
    from kyvernopy.golang.regex_parse import Parsed
    from kyvernopy.limits import Limits

__all__ = ["Regex", "RegexError", "compile_regex"]

# `re` takes some 50 us to compile each range of a class that has many.
MOST_RANGES = 5_000


def compile_regex(pattern: str, limits: Limits = DEFAULT_LIMITS, *, quick: bool = True) -> Regex:
    """A pattern in Go's syntax; RegexError with Go's text if Go would refuse it, LimitExceeded if it is too large.

    Without `quick` all texts are searched in linear time, even where `re` would do.
    """
    return Regex(pattern, parse_regex(pattern, limits), limits, quick=quick)


class Regex:
    """A pattern that can be looked for in texts; it may be shared between threads."""

    __slots__ = ("_finders", "_length", "_linear", "_may_be_quick", "_quick", "_shape", "limits", "parsed", "pattern")

    def __init__(self, pattern: str, parsed: Parsed, limits: Limits, *, quick: bool = True) -> None:
        self.pattern, self.parsed, self.limits = pattern, parsed, limits
        self._shape = trimmed(parsed.node)
        self._may_be_quick = quick and parsed.ranges <= MOST_RANGES
        self._quick: Callable[[str], Any] = bool
        self._length = -1  # of texts for which that may be asked
        if self._may_be_quick:
            self._quick, self._length = _quick_test(self._shape)
        self._linear: Callable[[str], bool] | None = None
        self._finders: dict[int, Callable[[str], Find]] = {}

    def __repr__(self) -> str:
        return f"<Regex {self.pattern}>"

    def search(self, text: str) -> bool:
        """Whether the pattern matches anywhere in the text."""
        if len(text) <= self._length:
            return bool(self._quick(text))
        if self._linear is None:
            self._linear = linear_test(self._shape, self.limits)
        return self._linear(text)

    def replace(self, text: str, template: str, *, expand: bool) -> str:
        """The text with every match replaced, from left to right; an empty one only if no match ends there.

        With `expand` the template may hold `$1`, `${1}`, `$name` and `$$`.
        """
        parts = parse_template(template, self.parsed.names) if expand else [template]
        # Without groups to be filled in RE2 and the automaton have much less to keep.
        groups = len(self.parsed.names) - 1 if any(map(_is_group, parts)) else 0
        if groups not in self._finders:
            length = safe_length(self.parsed.node) if self._may_be_quick else -1
            self._finders[groups] = _finder(self.parsed.node, groups, length, self.limits)
        find = self._finders[groups](text)
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


def _is_group(part: str | tuple[int, ...]) -> bool:
    """Whether a part of a template stands for anything else than a text or the whole match."""
    return isinstance(part, tuple) and any(part)


def _group(text: str, spans: Spans, numbers: tuple[int, ...]) -> str:
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


def _finder(node: Node, groups: int, length: int, limits: Limits) -> Callable[[str], Find]:
    """A function that gives for a text the way to find matches in it: `re` for texts up to the length."""
    quick = re.compile(for_python(node, groups=groups > 0)).search if length >= 0 else None
    linear: list[Callable[[str], Find]] = []

    def find_quickly(text: str, position: int) -> Spans | None:
        found = quick(text, position) if quick else None
        return found.regs if found else None

    def choose(text: str) -> Find:
        if len(text) <= length:
            return find_quickly
        if not linear:
            linear.append(linear_finder(node, groups, limits))
        return linear[0](text)

    return choose
