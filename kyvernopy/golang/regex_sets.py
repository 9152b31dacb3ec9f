r"""Sets of characters as sorted ranges of code points: `\d`, `[[:alpha:]]`, `\pL`, and what case folding adds to them.

Python's own classes differ from Go's in all of these, hence everything is spelled out as ranges. Tables of all
characters are worked out when a pattern first asks for one (some 15 ms), and once: there are two, of fixed size.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["ANY", "NOT_NEWLINE", "PERL", "POSIX", "Ranges", "folded", "merged", "negated", "unicode_class"]

Ranges: TypeAlias = "tuple[tuple[int, int], ...]"

HIGHEST = 0x10FFFF
ANY: Ranges = ((0, HIGHEST),)
NOT_NEWLINE: Ranges = ((0, 9), (11, HIGHEST))

DIGITS, UPPER, LOWER = (48, 57), (65, 90), (97, 122)
WORD: Ranges = (DIGITS, UPPER, (95, 95), LOWER)
PERL: dict[str, Ranges] = {"d": (DIGITS,), "w": WORD, "s": ((9, 10), (12, 13), (32, 32))}
POSIX: dict[str, Ranges] = {
    "alnum": (DIGITS, UPPER, LOWER),
    "alpha": (UPPER, LOWER),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": (DIGITS,),
    "graph": ((33, 126),),
    "lower": (LOWER,),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": (UPPER,),
    "word": WORD,
    "xdigit": (DIGITS, (65, 70), (97, 102)),
}

CATEGORY_NAMES = {
    "casedletter": "lc",
    "closepunctuation": "pe",
    "combiningmark": "m",
    "connectorpunctuation": "pc",
    "control": "cc",
    "currencysymbol": "sc",
    "dashpunctuation": "pd",
    "decimalnumber": "nd",
    "enclosingmark": "me",
    "finalpunctuation": "pf",
    "format": "cf",
    "initialpunctuation": "pi",
    "letter": "l",
    "letternumber": "nl",
    "lineseparator": "zl",
    "lowercaseletter": "ll",
    "mark": "m",
    "mathsymbol": "sm",
    "modifierletter": "lm",
    "modifiersymbol": "sk",
    "nonspacingmark": "mn",
    "number": "n",
    "openpunctuation": "ps",
    "other": "c",
    "otherletter": "lo",
    "othernumber": "no",
    "otherpunctuation": "po",
    "othersymbol": "so",
    "paragraphseparator": "zp",
    "privateuse": "co",
    "punctuation": "p",
    "separator": "z",
    "spaceseparator": "zs",
    "spacingmark": "mc",
    "surrogate": "cs",
    "symbol": "s",
    "titlecaseletter": "lt",
    "unassigned": "cn",
    "uppercaseletter": "lu",
    "cntrl": "cc",
    "digit": "nd",
    "punct": "p",
}

# All that can be assigned in the Unicode versions of the Pythons this runs on, and the two planes for private use.
ASSIGNED_BELOW, TAGS, PRIVATE = 0x33480, (0xE0000, 0xE0200), 0xF0000
# Outside these no character has another case.
FIRST_CASED, LAST_CASED = 0x41, 0x1E943
LAST_ASCII = 127


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The same characters in sorted ranges that neither touch nor overlap."""
    result: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            if high > result[-1][1]:
                result[-1] = (result[-1][0], high)
        else:
            result.append((low, high))
    return tuple(result)


def negated(ranges: Ranges) -> Ranges:
    """All other characters."""
    result, following = [], 0
    for low, high in merged(ranges):
        if following < low:
            result.append((following, low - 1))
        following = high + 1
    if following <= HIGHEST:
        result.append((following, HIGHEST))
    return tuple(result)


# --- Case folding ---


def folded(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The characters and all that differ from them only in case, by simple folding as in `unicode.SimpleFold`."""
    result: list[tuple[int, int]] = []
    for low, high in ranges:
        result.append((low, high))
        first, last = max(low, FIRST_CASED), min(high, LAST_CASED)
        if last <= LAST_ASCII:
            result += _folded_ascii(first, last)
        elif (first, last) != (FIRST_CASED, LAST_CASED):  # else all cases of all characters are there
            orbits = _orbits()
            within = orbits if last - first > len(orbits) else range(first, last + 1)
            cased = [code for code in within if first <= code <= last and code in orbits]
            result += [(other, other) for code in cased for other in orbits[code] if not low <= other <= high]
    return merged(result)


def _folded_ascii(low: int, high: int) -> list[tuple[int, int]]:
    result = []
    for first, last, shift in (*UPPER, 32), (*LOWER, -32):
        if (start := max(low, first)) <= (end := min(high, last)):
            result.append((start + shift, end + shift))
            for letter, sign in (ord("K"), 0x212A), (ord("S"), 0x17F):  # the Kelvin sign and the long s
                if start <= letter + first - 65 <= end:
                    result.append((sign, sign))
    return result


@lru_cache(maxsize=1)
def _orbits() -> Mapping[int, tuple[int, ...]]:
    """For each character that has other cases all characters of its kind, itself included."""
    kinds: dict[str, list[int]] = {}
    for code in range(FIRST_CASED, LAST_CASED + 1):
        character = chr(code)
        fold = character.casefold()
        if len(fold) > 1:  # full folding makes several characters; the simple one is the lower case, if it is one
            fold = character.lower()
        kinds.setdefault(fold if len(fold) == 1 else character, []).append(code)
    return {code: tuple(codes) for codes in kinds.values() if len(codes) > 1 for code in codes}


# --- Unicode classes ---


def unicode_class(name: str) -> Ranges | None:
    r"""The characters of `\p{name}`: a category such as `L` and `Lu`, or a script such as `Greek`; None if unknown."""
    # Upstream: neither case nor these three characters count.
    key = name.translate({ord(character): None for character in "_- "}).lower()
    match key:
        case "any":
            return ANY
        case "ascii":
            return POSIX["ascii"]
        case "assigned":
            return negated(_categories()["cn"])
        case _:
            return _categories().get(CATEGORY_NAMES.get(key, key)) or _script(key)


def _script(name: str) -> Ranges | None:
    """The characters of a script of writing."""
    from kyvernopy.golang.scripts import SCRIPTS  # noqa: PLC0415 - rarely asked for

    for script, written in SCRIPTS.items():
        if script.replace("_", "").lower() == name:
            bounds = [pair.partition("-") for pair in written.split()]
            return tuple([(int(low, 16), int(high or low, 16)) for low, _, high in bounds])
    return None


@lru_cache(maxsize=1)
def _categories() -> Mapping[str, Ranges]:
    """The characters of each category, of one letter or two."""
    found: dict[str, list[tuple[int, int]]] = {"Cn": [(ASSIGNED_BELOW, TAGS[0] - 1), (TAGS[1], PRIVATE - 1)]}
    for start, end in (0, ASSIGNED_BELOW), TAGS, (PRIVATE, HIGHEST + 1):
        low = start
        for category, run in groupby(map(unicodedata.category, map(chr, range(start, end)))):
            following = low + sum(1 for _ in run)
            found.setdefault(category, []).append((low, following - 1))
            low = following
    result = {category: merged(ranges) for category, ranges in found.items()}
    for letter in "CLMNPSZ":
        parts = [ranges for category, ranges in result.items() if category[0] == letter]
        result[letter] = merged(pair for ranges in parts for pair in ranges)
    result["LC"] = merged(pair for category in ("Lu", "Ll", "Lt") for pair in result[category])
    return {category.lower(): ranges for category, ranges in result.items()}
