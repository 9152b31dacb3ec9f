"""Texts as numbers by Go's rules, which are not Python's (spec 01 §4.3).

Python reads `" 8"`, `"1_000"` and digits of any script as integers; Go does not. Both functions look at the shape first
and convert only what Go would convert, because an exception costs more than the whole common path.
"""

from __future__ import annotations

import re

__all__ = ["INT64_MAX", "INT64_MIN", "parse_any_float", "parse_float", "parse_int"]

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1

# 18 digits always fit 64 bits; 19 may.
SURE_DIGITS, MOST_DIGITS = 18, 19

# An underscore may stand between two digits, and right after `0x`.
DIGITS, HEX = "[0-9]+(?:_[0-9]+)*", "[0-9A-Fa-f]+(?:_[0-9A-Fa-f]+)*"
DECIMAL_FLOAT = re.compile(rf"[+-]?(?:{DIGITS}(?:\.(?:{DIGITS})?)?|\.{DIGITS})(?:[eE][+-]?{DIGITS})?")
HEX_FLOAT = re.compile(rf"[+-]?0[xX](?:_?{HEX}(?:\.(?:{HEX})?)?|\.{HEX})[pP][+-]?{DIGITS}")

INFINITY = float("inf")
NOT_FINITE = re.compile("[+-]?inf(?:inity)?|nan", re.IGNORECASE)


def parse_int(text: str) -> int | None:
    """A base-10 integer that fits 64 bits (`strconv.ParseInt`), or None."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isdigit() and digits.isascii()):
        return None
    if len(digits) > SURE_DIGITS:
        significant = digits.lstrip("0")
        if len(significant) > MOST_DIGITS:  # int() refuses texts of more than 4,300 digits
            return None
        number = int(significant or "0")
        number = -number if text[0] == "-" else number
        return number if INT64_MIN <= number <= INT64_MAX else None
    return int(text)


def parse_float(text: str) -> float | None:
    """A finite 64-bit float (`strconv.ParseFloat`), or None.

    Go also reads infinity and NaN, which equal no number of a resource; what overflows is an error to Go.
    """
    if DECIMAL_FLOAT.fullmatch(text):
        number = float(text)
        return None if number in (INFINITY, -INFINITY) else number
    if HEX_FLOAT.fullmatch(text):
        try:
            return float.fromhex(text.replace("_", ""))
        except OverflowError:
            return None
    return None


def parse_any_float(text: str) -> float | None:
    """A 64-bit float with infinities and NaN (`strconv.ParseFloat`), or None; what overflows is no number."""
    number = parse_float(text)
    return float(text) if number is None and NOT_FINITE.fullmatch(text) else number
