"""JSON values while a patch is applied: copies, equality, depth, and two kinds of values that last only so long.

Nothing here calls itself: a stack or a level at a time, so that no document is too deep for Python.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.text import json_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kyvernopy.limits import Limits

__all__ = ["NumberText", "Written", "check_depth", "copy_value", "depth_of", "has_number_text", "same", "settle"]

_CONTAINER = 8  # places of a list that take as much memory as a small map or list of its own


class NumberText(float):
    """A number of a JSON text that remembers how it was written, because `test` compares texts (spec 04 §4.3)."""

    __slots__ = ("text",)

    text: str

    def __init__(self, text: str) -> None:
        self.text = text


class Written(Enum):
    """Upstream: a null that an operation of this patch wrote is a value; only one that was there means missing."""

    NULL = None


_NUMBERS = frozenset({int, float, NumberText})


# --- Walks ---


def _children(container: Any) -> Iterable[Any]:
    return container.values() if isinstance(container, dict) else container


def depth_of(value: Any) -> int:
    """The levels of maps and lists of a value."""
    depth, level = 0, [value] if isinstance(value, (dict, list)) else []
    while level:
        depth += 1
        level = [child for parent in level for child in _children(parent) if isinstance(child, (dict, list))]
    return depth


def check_depth(value: Any, limits: Limits) -> None:
    """Raises LimitExceeded for a value that is nested too deep; one that holds itself is."""
    depth, level = 0, {id(value): value} if isinstance(value, (dict, list)) else {}
    while level:
        depth += 1
        if depth > limits.depth:
            raise LimitExceeded("depth", depth, limits.depth)
        children = (child for parent in level.values() for child in _children(parent))
        level = {id(child): child for child in children if isinstance(child, (dict, list))}


def has_number_text(value: Any) -> bool:
    """Whether there is a `NumberText` in a value."""
    values = [value]
    while values:
        one = values.pop()
        if isinstance(one, (dict, list)):
            values.extend(_children(one))
        elif one.__class__ is NumberText:
            return True
    return False


# --- Copies ---


def copy_value(value: Any, charge: Callable[[int], None], limits: Limits) -> Any:
    """A copy of which no part is shared; `charge` is told what it weighs, and may raise."""
    if not isinstance(value, (dict, list)):
        return value
    copy = value.copy()
    depth, level = 1, [copy]
    while level:
        charge(sum(map(len, level)) + _CONTAINER * len(level))
        if depth > limits.depth:
            raise LimitExceeded("depth", depth, limits.depth)
        level = [child for parent in level for child in _copy_children(parent)]
        depth += 1
    return copy


def _copy_children(parent: Any) -> list[Any]:
    """The maps and lists directly in `parent`, each replaced by a copy."""
    copies = []
    for key, child in parent.items() if isinstance(parent, dict) else enumerate(parent):
        if isinstance(child, (dict, list)):
            parent[key] = child.copy()
            copies.append(parent[key])
    return copies


def settle(value: Any, *, numbers: bool = True) -> Any:
    """The value with ordinary nulls, and ordinary numbers if wanted, in the place of those that a patch wrote.

    Only maps and lists that hold such a value are changed, and they belong to the patch that is being applied.
    """
    if not isinstance(value, (dict, list)):
        return _settled(value, numbers=numbers)
    containers = [value]
    while containers:
        container: Any = containers.pop()
        for key, child in container.items() if isinstance(container, dict) else enumerate(container):
            if isinstance(child, (dict, list)):
                containers.append(child)
            elif child.__class__ is Written or child.__class__ is NumberText:
                container[key] = _settled(child, numbers=numbers)
    return value


def _settled(value: Any, *, numbers: bool) -> Any:
    if value is Written.NULL:
        return None
    return float(value) if numbers and value.__class__ is NumberText else value


# --- Equality ---


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal: numbers by their text, maps whatever the order of their members."""
    pairs = [(left, right)]
    while pairs:
        one, other = pairs.pop()
        if one is other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            pairs.extend([(member, other[key]) for key, member in one.items()])
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif not _equal_scalars(one, other):
            return False
    return True


def _equal_scalars(one: Any, other: Any) -> bool:
    # By class, because True is an int in Python.
    kind, other_kind = one.__class__, other.__class__
    if kind in _NUMBERS and other_kind in _NUMBERS:
        return bool(one == other) if kind is other_kind is int else _text(one) == _text(other)
    return kind is other_kind and bool(one == other)


def _text(number: float) -> str:
    return number.text if isinstance(number, NumberText) else json_number(number)
