"""Functions of lists and objects (spec 02 §3.4). What they give are ordinary lists and objects.

Upstream, `items` gives a list of another type, which some functions refuse and others crash on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.golang.conversions import single_text
from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN
from kyvernopy.jmespath.functions.output import allow
from kyvernopy.jmespath.functions.signature import Function, function_error, shown
from kyvernopy.jmespath.values import as_float, equal, is_number, sorted_keys

if TYPE_CHECKING:
    from kyvernopy.jmespath.run import Run

__all__ = ["FUNCTIONS"]


def _items(run: Run, collection: Any, key_name: str, value_name: str) -> list[dict[str, Any]]:
    allow(run, 3 * len(collection))
    if isinstance(collection, dict):
        return [{key_name: key, value_name: collection[key]} for key in sorted_keys(collection)]
    return [{key_name: index, value_name: item} for index, item in enumerate(collection)]


def _label_match(run: Run, wanted: dict[str, Any], labels: dict[str, Any]) -> bool:
    return all(key in labels and equal(labels[key], value, run.spend) for key, value in wanted.items())


def _lookup(collection: Any, key: Any) -> Any:
    if isinstance(collection, dict):
        if not isinstance(key, str):
            raise function_error("lookup", "argument #2 is not of type String")
        return collection.get(key)
    if not is_number(key):
        raise function_error("lookup", "argument #2 is not of type Number")
    index = _index(key)
    return collection[index] if 0 <= index < len(collection) else None


def _index(key: float) -> int:
    """The number as an integer of 64 bits."""
    number = as_float(key)
    if not number.is_integer():
        raise function_error("lookup", f"argument #2: expected an integer number but got: {shown(key)}")
    if not INT64_MIN <= number < INT64_MAX:
        raise function_error("lookup", f"argument #2: number is outside the range of integer numbers: {shown(key)}")
    return int(number)


def _object_from_lists(run: Run, keys: list[Any], values: list[Any]) -> dict[str, Any]:
    allow(run, 2 * len(keys))
    names = [_key(key) for key in keys]
    missing = [None] * (len(names) - len(values))
    return dict(zip(names, [*values, *missing]))  # noqa: B905  values beyond the keys are left out


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, bool):  # bool before int: True is an int in Python
        return "true" if key else "false"
    if is_number(key):
        return single_text(as_float(key))
    raise function_error("object_from_lists", "argument #1 is not of type StringArray")


_EITHER = ("object", "array")

FUNCTIONS: tuple[Function, ...] = (
    Function(
        "items",
        _items,
        (_EITHER, ("string",), ("string",)),
        "array",
        "A list of objects, each with a key or an index under the first name and its value under the second one.",
        takes_run=True,
    ),
    Function(
        "label_match",
        _label_match,
        (("object",), ("object",)),
        "bool",
        "Whether the second object has all keys of the first one, with the same values.",
        takes_run=True,
    ),
    Function(
        "lookup",
        _lookup,
        (_EITHER, ("string", "number")),
        "any",
        "The value of a key that is worked out, or the element at an index, counted from 0; null where none is.",
    ),
    Function(
        "object_from_lists",
        _object_from_lists,
        (("array",), ("array",)),
        "object",
        "An object of the keys in the first list and the values in the second one; keys without a value have null.",
        takes_run=True,
    ),
)
