"""Semantic versions and ranges of them as blang/semver reads both (spec 02 §3.7), with its texts for mistakes.

A version sorts by precedence; build metadata does not count. A range becomes a function once, with all comparators
read. The ways in which it is read are upstream's, down to the ones that surprise: a part of one character is dropped,
and the two halves of `!1.2.x` are joined by "and".
"""

from __future__ import annotations

import operator
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from kyvernopy.golang.text import quote, trim

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ZERO", "RangeError", "Version", "VersionError", "parse_range", "parse_version"]

MOST_UINT64 = 2**64 - 1
DIGITS = re.compile("[0-9]*")
WORD = re.compile("[0-9A-Za-z-]*")
COMPLETE = re.compile(r"(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,18})\.(0|[1-9][0-9]{0,18})")

Comparator: TypeAlias = "Callable[[Version, Version], bool]"
COMPARATORS: dict[str, Comparator] = {
    "": operator.eq,
    "=": operator.eq,
    "==": operator.eq,
    "!": operator.ne,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
# Sorts after every pre-release: its first part is compared with 0 for a number and 1 for a word.
RELEASE: tuple[tuple[int, int, str], ...] = ((2, 0, ""),)


class VersionError(ValueError):
    """A text that is no strict version; the text is upstream's."""


class RangeError(ValueError):
    """A text that is no range; the text is upstream's."""


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A version that sorts by precedence."""

    major: int
    minor: int
    patch: int
    pre: tuple[tuple[int, int, str], ...] = RELEASE
    build: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        words = [] if self.pre == RELEASE else [word or str(number) for _, number, word in self.pre]
        pre, build = ".".join(words), ".".join(self.build)
        return f"{self.major}.{self.minor}.{self.patch}" + (pre and f"-{pre}") + (build and f"+{build}")


# What a text that is no version counts as in `semver_compare` (spec 02 §3.7).
ZERO = Version(0, 0, 0)


def parse_version(text: str) -> Version:
    """A strict version, `1.2.3-rc.1+build`; VersionError if it is none."""
    found = COMPLETE.fullmatch(text)
    if found:
        return Version(int(found[1]), int(found[2]), int(found[3]))
    if not text:
        raise VersionError("Version string empty")
    parts = text.split(".", 2)
    if len(parts) != 3:  # noqa: PLR2004 - three numbers
        raise VersionError("No Major.Minor.Patch elements found")
    major, minor = _number("Major", parts[0]), _number("Minor", parts[1])
    rest, plus, build = parts[2].partition("+")
    patch, hyphen, pre = rest.partition("-")
    return Version(
        major,
        minor,
        _number("Patch", patch),
        tuple(map(_identifier, pre.split("."))) if hyphen else RELEASE,
        tuple(map(_metadata, build.split("."))) if plus else (),
    )


def _number(name: str, digits: str) -> int:
    if not DIGITS.fullmatch(digits):
        raise VersionError(f"Invalid character(s) found in {name.lower()} number {quote(digits)}")
    if len(digits) > 1 and digits[0] == "0":
        raise VersionError(f"{name} number must not contain leading zeroes {quote(digits)}")
    return _unsigned(digits)


def _unsigned(digits: str) -> int:
    """A number of 64 bits without sign, or the text of `strconv.ParseUint`."""
    if not digits:
        raise VersionError('strconv.ParseUint: parsing "": invalid syntax')
    number = int(digits[:21])  # int() refuses texts of more than 4,300 digits; these have no leading zeros
    if number > MOST_UINT64:
        raise VersionError(f"strconv.ParseUint: parsing {quote(digits)}: value out of range")
    return number


def _identifier(text: str) -> tuple[int, int, str]:
    """A part of a pre-release; numbers sort before words."""
    if not text:
        raise VersionError("Prerelease is empty")
    if DIGITS.fullmatch(text):
        if len(text) > 1 and text[0] == "0":
            raise VersionError(f"Numeric PreRelease version must not contain leading zeroes {quote(text)}")
        return 0, _unsigned(text), ""
    if not WORD.fullmatch(text):
        raise VersionError(f"Invalid character(s) found in prerelease {quote(text)}")
    return 1, 0, text


def _metadata(text: str) -> str:
    if not text:
        raise VersionError("Build meta data is empty")
    if not WORD.fullmatch(text):
        raise VersionError(f"Invalid character(s) found in build meta data {quote(text)}")
    return text


# --- Ranges ---


def parse_range(text: str) -> Callable[[Version], bool]:
    """Whether a version is in the range, as a function; RangeError if the text is no range."""
    alternatives = [_expanded(parts) for parts in _alternatives(_parts(text))]
    # All parts are read before any is compared, so a mistake in a later alternative is an error.
    read = [[_comparison(part) for part in parts] for parts in alternatives]
    if [] in read:  # Upstream: crashes when it is asked about a version
        raise RangeError("Empty alternative in range")
    if len(read) == 1 and len(read[0]) == 1:
        compare, bound = read[0][0]
        return lambda version: compare(version, bound)
    return lambda version: any(all(compare(version, bound) for compare, bound in parts) for parts in read)


def _parts(text: str) -> list[str]:
    """The parts between spaces; spaces after `<`, `>` and `=` separate nothing."""
    last, before, parts = 0, "", []
    for position, character in enumerate(text):
        if character != " ":
            before = character
        elif before not in ("<", ">", "="):
            parts.append(text[last:position])
            last = position + 1
    parts.append(text[last:])
    # Upstream: what has one byte is dropped.
    return [part.replace(" ", "") for part in parts if len(part.encode("utf-8", "surrogatepass")) > 1]


def _alternatives(parts: list[str]) -> list[list[str]]:
    if parts[:1] == ["||"]:
        raise RangeError("First element in range is '||'")
    if not parts or parts[-1] == "||":
        raise RangeError("Last element in range is '||'")
    alternatives: list[list[str]] = [[]]
    for part in parts:
        if part == "||":
            alternatives.append([])
        else:
            alternatives[-1].append(part)
    return alternatives


def _split(part: str) -> tuple[str, str]:
    """The operator and the version of a part, which begins at the first digit."""
    for position, character in enumerate(part):
        if unicodedata.category(character) == "Nd":
            return trim(part[:position]), part[position:]
    raise RangeError(f"Could not get version from string: {quote(part)}")


def _expanded(parts: list[str]) -> list[str]:
    """The parts with wildcards, `1.2.x` and `1.x`, written as comparators without."""
    expanded = []
    for part in parts:
        if "x" not in part:
            expanded.append(part)
            continue
        sign, version = _split(part)
        flat = version.replace(".x.x", ".x", 1).replace(".x", ".0", 1)
        flat += ".0" if flat.count(".") == 1 else ""
        following = _following(version, flat)
        match sign:
            case ">":
                expanded.append(f">={following}")
            case ">=" | "<":
                expanded.append(sign + flat)
            case "<=":
                expanded.append(f"<{following}")
            case "" | "=" | "==":
                expanded += [f">={flat}", f"<{following}"]
            case "!" | "!=":
                # Upstream: the halves are joined by "and", so it is never true.
                expanded += [f"<{flat}", f">={following}"]
            case _:
                expanded.append(flat)
    return expanded


def _following(version: str, flat: str) -> str:
    """The version after all that a wildcard stands for; nothing if the x is not in the last place."""
    place = {2: 0, 3: 1}.get(version.count(".") + 1)
    numbers = flat.split(".")
    if place is None or not version.endswith(".x") or not re.fullmatch("[+-]?[0-9]{1,18}", numbers[place]):
        return ""
    numbers[place] = str(int(numbers[place]) + 1)
    return ".".join(numbers)


def _comparison(part: str) -> tuple[Comparator, Version]:
    """The comparator of a part and the version it compares with."""
    sign, text = _split(part)
    compare = COMPARATORS.get(sign)
    if compare is None:
        problem = f"Could not parse comparator {quote(sign)} in {quote(sign + text)}"
        raise RangeError(f"Could not parse Range {quote(part)}: {problem}")
    try:
        return compare, parse_version(text)
    except VersionError as error:
        problem = f"Could not parse version {quote(text)} in {quote(sign + text)}: {error}"
        raise RangeError(f"Could not parse Range {quote(part)}: {problem}") from error
