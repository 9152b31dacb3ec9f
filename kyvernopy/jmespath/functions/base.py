"""The functions that JMESPath itself has, with the differences of this dialect (spec 02 §2.7).

`sum` is Kyverno's own and stands with the arithmetic. Arguments have been checked when a function is called.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.golang.numbers import parse_any_float
from kyvernopy.jmespath.functions.signature import Function, function_error
from kyvernopy.jmespath.values import EXACT, equal, is_number, json_text, sorted_keys, type_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.jmespath.run import Run
    from kyvernopy.jmespath.values import ExpRef

__all__ = ["FUNCTIONS"]

# --- Numbers ---


def _average(numbers: list[float]) -> float:
    total = 0.0
    for number in numbers:  # `sum` rounds in its own way from Python 3.12 on
        total += number
    return total / len(numbers) if numbers else math.nan


def _floor(number: float) -> float:
    return _rounded(number, math.floor)


def _ceil(number: float) -> float:
    return _rounded(number, math.ceil)


def _rounded(number: float, function: Callable[[float], int]) -> float:
    """A whole number as an int where ints are exact; zero keeps its sign, as in Go."""
    if isinstance(number, int) or not abs(number) < EXACT:  # a NaN is less than nothing
        return number
    return function(number) or math.copysign(0.0, number)


def _to_number(value: Any) -> float | None:
    if isinstance(value, str):
        return parse_any_float(value)
    type_of(value)  # raises for what has no type
    return value if is_number(value) else None


# --- Texts ---


def _to_string(run: Run, value: Any) -> str:
    return value if isinstance(value, str) else json_text(value, run.limits.output_size)


def _join(run: Run, separator: str, texts: list[str]) -> str:
    size = sum(map(len, texts)) + len(separator) * max(0, len(texts) - 1)
    if size > run.limits.output_size:
        raise LimitExceeded("output_size", size, run.limits.output_size)
    return separator.join(texts)


# --- Arrays and objects ---


def _contains(run: Run, subject: Any, needle: Any) -> bool:
    if isinstance(subject, str):
        return isinstance(needle, str) and needle in subject
    if needle.__class__ is str:
        return needle in subject
    return any(equal(item, needle, run.spend) for item in subject)


def _merge(*objects: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for one in objects:
        if not isinstance(one, dict):  # upstream crashes
            raise function_error("merge", "every argument must be an object")
        merged.update(one)
    return merged


def _values(value: dict[str, Any]) -> list[Any]:
    return [value[key] for key in sorted_keys(value)]


def _not_null(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _to_array(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _map(function: ExpRef, items: list[Any]) -> list[Any]:
    return [function(item) for item in items]


# --- By a key ---


def _same_kind(key: Any) -> Callable[[Any], bool]:
    """The test of the kind that the first key has; other kinds than texts and numbers have no order."""
    if isinstance(key, str):
        return lambda other: isinstance(other, str)
    if is_number(key):
        return is_number
    raise ExpressionError("invalid type, must be number of string")


def _best_by(wins: Callable[[Any, Any], bool]) -> Callable[[list[Any], ExpRef], Any]:
    """`max_by` and `min_by`: the first of equals wins; a single item wins without a look at its key."""

    def choose(items: list[Any], key_of: ExpRef) -> Any:
        if len(items) <= 1:
            return items[0] if items else None
        best, best_key = items[0], key_of(items[0])
        same_kind = _same_kind(best_key)
        for item in items[1:]:
            key = key_of(item)
            if not same_kind(key):
                raise ExpressionError(f"invalid type, must be {'number' if is_number(best_key) else 'string'}")
            if wins(key, best_key):
                best, best_key = item, key
        return best

    return choose


def _sort_by(items: list[Any], key_of: ExpRef) -> list[Any]:
    """Stable. Upstream: the array itself is sorted, so that later readers of it see it sorted (spec 02 §2.7)."""
    if len(items) <= 1:
        return items
    keys = [key_of(items[0])]
    same_kind = _same_kind(keys[0])
    try:
        keys += [key_of(item) for item in items[1:]]
    except ExpressionError:
        raise ExpressionError("error in sort_by comparison") from None
    if not all(map(same_kind, keys)):
        raise ExpressionError("error in sort_by comparison")
    items[:] = [items[i] for i in sorted(range(len(items)), key=keys.__getitem__)]
    return items


# --- The table ---

_NUMBERS, _TEXTS, _ARRAY_OR_TEXT = ("array[number]",), ("array[string]",), ("array", "string")

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "abs",
        abs,
        (("number",),),
        "number",
        "The number without its sign.",
    ),
    Function(
        "avg",
        _average,
        (_NUMBERS,),
        "number",
        "The mean of a list of numbers; of an empty list it is no number, which cannot be written as JSON.",
    ),
    Function(
        "ceil",
        _ceil,
        (("number",),),
        "number",
        "The number rounded up to a whole one.",
    ),
    Function(
        "contains",
        _contains,
        (_ARRAY_OR_TEXT, ("any",)),
        "bool",
        "Whether a list has an element that equals the second argument, or a text has it as a part.",
        takes_run=True,
    ),
    Function(
        "ends_with",
        str.endswith,
        (("string",), ("string",)),
        "bool",
        "Whether the first text ends with the second one.",
    ),
    Function(
        "floor",
        _floor,
        (("number",),),
        "number",
        "The number rounded down to a whole one.",
    ),
    Function(
        "join",
        _join,
        (("string",), _TEXTS),
        "string",
        "The texts of a list in one, with the first text between them.",
        takes_run=True,
    ),
    Function(
        "keys",
        sorted_keys,
        (("object",),),
        "array",
        "The keys of an object, here always sorted.",
    ),
    Function(
        "length",
        len,
        (("string", "array", "object"),),
        "number",
        "The number of characters of a text, elements of a list or keys of an object.",
    ),
    Function(
        "map",
        _map,
        (("expref",), ("array",)),
        "array",
        "The value of an expression for every element, nulls included.",
    ),
    Function(
        "max",
        lambda items: max(items, default=None),
        (("array[number]", "array[string]"),),
        "any",
        "The greatest number or text of a list; null if it is empty.",
    ),
    Function(
        "max_by",
        _best_by(lambda key, best: bool(key > best)),
        (("array",), ("expref",)),
        "any",
        "The element for which an expression gives the greatest number or text, the first one of equals.",
    ),
    Function(
        "merge",
        _merge,
        (("object",),),
        "object",
        "One object of all; of equal keys the last one counts.",
        variadic=True,
    ),
    Function(
        "min",
        lambda items: min(items, default=None),
        (("array[number]", "array[string]"),),
        "any",
        "The least number or text of a list; null if it is empty.",
    ),
    Function(
        "min_by",
        _best_by(lambda key, best: bool(key < best)),
        (("array",), ("expref",)),
        "any",
        "The element for which an expression gives the least number or text, the first one of equals.",
    ),
    Function(
        "not_null",
        _not_null,
        (("any",),),
        "any",
        "The first argument that is not null.",
        variadic=True,
    ),
    Function(
        "reverse",
        lambda value: value[::-1],
        (_ARRAY_OR_TEXT,),
        "any",
        "The list or text from its end to its start.",
    ),
    Function(
        "sort",
        sorted,
        (("array[string]", "array[number]"),),
        "array",
        "The numbers or texts of a list in order; texts go by their bytes.",
    ),
    Function(
        "sort_by",
        _sort_by,
        (("array",), ("expref",)),
        "array",
        "The elements of a list in the order of the numbers or texts that an expression gives for them.",
    ),
    Function(
        "starts_with",
        str.startswith,
        (("string",), ("string",)),
        "bool",
        "Whether the first text starts with the second one.",
    ),
    Function(
        "to_array",
        _to_array,
        (("any",),),
        "array",
        "The value itself if it is a list, else a list with the value in it.",
    ),
    Function(
        "to_number",
        _to_number,
        (("any",),),
        "any",
        "The number that a text stands for, or the number itself; null for anything else.",
    ),
    Function(
        "to_string",
        _to_string,
        (("any",),),
        "string",
        "The text itself, or the JSON text of any other value.",
        takes_run=True,
    ),
    Function(
        "type",
        type_of,
        (("any",),),
        "string",
        "The name of the type: `string`, `number`, `boolean`, `array`, `object` or `null`.",
    ),
    Function(
        "values",
        _values,
        (("object",),),
        "array",
        "The values of an object, here always in the order of their keys.",
    ),
)
