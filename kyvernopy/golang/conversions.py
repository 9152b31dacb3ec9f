"""Numbers of Go's types in one another: doubles as 64-bit integers, and as the text of a 32-bit float (spec 02 §3.3).

Python's numbers have no width, so what Go loses on the way is lost here on purpose.
"""

from __future__ import annotations

import struct

from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN

__all__ = ["single_text", "to_int64", "wrap_int64"]

_EXACT_IN_SINGLE = 2**24


def to_int64(number: float) -> int:
    """A number without its fraction. Upstream: out of range it depends on the processor; this is amd64."""
    return int(number) if INT64_MIN <= number < INT64_MAX + 1 else INT64_MIN  # a NaN is in no range


def wrap_int64(number: int) -> int:
    """The integer that is left of a result that does not fit 64 bits."""
    return (number - INT64_MIN) % 2**64 + INT64_MIN


def single_text(number: float) -> str:
    """The shortest digits that give the same 32-bit float again, without exponent (`FormatFloat(n, 'f', -1, 32)`)."""
    if isinstance(number, int) and abs(number) < _EXACT_IN_SINGLE:
        return str(number)
    single = _single(number)
    if single - single != 0:
        return {"inf": "+Inf", "-inf": "-Inf"}.get(str(single), "NaN")
    if single == 0:
        return "-0" if str(single)[0] == "-" else "0"
    shortest = next(text for text in (f"{single:.{places}e}" for places in range(17)) if _single(float(text)) == single)
    mantissa, _, exponent = shortest.partition("e")
    sign = "-" if single < 0 else ""
    digits = mantissa.lstrip("-").replace(".", "")
    point = int(exponent) + 1
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    return f"{sign}{digits[:point].ljust(point, '0')}{'.' if len(digits) > point else ''}{digits[point:]}"


def _single(number: float) -> float:
    """A number rounded to 32 bits."""
    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
