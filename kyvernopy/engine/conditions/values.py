"""How conditions see values: numbers are doubles, and most of the rest is text (spec 03 §4.1, §4.3).

A scalar that is an int becomes a float before any operator sees it, so an int that is left over is an opaque integer of
expressions (spec 02 §1), which has rows of its own. Inside lists a literal keeps its integers and a variable yields
doubles; that shows only in texts, `1000000` or `1e+06`. What an expression made may be one list in a million places, so
each list is walked once, and a text that would be too long is refused before it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN
from kyvernopy.golang.text import show
from kyvernopy.jmespath.values import as_float

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kyvernopy.limits import Limits

__all__ = ["doubles", "is_number", "scalar", "text_of", "texts_of", "whole_seconds"]

SECOND = 10**9
INT64 = range(INT64_MIN, INT64_MAX + 1)
# What `show` prints to the end: more parts and levels are cut, and texts that are cut say nothing of equality.
MOST_PARTS, MOST_LEVELS = 50_000, 200


# --- Numbers ---


def scalar(value: Any) -> Any:
    """The value, with a double for an int that is not opaque."""
    return as_float(value) if value.__class__ is int else value


def doubles(value: Any) -> Any:
    """The value as a variable yields it, with doubles inside lists and maps too; it is shared where it is only strings."""
    if not isinstance(value, (list, dict)):
        return scalar(value)
    if isinstance(value, list) and are_strings(value):
        return value
    return _copied_with_doubles(value)


def _copied_with_doubles(value: Any) -> Any:
    """A copy in which the same parts are shared as in the original."""
    copies: dict[int, Any] = {}
    holder = [value]
    waiting: list[Any] = [holder]
    while waiting:
        parent = waiting.pop()
        for key, child in parent.items() if isinstance(parent, dict) else enumerate(parent):
            if isinstance(child, (dict, list)):
                copy = copies.get(id(child))
                if copy is None:
                    copy = copies[id(child)] = dict(child) if isinstance(child, dict) else list(child)
                    waiting.append(copy)
                parent[key] = copy
            elif child.__class__ is int:
                parent[key] = as_float(child)
    return holder[0]


def is_number(value: Any) -> bool:
    """Whether the value is a number, which booleans are not."""
    return isinstance(value, (float, int)) and value is not True and value is not False


def whole_seconds(value: Any) -> int | None:
    """A number of seconds as nanoseconds, without its fraction; None if the value is no number."""
    if not is_number(value):
        return None
    # Upstream: what is out of range becomes the least integer, and the product wraps around in 64 bits.
    seconds = int(value) if INT64_MIN <= value <= INT64_MAX else INT64_MIN
    return (seconds * SECOND - INT64_MIN) % 2**64 + INT64_MIN


# --- Texts ---


def are_strings(items: list[Any]) -> bool:
    """Whether a list holds nothing but strings."""
    for item in items:  # a loop, because a generator takes three times as long
        if item.__class__ is not str:
            return all(isinstance(one, str) for one in items)
    return True


def text_of(value: Any, limits: Limits) -> str:
    """The text that stands for a value (`%v`)."""
    return value if isinstance(value, str) else texts_of([value], limits)[0]


def texts_of(items: list[Any], limits: Limits) -> Sequence[str]:
    """The texts that stand for the elements of a list."""
    if are_strings(items):
        return items
    size, known = 0, dict[int, tuple[int, int, int]]()
    for item in items:
        if isinstance(item, (list, dict)):
            size += _measure(item, 1, known, limits)[0]
            _stay_below("output_size", size, limits.output_size)
    return [show(as_float(item) if item.__class__ is int and item not in INT64 else item) for item in items]


def _measure(value: Any, level: int, known: dict[int, tuple[int, int, int]], limits: Limits) -> tuple[int, int, int]:
    """How long the text of a list or map is at least, of how many parts, and its levels; LimitExceeded beforehand."""
    found = known.get(id(value))
    if found is None:
        if level > MOST_LEVELS:
            raise LimitExceeded("depth", level, min(limits.depth, MOST_LEVELS))
        children = value.values() if isinstance(value, dict) else value
        measured = [_measure(child, level + 1, known, limits) for child in children if isinstance(child, (list, dict))]
        size = sum(len(child) for child in children if isinstance(child, str)) + len(children)
        found = known[id(value)] = (
            size + sum(one[0] for one in measured),
            len(children) + sum(one[1] for one in measured),
            1 + max([one[2] for one in measured], default=0),
        )
    size, parts, levels = found
    _stay_below("output_size", size, limits.output_size)
    _stay_below("output_size", parts, MOST_PARTS)
    _stay_below("depth", level + levels - 1, min(limits.depth, MOST_LEVELS))
    return found


def _stay_below(limit: str, value: int, bound: int) -> None:
    if value > bound:
        raise LimitExceeded(limit, value, bound)
