"""Arithmetic on quantities, and how a quantity is written (spec 02 §3.5).

Comparing needs only a value (`quantities.py`); arithmetic also needs how it was written: the family of its suffix, which
the result keeps, and its scale, the decimals to which it is divided. A value is an int times a power of ten, so all
operations are exact, and `1e1000000000` stays as short as it is until something has to be added to it. Long numbers
take time that grows with the square of their digits; it is charged to the caller before it is spent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kyvernopy.golang.text import show
from kyvernopy.kubernetes.quantities import BINARY_CAP, GRAMMAR, exponent_of, parse_quantity

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

__all__ = ["Quantity", "quantity_of_number", "read_quantity"]

Family: TypeAlias = Literal["decimal", "binary", "exponent"]
Spend: TypeAlias = "Callable[[int], None]"

_DECIMAL_SUFFIXES = {-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"}
_EXPONENTS = {suffix: power for power, suffix in _DECIMAL_SUFFIXES.items()}
_BINARY_SUFFIXES = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")

_NANO = -9
_MOST_DECIMALS = 9
_DECIMAL_DIGITS, _BINARY_DIGITS = 18, 14  # how many digits Go keeps as an integer and a scale
_STEP = 1024

_BITS_OF_DIGIT = 3.33
_SAFE_DIGITS = 4_000  # Python refuses to write longer integers
_DIGITS_PER_STEP = 30  # numbers of so many digits are worked out at once


@dataclass(frozen=True, slots=True)
class Quantity:
    """The value `mantissa` * 10**`power`, the family of suffixes it is written with, and the decimals it divides to."""

    mantissa: int
    power: int
    family: Family
    scale: int

    def __bool__(self) -> bool:
        return self.mantissa != 0

    def plus(self, other: Quantity, sign: int, spend: Spend) -> Quantity:
        """The sum, or with the sign -1 the difference."""
        low = min(self.power, other.power)
        total = _shifted(self.mantissa, self.power - low, spend) + sign * _shifted(
            other.mantissa, other.power - low, spend
        )
        return Quantity(total, low, self.family if self else other.family, 0)

    def times(self, other: Quantity, spend: Spend) -> Quantity:
        """The product, in the family of this quantity."""
        _charge(_digits(self.mantissa) + _digits(other.mantissa), spend)
        return Quantity(self.mantissa * other.mantissa, self.power + other.power, self.family, 0)

    def over(self, other: Quantity, spend: Spend) -> Quantity:
        """The quotient, rounded toward zero at the larger scale of the two."""
        scale = max(self.scale, other.scale)
        shift = self.power - other.power + scale
        dividend = _shifted(abs(self.mantissa), max(shift, 0), spend)
        quotient = dividend // _shifted(abs(other.mantissa), max(-shift, 0), spend)
        return Quantity(quotient if self.mantissa * other.mantissa >= 0 else -quotient, -scale, self.family, 0)

    def approximate(self) -> float:
        """The digits as an integer times a power of ten, each of them a double, so `0.3` is 0.30000000000000004."""
        return float(f"{_text(self.mantissa)}e{self.power + self.scale}") * float(f"1e{-self.scale}")

    def text(self, spend: Spend) -> str:
        """The canonical form: the largest suffix of the family that leaves an integer."""
        if not self:
            return "0"
        if self.family == "binary" and (binary := self._binary_text(spend)):
            return binary
        _charge(_digits(self.mantissa), spend)
        digits = _text(self.mantissa)
        significant = digits.rstrip("0")
        power = self.power + len(digits) - len(significant)
        surplus = power % 3  # exponents go in steps of three
        power -= surplus
        # Upstream: beyond the largest and below the smallest suffix, the integer is written without any.
        suffix = f"e{power}" if self.family == "exponent" and power else _DECIMAL_SUFFIXES.get(power, "")
        return f"{significant}{'0' * surplus}{suffix}"

    def _binary_text(self, spend: Spend) -> str:
        """The form with a suffix such as `Ki`; empty if the value is not whole or below 1024."""
        number = _shifted(self.mantissa, max(self.power, 0), spend)
        if self.power < 0:
            number, rest = divmod(number, _shifted(1, -self.power, spend))
            if rest:
                return ""
        if abs(number) < _STEP:
            return ""
        zeros = (number & -number).bit_length() - 1
        steps = zeros // 10
        suffix = _BINARY_SUFFIXES[steps] if steps < len(_BINARY_SUFFIXES) else ""
        return f"{_text(number >> (10 * steps))}{suffix}"


def read_quantity(text: str, spend: Spend) -> Quantity | None:
    """The quantity that a text stands for, or None."""
    _charge(len(text), spend)
    nanos, found = parse_quantity(text), GRAMMAR.fullmatch(text)
    if nanos is None or found is None:
        return None
    _, whole, fraction, suffix = found.groups(default="")
    binary = suffix[1:] == "i"
    family: Family = "binary" if binary else "exponent" if suffix[1:] else "decimal"
    scale = (_binary_scale if binary else _scale)(whole.lstrip("0"), fraction, suffix)
    if binary and abs(nanos) == BINARY_CAP:
        scale = 0
    if isinstance(nanos, int):
        return Quantity(nanos, _NANO, family, scale)
    sign, digits, exponent = nanos.as_tuple()
    return Quantity(int(type(nanos)((sign, digits, 0))), int(exponent) + _NANO, family, scale)


def quantity_of_number(number: float, spend: Spend) -> Quantity | None:
    """A number read from what Go prints for it, and therefore rounded up to nano; None for what is not finite."""
    return read_quantity(show(float(number)), spend)


def _scale(whole: str, fraction: str, suffix: str) -> int:
    """The decimals that are written, less the exponent of the suffix; nine for what Go does not keep as an integer."""
    exponent = _EXPONENTS.get(suffix)
    decimals = len(fraction) - ((exponent_of(suffix) or 0) if exponent is None else exponent)
    kept = decimals <= _MOST_DECIMALS and len(whole + fraction) <= _DECIMAL_DIGITS
    return decimals if kept else _MOST_DECIMALS


def _binary_scale(whole: str, fraction: str, suffix: str) -> int:
    """Zero, or nine for what Go does not keep as an integer."""
    bits = 10 * _BINARY_SUFFIXES.index(suffix)
    return 0 if not fraction and len(whole) + bits * 3 // 10 <= _BINARY_DIGITS else _MOST_DECIMALS


def _shifted(number: int, power: int, spend: Spend) -> int:
    """The number times a power of ten that is not negative."""
    _charge(_digits(number) + power, spend)
    return int(number * 10**power)


def _digits(number: int) -> int:
    """About how many digits a number has."""
    return int(number.bit_length() / _BITS_OF_DIGIT) + 1


def _charge(digits: int, spend: Spend) -> None:
    if digits > _DIGITS_PER_STEP:
        spend((digits // _DIGITS_PER_STEP) ** 2)


def _text(number: int) -> str:
    """The digits of a number of any length."""
    if _digits(number) < _SAFE_DIGITS:
        return str(number)
    from decimal import Decimal  # noqa: PLC0415 - rarely needed

    return f"{Decimal(number):f}"
