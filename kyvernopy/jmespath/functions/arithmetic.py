"""Arithmetic on numbers, quantities and durations (spec 02 §3.5).

An operand is what its value can first be read as: a number, a text that is a quantity (`12`, `5m`, `1Gi`), a text that
is a duration (`1h30m`). Two operands that do not go together are an error, as is everything else. Numbers are doubles;
results that are whole come as ints, which print and compare alike.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.conversions import to_int64, wrap_int64
from kyvernopy.golang.durations import parse_duration, show_duration
from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN
from kyvernopy.jmespath.functions.signature import Function, function_error
from kyvernopy.jmespath.values import EXACT, as_float, is_number
from kyvernopy.kubernetes.quantity_values import Quantity, quantity_of_number, read_quantity

if TYPE_CHECKING:
    from kyvernopy.jmespath.run import Run

__all__ = ["FUNCTIONS"]

_SECOND = 10**9


@dataclass(frozen=True, slots=True)
class _Duration:
    nanoseconds: int

    def __bool__(self) -> bool:
        return self.nanoseconds != 0

    @property
    def seconds(self) -> float:
        """Whole seconds plus the rest, as Go adds them."""
        whole, rest = divmod(abs(self.nanoseconds), _SECOND)
        return math.copysign(whole + rest / 1e9, self.nanoseconds)


_Operand: TypeAlias = "float | Quantity | _Duration"


# --- Operands and results ---


def _operands(run: Run, name: str, left: Any, right: Any) -> tuple[_Operand, _Operand]:
    return _operand(run, name, left), _operand(run, name, right)


def _operand(run: Run, name: str, value: Any) -> _Operand:
    if is_number(value):
        return as_float(value)
    if isinstance(value, str):
        quantity = read_quantity(value, run.spend)
        if quantity is not None:
            return quantity
        nanoseconds = parse_duration(value)
        if nanoseconds is not None:
            return _Duration(nanoseconds)
    raise function_error(name, "invalid operand")


def _beside_quantity(run: Run, number: float) -> Quantity:
    quantity = quantity_of_number(number, run.spend)
    if quantity is None:
        expected = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
        raise ExpressionError(f"quantities must match the regular expression '{expected}'")
    return quantity


def _number(result: float) -> float:
    """A whole number as an int where ints are exact; zero keeps its sign."""
    if result.is_integer() and abs(result) < EXACT:
        return int(result) or result
    return result


def _duration(nanoseconds: int) -> str:
    return show_duration(wrap_int64(nanoseconds))


def _from_seconds(seconds: float) -> str:
    return show_duration(to_int64(seconds * _SECOND))


def _mismatch(name: str) -> NoReturn:
    raise function_error(name, "Types mismatch")


def _check_divisor(name: str, divisor: _Operand) -> None:
    if not divisor:
        raise function_error(name, "Zero divisor passed")


# --- Operations ---


def _add(run: Run, left: Any, right: Any) -> Any:
    return _sum_of(run, "add", left, right, 1)


def _subtract(run: Run, left: Any, right: Any) -> Any:
    return _sum_of(run, "subtract", left, right, -1)


def _sum_of(run: Run, name: str, left: Any, right: Any, sign: int) -> Any:
    match _operands(run, name, left, right):
        case float(a), float(b):
            return _number(a + sign * b)
        case Quantity() as a, Quantity() as b:
            return a.plus(b, sign, run.spend).text(run.spend)
        case _Duration() as a, _Duration() as b:
            return _duration(a.nanoseconds + sign * b.nanoseconds)
    _mismatch(name)


def _sum(run: Run, items: list[Any]) -> Any:
    """Upstream: a single element is not even looked at."""
    if not items:
        raise function_error("sum", "at least one element in the array is required")
    total = items[0]
    for item in items[1:]:
        total = _sum_of(run, "sum", total, item, 1)
    return total


def _multiply(run: Run, left: Any, right: Any) -> Any:
    match _operands(run, "multiply", left, right):
        case float(a), float(b):
            return _number(a * b)
        case (Quantity() as quantity, float(number)) | (float(number), Quantity() as quantity):
            return quantity.times(_beside_quantity(run, number), run.spend).text(run.spend)
        case (_Duration() as duration, float(number)) | (float(number), _Duration() as duration):
            return _from_seconds(duration.seconds * number)
    _mismatch("multiply")


def _divide(run: Run, left: Any, right: Any) -> Any:
    dividend, divisor = _operands(run, "divide", left, right)
    if isinstance(divisor, float) or type(dividend) is type(divisor):
        _check_divisor("divide", divisor)
    match dividend, divisor:
        case float(a), float(b):
            return _number(a / b)
        case Quantity() as a, Quantity() as b:
            return _number(a.approximate() / b.approximate())
        case _Duration() as a, _Duration() as b:
            return _number(a.seconds / b.seconds)
        case Quantity() as a, float(b):
            return a.over(_beside_quantity(run, b), run.spend).text(run.spend)
        case _Duration() as a, float(b):
            return _from_seconds(a.seconds / b)
    _mismatch("divide")


def _modulo(run: Run, left: Any, right: Any) -> Any:
    match _operands(run, "modulo", left, right):
        case float(a), float(b):
            return _remainder(_whole(a), _whole(b))
        case Quantity() as a, Quantity() as b:
            rest = _remainder(_whole(a.approximate()), _whole(b.approximate()))
            return Quantity(rest, 0, a.family, 0).text(run.spend)
        case _Duration() as a, _Duration() as b:
            return show_duration(_remainder(a.nanoseconds, b.nanoseconds))
    _mismatch("modulo")


def _whole(number: float) -> int:
    if number.is_integer() and INT64_MIN <= number < INT64_MAX:
        return int(number)
    raise function_error("modulo", "Non-integer argument(s) passed for modulo")


def _remainder(dividend: int, divisor: int) -> int:
    """The remainder of a division that is rounded toward zero, so its sign is that of the dividend."""
    _check_divisor("modulo", divisor)
    rest = abs(dividend) % abs(divisor)
    return rest if dividend >= 0 else -rest


def _round(number: float, length: float) -> float:
    """Half away from zero at a decimal place, through floating multiplication and division as in Go."""
    number, length = as_float(number), as_float(length)
    if not length.is_integer():
        raise function_error("round", "Non-integer argument(s) passed for round off")
    if length < 0:  # Upstream: the message is formatted without its values
        raise function_error("round", "%!d(MISSING) argument is out of bounds (%!d(MISSING))")
    power = float(f"1e{int(length)}")
    shifted = number * power
    if not math.isfinite(shifted):
        return shifted / power
    whole, rest = divmod(abs(shifted), 1)
    return _number(math.copysign(whole + (rest >= 0.5), shifted) / power)  # noqa: PLR2004  a half


_BOTH = (("any",), ("any",))

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "add",
        _add,
        _BOTH,
        "any",
        "The sum of two numbers, two quantities or two durations.",
        takes_run=True,
    ),
    Function(
        "divide",
        _divide,
        _BOTH,
        "any",
        "The quotient: a number for two of a kind, else a quantity or duration divided by a number.",
        takes_run=True,
    ),
    Function(
        "modulo",
        _modulo,
        _BOTH,
        "any",
        "The remainder of whole numbers, whole quantities or durations; it has the sign of the first one.",
        takes_run=True,
    ),
    Function(
        "multiply",
        _multiply,
        _BOTH,
        "any",
        "The product of two numbers, or of a quantity or duration and a number.",
        takes_run=True,
    ),
    Function(
        "round",
        _round,
        (("number",), ("number",)),
        "number",
        "The first number rounded to as many decimals as the second one says, halves away from zero.",
    ),
    Function(
        "subtract",
        _subtract,
        _BOTH,
        "any",
        "The difference of two numbers, two quantities or two durations.",
        takes_run=True,
    ),
    Function(
        "sum",
        _sum,
        (("array",),),
        "any",
        "The sum of all elements of a list, added as `add` does; a single element is given back as it is.",
        takes_run=True,
    ),
)
