"""Durations such as `1h30m` as nanoseconds (`time.ParseDuration`; spec 01 §4.9).

Deciding asks of almost every text whether it is a duration, so a text that cannot be one leaves after a look at its
last and first characters, which costs a third of the shortest failing match of a regular expression. One pass over the groups does the rest, in integers; only a fraction is worked out in floats, as Go does.
"""

from __future__ import annotations

import re

from kyvernopy.golang.numbers import INT64_MAX, MOST_DIGITS, SURE_DIGITS

__all__ = ["parse_duration"]

UNITS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,  # micro sign
    "\u03bcs": 10**3,  # Greek letter mu
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
GROUP = re.compile("([0-9]*)(?:[.]([0-9]*))?(" + "|".join(UNITS) + ")")

LAST_CHARACTERS = frozenset("smh")
FIRST_CHARACTERS = frozenset("0123456789.+-")
ZEROS = frozenset({"0", "+0", "-0"})


def parse_duration(text: str) -> int | None:
    """Nanoseconds of a duration, or None."""
    last = text[-1:]
    if last not in LAST_CHARACTERS:
        return 0 if last == "0" and text in ZEROS else None
    if text[0] not in FIRST_CHARACTERS:
        return None
    digits, negative = text[:-1], text[0] == "-"
    if len(digits) <= SURE_DIGITS and digits.isdigit() and digits.isascii():
        total: int | None = int(digits) * UNITS[last]
    else:
        total = _sum_groups(text, 1 if text[0] in "+-" else 0)
    if total is None or total > INT64_MAX + negative:
        return None
    return -total if negative else total


def _sum_groups(text: str, position: int) -> int | None:
    """The sum of one or more groups of number and unit that fill the rest of the text, which is not empty."""
    total = 0
    while position < len(text):
        group = GROUP.match(text, position)
        if group is None:
            return None
        whole, fraction, suffix = group.groups()
        if not whole and not fraction:
            return None
        significant = whole.lstrip("0")
        if len(significant) > MOST_DIGITS:  # out of range, and int() refuses texts of more than 4,300 digits
            return None
        total += int(significant or "0") * UNITS[suffix] + _fraction(fraction or "", UNITS[suffix])
        position = group.end()
    return total


def _fraction(digits: str, unit: int) -> int:
    """The digits after the point as nanoseconds, truncated, in Go's floating-point arithmetic."""
    if not digits:
        return 0
    if len(digits) <= SURE_DIGITS:
        return int(int(digits) * (unit / 10.0 ** len(digits)))
    numerator, scale = 0, 1.0
    for digit in digits:
        longer = numerator * 10 + int(digit)
        if longer > INT64_MAX + 1:  # Upstream: this digit and all further ones are ignored
            break
        numerator, scale = longer, scale * 10
    return int(numerator * (unit / scale))
