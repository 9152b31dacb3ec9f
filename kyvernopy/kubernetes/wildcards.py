"""Wildcards: `*` stands for any characters, `?` for exactly one, everything else for itself (spec 01 §2).

A pattern is classified once, and most need no matcher at all: a comparison, `startswith`, `endswith` or `in` answers
(30 to 70 ns, a regular expression 130 ns). Of the rest, the ends are compared where they have to stand, and each
segment between stars is found once, left-most, and never reconsidered. That is enough, as any later place leaves less
room for what follows, and it keeps the cost linear in the text, where a regular expression with `.*` for every star
grows tenfold with each (7 stars: 0.8 s).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

__all__ = ["Wildcard", "classify", "compile_wildcard", "has_wildcard", "matches"]

Kind: TypeAlias = Literal["exact", "any", "filled", "prefix", "suffix", "contains", "prefix_suffix", "fixed", "general"]


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A pattern, classified: what stands before the first star, between the stars, and after the last one.

    `exact`: the text equals `prefix`; `any`: no condition; `filled`: the text is not empty (`?*`); `prefix`, `suffix`,
    `contains` (the one segment of `middle`) and `prefix_suffix` (which must not overlap) are literal as well.
    Only in the last two kinds may parts hold `?`: `fixed` is all `prefix`, without a star, and `general` the rest.
    """

    kind: Kind
    prefix: str = ""
    middle: tuple[str, ...] = ()
    suffix: str = ""


def has_wildcard(text: str) -> bool:
    """Whether the text holds `*` or `?`."""
    return "*" in text or "?" in text


def classify(pattern: str) -> Wildcard:
    """The cheapest kind of test that decides the pattern."""
    if not has_wildcard(pattern):
        return Wildcard("exact", pattern)
    prefix, *rest = pattern.split("*")
    if not rest:
        return Wildcard("fixed", prefix)
    *between, suffix = rest
    middle = tuple(segment for segment in between if segment)  # `**` is one star
    parts = Wildcard("general", prefix, middle, suffix)
    if "?" in pattern:
        return Wildcard("filled") if prefix + "".join(middle) + suffix == "?" else parts
    if middle:
        single = len(middle) == 1 and not prefix and not suffix
        return Wildcard("contains", "", middle) if single else parts
    return Wildcard(_kind_of_ends(prefix, suffix), prefix, (), suffix)


def _kind_of_ends(prefix: str, suffix: str) -> Kind:
    """The kind of a pattern with one star and no `?`."""
    if prefix and suffix:
        return "prefix_suffix"
    if prefix:
        return "prefix"
    return "suffix" if suffix else "any"


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches the whole text; to ask more than once, compile it."""
    if "?" not in pattern:
        prefix, star, suffix = pattern.partition("*")
        if not star:
            return pattern == text
        if "*" not in suffix:
            return text.startswith(prefix) and text.endswith(suffix) and len(text) >= len(pattern) - 1
        *middle, suffix = suffix.split("*")
        return _in_order(prefix, middle, suffix, text)
    return compile_wildcard(pattern)(text)


def _in_order(prefix: str, middle: Iterable[str], suffix: str, text: str) -> bool:
    """Whether the segments stand in the text in their order, the first and the last one at its ends."""
    start, end = len(prefix), len(text) - len(suffix)
    if not (text.startswith(prefix) and text.endswith(suffix)):
        return False
    for segment in middle:
        found = text.find(segment, start, end) if start <= end else -1
        if found < 0:
            return False
        start = found + len(segment)
    return start <= end


def compile_wildcard(pattern: str) -> Callable[[str], bool]:
    """A function that tells whether the pattern matches a whole text."""
    wildcard = classify(pattern)
    prefix, suffix = wildcard.prefix, wildcard.suffix
    match wildcard.kind:
        case "exact":
            return lambda text: text == prefix
        case "any":
            return lambda _: True
        case "filled":
            return lambda text: text != ""
        case "prefix":
            return lambda text: text.startswith(prefix)
        case "suffix":
            return lambda text: text.endswith(suffix)
        case "contains":
            segment = wildcard.middle[0]
            return lambda text: segment in text
        case "prefix_suffix":
            return _with_ends(prefix, suffix)
        case "fixed":
            return _fixed(prefix)
        case "general":
            return _general(wildcard) if "?" in pattern else partial(_in_order, prefix, wildcard.middle, suffix)


def _with_ends(prefix: str, suffix: str) -> Callable[[str], bool]:
    length = len(prefix) + len(suffix)
    return lambda text: text.startswith(prefix) and text.endswith(suffix) and len(text) >= length


def _fixed(segment: str) -> Callable[[str], bool]:
    """A text of one length, with a `?` where any character may stand."""
    fullmatch = re.compile(_literal(segment), re.DOTALL).fullmatch
    return lambda text: fullmatch(text) is not None


def _general(wildcard: Wildcard) -> Callable[[str], bool]:
    """Segments with `?` in them, in their order."""
    first, last = _fixed(wildcard.prefix), _fixed(wildcard.suffix)
    front, back = len(wildcard.prefix), len(wildcard.suffix)
    finders = [_finder(segment) for segment in wildcard.middle]

    def test(text: str) -> bool:
        start, end = front, len(text) - back
        if start > end or not (first(text[:front]) and last(text[end:])):
            return False
        for find in finders:
            start = find(text, start, end)
            if start < 0:
                return False
        return True

    return test


# Characters of text times those of a segment from which on a regular expression is not the fastest way any more.
MUCH = 1_000_000


def _finder(segment: str) -> Callable[[str, int, int], int]:
    """A function that tells where the first place of a segment between two positions ends; -1 if there is none."""
    if "?" not in segment:
        return lambda text, start, end: _end_of(text.find(segment, start, end), len(segment))
    search = re.compile(_literal(segment), re.DOTALL).search

    def find(text: str, start: int, end: int) -> int:
        if (end - start) * len(segment) > MUCH:
            return _shift_and(segment, text, start, end)
        found = search(text, start, end)
        return found.end() if found else -1

    return find


def _end_of(found: int, length: int) -> int:
    return found + length if found >= 0 else -1


def _shift_and(segment: str, text: str, start: int, end: int) -> int:
    """The same in a time that the length of the segment hardly matters to: bit n says that n + 1 characters matched."""
    everywhere = sum(1 << index for index, wanted in enumerate(segment) if wanted == "?")
    places = dict.fromkeys(segment, everywhere)
    for index, wanted in enumerate(segment):
        places[wanted] |= 1 << index
    done, matched = 1 << (len(segment) - 1), 0
    for index in range(start, end):
        matched = ((matched << 1) | 1) & places.get(text[index], everywhere)
        if matched & done:
            return index + 1
    return -1


def _literal(segment: str) -> str:
    return ".".join(map(re.escape, segment.split("?")))
