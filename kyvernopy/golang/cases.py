"""Upper and lower case by Go's rules: each code point has one counterpart, whatever stands beside it (spec 02 §3.3).

Python maps whole texts: `ß` becomes `SS` and a capital sigma at the end of a word another letter than inside. Go maps
code point by code point and never changes their number. Texts of ASCII, where both agree, take Python's way.
"""

from __future__ import annotations

__all__ = ["equal_fold", "lower", "upper"]


def lower(text: str) -> str:
    """Each code point in lower case (`strings.ToLower`)."""
    if text.isascii():
        return text.lower()
    return "".join([letter.lower()[0] for letter in text])


def upper(text: str) -> str:
    """Each code point in upper case (`strings.ToUpper`)."""
    if text.isascii():
        return text.upper()
    return "".join([_single(letter, letter.upper(), letter.title()) for letter in text])


def equal_fold(left: str, right: str) -> bool:
    """Whether two texts differ in case only (`strings.EqualFold`)."""
    if left == right:
        return True
    return len(left) == len(right) and _fold(left) == _fold(right)


def _fold(text: str) -> str:
    """A text that all texts which differ from this one in case only have in common."""
    if text.isascii():
        return text.lower()
    return "".join([_single(letter, letter.casefold(), letter.lower()) for letter in text])


def _single(letter: str, *forms: str) -> str:
    """The first form that is a single code point; the second is there where Unicode's first one has several."""
    return next((form for form in forms if len(form) == 1), letter)
