"""Durations such as `1h30m` as nanoseconds (`time.ParseDuration`; spec 01 §4.9).

Deciding asks of almost every text whether it is a duration, so a text that cannot be one leaves after a look at its
last and first characters, which costs a third of the shortest failing match of a regular expression. One pass over
the groups does the rest, in integers; only a fraction is worked out in floats, as Go does. What is wrong with a text is
found out by reading it once more.
"""

from __future__ import annotations

import re

from kyvernopy.golang.numbers import INT64_MAX, MOST_DIGITS, SURE_DIGITS

__all__ = ["DurationError", "as_bytes", "parse_duration", "quote", "quote_bytes", "read_duration", "show_duration"]

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

NUMBER = re.compile("([0-9]*)(?:[.]([0-9]*))?")
NOT_NUMERIC = re.compile("[^0-9.]*")

LAST_CHARACTERS = frozenset("smh")
FIRST_CHARACTERS = frozenset("0123456789.+-")
ZEROS = frozenset({"0", "+0", "-0"})


class DurationError(ValueError):
    """A text that is no duration; the text is Go's."""


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


def read_duration(text: str) -> int:
    """Nanoseconds of a duration; DurationError with Go's text if it is none."""
    nanoseconds = parse_duration(text)
    if nanoseconds is None:
        raise DurationError(f"time: {_problem(text)} {quote(text)}")
    return nanoseconds


def _problem(text: str) -> str:
    """What is wrong with a text that is no duration, as far as it can be read."""
    position, total = int(text[:1] in ("+", "-")), 0
    while position < len(text):
        number = NUMBER.match(text, position)
        if number is None or not (number[1] or number[2]):
            break
        position = number.end()
        unit = NOT_NUMERIC.match(text, position)
        suffix = unit[0] if unit else ""
        digits = number[1].lstrip("0")
        if len(digits) > MOST_DIGITS or int(digits or "0") > INT64_MAX + 1:
            break
        if not suffix:
            return "missing unit in duration"
        if suffix not in UNITS:
            return f"unknown unit {quote(suffix)} in duration"
        position += len(suffix)
        total += int(digits or "0") * UNITS[suffix] + _fraction(number[2] or "", UNITS[suffix])
        if total > INT64_MAX + 1:
            break
    return "invalid duration"


def quote(text: str) -> str:
    r"""The text in quotes as Go's package `time` writes it: bytes that are not printable ASCII as `\xc2`."""
    return quote_bytes(as_bytes(text))


def as_bytes(text: str) -> str:
    """The UTF-8 bytes of a text, each as one character."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


def quote_bytes(text: str) -> str:
    """A text from `as_bytes`, or a part of one, in quotes."""
    if not (text.isascii() and text.isprintable()) or '"' in text or "\\" in text:
        text = "".join(map(_escaped, text))
    return f'"{text}"'


def _escaped(byte: str) -> str:
    if byte in '"\\':
        return "\\" + byte
    return byte if " " <= byte <= "\x7f" else f"\\x{ord(byte):02x}"


def show_duration(nanoseconds: int) -> str:
    """The duration as `time.Duration` prints it: `1h0m0s`, `1.5ms`."""
    sign, rest = "-" if nanoseconds < 0 else "", abs(nanoseconds)
    if rest < UNITS["s"]:
        for unit in "ms", "\u00b5s", "ns":
            if rest >= UNITS[unit]:
                return f"{sign}{_decimal(rest, UNITS[unit])}{unit}"
        return "0s"
    minutes, rest = divmod(rest, UNITS["m"])
    hours, minutes = divmod(minutes, 60)
    larger = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{sign}{larger}{_decimal(rest, UNITS['s'])}s"


def _decimal(number: int, unit: int) -> str:
    """A number of units with all decimals that are not zero; the unit is a power of ten."""
    whole, fraction = divmod(number, unit)
    decimals = f"{fraction:0{len(str(unit)) - 1}d}".rstrip("0")
    return f"{whole}.{decimals}" if decimals else str(whole)
