r"""Regular expressions as Go understands them (spec 02 §3.3), on Python's `re`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.regex_parse import Parsed, RegexError, parse_regex
from kyvernopy.golang.regex_translate import for_python
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from kyvernopy.limits import Limits

__all__ = ["Regex", "RegexError", "compile_regex"]


def compile_regex(pattern: str, limits: Limits = DEFAULT_LIMITS) -> Regex:
    """A pattern in Go's syntax; RegexError with Go's text if Go would refuse it."""
    return Regex(pattern, parse_regex(pattern, limits), limits)


class Regex:
    """A pattern that can be looked for."""

    __slots__ = ("limits", "parsed", "pattern", "python")

    def __init__(self, pattern: str, parsed: Parsed, limits: Limits) -> None:
        self.pattern, self.parsed, self.limits = pattern, parsed, limits
        self.python = re.compile(for_python(parsed.node))

    def __repr__(self) -> str:
        return f"<Regex {self.pattern}>"

    def search(self, text: str) -> bool:
        """Whether the pattern matches anywhere in the text."""
        return self.python.search(text) is not None

    def replace(self, text: str, template: str, *, expand: bool) -> str:
        """The text with every match replaced, from left to right; an empty one only if no match ends there.

        With `expand` the template may hold `$1`, `${1}`, `$name` and `$$`. A result beyond the bound on output is
        LimitExceeded.
        """
        parts = _template(template, self.parsed.names) if expand else [template]
        pieces, copied, position, size = [], 0, 0, len(text)
        while position <= len(text) and (found := self.python.search(text, position)):
            start, end = found.span()
            pieces.append(text[copied:start])
            if end > copied or start == 0:
                replacement = "".join([part if isinstance(part, str) else _first(found, part) for part in parts])
                pieces.append(replacement)
                size += len(replacement) - (end - start)
                if size > self.limits.output_size:
                    raise LimitExceeded("output_size", size, self.limits.output_size)
            copied = end
            position = max(position + 1, end)
        pieces.append(text[copied:])
        return "".join(pieces)


REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")
NUMBER = re.compile("0|[1-9][0-9]{0,7}")


def _template(template: str, names: tuple[str, ...]) -> list[str | tuple[int, ...]]:
    """A template as texts and references; a reference has the numbers of the groups that it may mean."""
    parts: list[str | tuple[int, ...]] = []
    position = 0
    for found in REFERENCE.finditer(template):
        parts.append(template[position : found.start()])
        position = found.end()
        if found[1]:
            parts.append("$")
            continue
        name = found[2] or found[3]
        if NUMBER.fullmatch(name):
            parts.append((int(name),) if int(name) < len(names) else ())
        else:
            parts.append(tuple(number for number, other in enumerate(names) if other == name))
    parts.append(template[position:])
    return parts


def _first(found: re.Match[str], numbers: tuple[int, ...]) -> str:
    """The text of the first group that took part."""
    return next((found[number] for number in numbers if found[number] is not None), "")
