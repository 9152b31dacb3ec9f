"""Quantities such as `500m`, `1.5Gi` and `1e3` as exact numbers that compare by value (spec 01 §4.10).

A quantity is a whole number of nanos, because finer values are rounded, so an int holds it exactly: half the time of
`Decimal` to parse, and comparing costs nothing. Only a long text or a large exponent takes the other way, through a
`Decimal` that keeps its exponent apart: `1e1000000000` compares with `1` by magnitude, without a thousand million zeros.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kyvernopy.golang.numbers import INT64_MAX, parse_int

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["BINARY_CAP", "GRAMMAR", "NANO", "exponent_of", "parse_quantity"]

NANO = 10**9  # nanos in one

GRAMMAR = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+|)")
NUMBER_STARTS = frozenset("0123456789.+-")
EXPONENT_STARTS = frozenset("eE")

# The size of one unit in nanos.
NANOS: dict[str, int] = {
    suffix: 10**power for power, suffix in zip(range(0, 30, 3), ["n", "u", "m", "", *"kMGTPE"], strict=True)
}
BINARY_NANOS: dict[str, int] = {
    suffix: 2**power * NANO for power, suffix in zip(range(10, 70, 10), "KMGTPE", strict=True)
}
NANOS |= {f"{letter}i": size for letter, size in BINARY_NANOS.items()}

BINARY_CAP = INT64_MAX * NANO
# Upstream: a missing number is zero, except before the largest binary suffixes.
WITHOUT_ZERO = frozenset({"Pi", "Ei"})
LONE_SUFFIXES = frozenset(NANOS) - WITHOUT_ZERO - {""}
LEAST_EXPONENT = -9  # nano

# Longer texts and larger exponents are left to `Decimal`.
COMMON_LENGTH, COMMON_POWER = 64, 64
TENS: tuple[int, ...] = tuple([10**power for power in range(COMMON_POWER + 10)])

# Suffixes with which a number of so many digits is neither rounded nor capped.
COMMON_DIGITS = 6
COMMON_NANOS = {suffix: size for suffix, size in NANOS.items() if suffix not in WITHOUT_ZERO}


def parse_quantity(text: str) -> int | Decimal | None:
    """The exact value in nanos, or None; any two results compare with each other."""
    if text[:1] not in NUMBER_STARTS:
        if text in LONE_SUFFIXES:
            return 0
        if text[:1] not in EXPONENT_STARTS:
            return None
    # `500m` and `1Gi` need no regular expression (the check for ASCII is because `isdigit` knows other digits)
    digits = text[:-2] if text[-1] == "i" else text[:-1]
    if len(digits) <= COMMON_DIGITS and digits.isdigit() and text.isascii():
        unit = COMMON_NANOS.get(text[len(digits) :])
        if unit is not None:
            return int(digits) * unit
    if text.isdigit() and text.isascii() and len(text) <= COMMON_LENGTH:
        return int(text) * 1_000_000_000
    found = GRAMMAR.fullmatch(text)
    return None if found is None else _convert(text, *found.groups(default=""))


def _convert(text: str, sign: str, whole: str, fraction: str, suffix: str) -> int | Decimal | None:
    """The value of a text that is split into its parts."""
    unit = NANOS.get(suffix)
    if unit is None:
        return _with_exponent(sign, whole + fraction, fraction, suffix)
    if not whole and not fraction:
        return None if suffix in WITHOUT_ZERO else 0
    if len(text) > COMMON_LENGTH:
        return _uncommon(sign + whole + fraction, -len(fraction), unit, suffix)
    amount = int(whole + fraction) * unit
    if fraction:
        amount = -(-amount // TENS[len(fraction)])  # finer than nano: away from zero
    if amount > BINARY_CAP and suffix[-1:] == "i":
        amount = BINARY_CAP
    return -amount if sign == "-" else amount


def _with_exponent(sign: str, digits: str, fraction: str, suffix: str) -> int | Decimal | None:
    """A quantity with an exponent such as `e3` or `E-3`."""
    exponent = exponent_of(suffix)
    if exponent is None:
        return None
    if not digits:
        return None if exponent < LEAST_EXPONENT else 0
    power = exponent - len(fraction)
    if len(digits) > COMMON_LENGTH or abs(power) > COMMON_POWER:
        return _uncommon(sign + digits, power, NANOS[""], suffix)
    nanos = power + 9
    amount = int(digits) * TENS[nanos] if nanos >= 0 else -(-int(digits) // TENS[-nanos])
    return -amount if sign == "-" else amount


def exponent_of(suffix: str) -> int | None:
    """The number in a suffix such as `e3` or `E-3`; None if it does not fit 64 bits."""
    exponent = parse_int(suffix[1:])
    # Upstream: only the low 32 bits of the exponent count, so `1e4294967297` is ten.
    return None if exponent is None else (exponent + 2**31) % 2**32 - 2**31


def _uncommon(number: str, power: int, unit: int, suffix: str) -> int | Decimal:
    """The product of a number, a power of ten and a unit, for texts or exponents of any size."""
    from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_UP, Context, Decimal  # noqa: PLC0415 - rarely needed

    exact = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
    amount = exact.multiply(Decimal(f"{number}E{power}"), Decimal(unit))
    if amount.as_tuple().exponent < 0:  # type: ignore[operator]  # finite: the exponent is a number
        amount = amount.to_integral_value(ROUND_UP, exact)
    if suffix[-1:] == "i":
        amount = max(Decimal(-BINARY_CAP), min(amount, Decimal(BINARY_CAP)))
    return amount or 0
