r"""Characters and classes in the text of a regular expression: `\x{41}`, `\d`, `\pL`, `[a-z[:digit:]]` (Go's `regexp/syntax`).

The parser of whole patterns is built on this reader; both move through the same text. What a class costs is counted,
because a few characters can stand for hundreds of ranges, and a folded one for a walk over all letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.regex_sets import HIGHEST, PERL, POSIX, folded, merged, negated, unicode_class

if TYPE_CHECKING:
    from kyvernopy.golang.regex_sets import Ranges

__all__ = ["ClassReader", "Flags", "RegexError"]

MOST_RANGES = 300_000
FOLDING = 1_000  # what folding a range beyond ASCII costs, in ranges

HEX = frozenset("0123456789abcdefABCDEF")
CONTROL = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}


class RegexError(ValueError):
    """A pattern that Go refuses; the text is Go's."""

    def __init__(self, reason: str, fragment: str) -> None:
        super().__init__(reason, fragment)
        self.reason, self.fragment = reason, fragment

    def __str__(self) -> str:
        return f"error parsing regexp: {self.reason}: `{self.fragment}`"


@dataclass(slots=True)
class Flags:
    """What `(?i)`, `(?m)`, `(?s)` and `(?U)` have set."""

    fold: bool = False
    lines: bool = False
    dot_all: bool = False
    lazy: bool = False


class ClassReader:
    """Reads characters and classes at a position of a pattern, under flags."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.position = pattern, 0
        self.flags = Flags()
        self.turned_classes: dict[tuple[Ranges, bool, bool], Ranges] = {}
        self.ranges = 0  # of all classes so far

    def count(self, ranges: int) -> None:
        """Count what takes time: the ranges of classes, of which some have 650, and folding."""
        self.ranges += ranges
        if self.ranges > MOST_RANGES:
            raise LimitExceeded("expression_size", self.ranges, MOST_RANGES)

    def named_class(self) -> Ranges | None:
        r"""`\d`, `\W`, `\pL`, `\P{Greek}` and the like, or None if none begins at the position."""
        name = self.pattern[self.position + 1 : self.position + 2] if self.pattern[self.position] == "\\" else ""
        if not name or name not in "dDwWsSpP":
            return None
        if name in "pP":
            return self.unicode_class(positive=name == "p")
        self.position += 2
        return self.turned(PERL[name.lower()], negative=name.isupper())

    def unicode_class(self, *, positive: bool) -> Ranges:
        r"""`\p{Greek}` or, if not positive, `\P{Greek}`."""
        start, name_start = self.position, self.position + 2
        if self.pattern.startswith("{", name_start):
            end = self.pattern.find("}", name_start)
            name, self.position = self.pattern[name_start + 1 : end], end + 1
            if end < 0:
                raise RegexError("invalid character class range", self.pattern[start:])
        else:
            name = self.pattern[name_start : name_start + 1]
            self.position = name_start + len(name)
        ranges = unicode_class(name.removeprefix("^"))
        if ranges is None:
            raise RegexError("invalid character class range", self.pattern[start : self.position])
        return self.turned(ranges, negative=positive == name.startswith("^"))

    def turned(self, ranges: Ranges, *, negative: bool) -> Ranges:
        """The ranges, all cases of them under `(?i)`, or all others."""
        # spec 02 §3.3: what is negated is the folded class, so `(?i)\W` excludes the long s
        key = ranges, self.flags.fold, negative
        if key not in self.turned_classes:
            ranges = folded(ranges) if self.flags.fold else ranges
            self.turned_classes[key] = negated(ranges) if negative else ranges
        return self.turned_classes[key]

    def escaped_character(self) -> str:
        """The character that an escape stands for."""
        pattern, start = self.pattern, self.position
        character = pattern[start + 1 : start + 2]
        self.position = start + 2
        if not character:
            raise RegexError("trailing backslash at end of expression", "")
        if character in CONTROL:
            return chr(CONTROL[character])
        if character == "x":
            return self.hexadecimal(start)
        if character in "01234567" and (character == "0" or pattern[start + 2 : start + 3] in tuple("01234567")):
            return self.octal(start + 1)
        if character.isascii() and not character.isalnum():
            return character
        raise RegexError("invalid escape sequence", pattern[start : self.position])

    def octal(self, start: int) -> str:
        """The character of up to three octal digits."""
        end = start
        while end < start + 3 and self.pattern[end : end + 1] in tuple("01234567"):
            end += 1
        self.position = end
        return chr(int(self.pattern[start:end], 8))

    def hexadecimal(self, start: int) -> str:
        r"""`\x41` or `\x{10FFFF}`."""
        pattern = self.pattern
        if not pattern.startswith("{", self.position):
            digits = pattern[self.position : self.position + 2]
            self.position += len(digits)
            if len(digits) == 2 and HEX.issuperset(digits):  # noqa: PLR2004 - two digits
                return chr(int(digits, 16))
            raise RegexError("invalid escape sequence", pattern[start : self.position])
        code, self.position = 0, self.position + 1
        first = self.position
        for position in range(first, len(pattern)):
            self.position = position + 1
            if pattern[position] == "}" and position > first:
                return chr(code)
            if pattern[position] not in HEX or (code := code * 16 + int(pattern[position], 16)) > HIGHEST:
                break
        raise RegexError("invalid escape sequence", pattern[start : self.position])

    def class_in_brackets(self) -> Ranges:
        """A class in brackets; a closing bracket right after its beginning stands for itself."""
        pattern, start = self.pattern, self.position
        self.position += 1
        negative = pattern.startswith("^", self.position)
        self.position += negative
        ranges: list[tuple[int, int]] = []
        first = True
        while first or not pattern.startswith("]", self.position):
            first = False
            if self.position >= len(pattern):
                raise RegexError("missing closing ]", pattern[start:])
            item = self.class_item(start)
            self.count(len(item))
            ranges += item
        self.position += 1
        return negated(merged(ranges)) if negative else merged(ranges)

    def class_item(self, start: int) -> Ranges:
        """A class within a class, a character or a range of characters."""
        ranges = self.posix_class() or self.named_class()
        if ranges is not None:
            return ranges
        pattern, item_start = self.pattern, self.position
        low = high = self.class_character(start)
        if pattern.startswith("-", self.position) and pattern[self.position + 1 : self.position + 2] not in ("", "]"):
            self.position += 1
            high = self.class_character(start)
            if high < low:
                raise RegexError("invalid character class range", pattern[item_start : self.position])
        ranges = ((ord(low), ord(high)),)
        if not self.flags.fold:
            return ranges
        self.count(0 if high.isascii() else FOLDING)
        return folded(ranges)

    def posix_class(self) -> Ranges | None:
        """`[:alpha:]` or `[:^alpha:]`."""
        if not self.pattern.startswith("[:", self.position):
            return None
        end = self.pattern.find(":]", self.position + 2)
        if end < 0:
            return None
        written = self.pattern[self.position : end + 2]
        name = written[2:-2]
        ranges = POSIX.get(name.removeprefix("^"))
        if ranges is None:
            raise RegexError("invalid character class range", written)
        self.position = end + 2
        return self.turned(ranges, negative=name.startswith("^"))

    def class_character(self, start: int) -> str:
        """A character in brackets, perhaps escaped."""
        if self.position >= len(self.pattern):
            raise RegexError("missing closing ]", self.pattern[start:])
        if self.pattern[self.position] == "\\":
            return self.escaped_character()
        self.position += 1
        return self.pattern[self.position - 1]
