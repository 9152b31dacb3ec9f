"""How conditions see values: numbers are doubles, and most of the rest is text (spec 03 §4.1, §4.3).

A scalar that is an int becomes a float before any operator sees it, so an int that is left over is an opaque integer of
expressions (spec 02 §1), which has rows of its own. Inside lists a literal keeps its integers and a variable yields
doubles; that shows only in texts, `1000000` or `1e+06`. Values that an expression made may be one list in a million
places, so what walks them counts its steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN
from kyvernopy.golang.text import show

if TYPE_CHECKING:
    from kyvernopy.limits import Limits

__all__ = ["deep_equal", "double", "doubles", "is_number", "scalar", "text_of", "whole_seconds"]

SECOND = 10**9


# --- Numbers ---


def scalar(value: Any) -> Any:
    """The value, with a double for an int that is not opaque."""
    return double(value) if value.__class__ is int else value


def double(value: float) -> float:
    """The number as a double; one that no double holds is infinite."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def doubles(value: Any, limits: Limits) -> Any:
    """The value as a variable yields it, with doubles inside lists and maps as well; strings and their lists are shared."""
    if value.__class__ is list:
        for item in value:
            if item.__class__ is not str:
                break
        else:
            return value
    elif not isinstance(value, (list, dict)):
        return scalar(value)
    measure(value, limits)
    return _doubles(value)


def _doubles(value: Any) -> Any:
    if isinstance(value, list):
        return [_doubles(item) for item in value]
    if isinstance(value, dict):
        return {key: _doubles(item) for key, item in value.items()}
    return scalar(value)


def is_number(value: Any) -> bool:
    """Whether the value is a number, which booleans are not."""
    return isinstance(value, (float, int)) and value is not True and value is not False


def whole_seconds(value: Any) -> int | None:
    """A number of seconds as nanoseconds, without its fraction; None if the value is no number."""
    if not is_number(value):
        return None
    # Upstream: what is out of range becomes the least integer, and the product wraps around in 64 bits.
    seconds = int(value) if INT64_MIN <= value < -INT64_MIN else INT64_MIN
    return (seconds * SECOND - INT64_MIN) % 2**64 + INT64_MIN


# --- Texts ---


def text_of(value: Any, limits: Limits) -> str:
    """The text that stands for a value in lists (`%v`)."""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, dict)):
        measure(value, limits)
    elif isinstance(value, int) and not INT64_MIN <= value <= INT64_MAX:
        return show(double(value))
    return show(value)


# --- Lists and maps ---


def measure(value: Any, limits: Limits) -> None:
    """Raises LimitExceeded if a value is too large, or too deep, to be walked."""
    count, depth, level = 0, 0, [value]
    while level:
        count, depth = count + len(level), depth + 1
        if count > limits.output_size:
            raise LimitExceeded("output_size", count, limits.output_size)
        if depth > limits.depth + 1:
            raise LimitExceeded("depth", depth - 1, limits.depth)
        lists = [item for item in level if isinstance(item, (list, dict))]
        level = []
        for item in lists:
            level.extend(item.values() if isinstance(item, dict) else item)
            if len(level) > limits.output_size:
                break


def deep_equal(left: Any, right: Any, limits: Limits) -> bool:
    """Whether two lists or two maps are equal; an integer equals the same double (spec 03 §4.4, library note)."""
    pairs, steps = [(left, right)], 0
    while pairs:
        one, other = pairs.pop()
        steps += 1
        if steps > limits.expression_work:
            raise LimitExceeded("expression_work", steps, limits.expression_work)
        if isinstance(one, list):
            if not isinstance(other, list) or len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif isinstance(one, dict):
            if not isinstance(other, dict) or one.keys() != other.keys():
                return False
            pairs.extend((item, other[key]) for key, item in one.items())
        elif one != other or isinstance(one, bool) is not isinstance(other, bool):  # `True == 1` in Python
            return False
    return True
