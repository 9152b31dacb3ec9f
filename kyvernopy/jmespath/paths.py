"""Chains of fields, the commonest expression of all, as one function each.

An absent key raises `NotFound` where the form says so (spec 02 §2.3); elsewhere it is null, and then nothing may be
raised, because a policy that says `labels.app || 'x'` meets absent labels all day. Hence two functions a chain. Both try
what is right for nearly all resources, objects within objects, and leave all else to a loop: 140 ns for four steps
instead of 240. (Subscripts take 75, but would add keys to a `defaultdict`.) They need no run, so that a whole expression
that is a path is such a function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.jmespath.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["null_path", "raising_path"]

Path: TypeAlias = "Callable[..., Any]"  # (value) or (value, run)

_NOTHING: dict[str, Any] = {}
_ABSENT: Any = object()


def raising_path(names: tuple[str, ...]) -> Path:
    """The function of `a.b.c` where an absent key raises."""
    match names:
        case (a,):
            return _raising_1(a)
        case (a, b):
            return _raising_2(a, b)
        case (a, b, c):
            return _raising_3(a, b, c)
        case (a, b, c, d):
            return _raising_4(a, b, c, d)
        case (a, b, c, d, e):
            return _raising_5(a, b, c, d, e)
    return lambda value, _run=None: _walk(value, names)


def null_path(names: tuple[str, ...]) -> Path:
    """The function of `a.b.c` where an absent key gives null."""
    match names:
        case (a,):
            return _null_1(a)
        case (a, b):
            return _null_2(a, b)
        case (a, b, c):
            return _null_3(a, b, c)
        case (a, b, c, d):
            return _null_4(a, b, c, d)
        case (a, b, c, d, e):
            return _null_5(a, b, c, d, e)
    return lambda value, _run=None: _walk_or_null(value, names)


def _walk(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        if not isinstance(value, dict):
            return None
        if name not in value:
            raise NotFound(f'Unknown key "{name}" in path')
        value = value[name]
    return value


def _walk_or_null(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


# --- One function for each length ---


def _raising_1(a: str) -> Path:
    def path(value: Any, _run: Any = None) -> Any:
        if value.__class__ is dict and a in value:
            return value[a]
        return _walk(value, (a,))

    return path


def _raising_2(a: str, b: str) -> Path:
    def path(value: Any, _run: Any = None) -> Any:
        try:
            found = value.get(a, _NOTHING).get(b, _ABSENT)
        except AttributeError:
            found = _ABSENT
        return _walk(value, (a, b)) if found is _ABSENT else found

    return path


def _raising_3(a: str, b: str, c: str) -> Path:
    def path(value: Any, _run: Any = None) -> Any:
        try:
            found = value.get(a, _NOTHING).get(b, _NOTHING).get(c, _ABSENT)
        except AttributeError:
            found = _ABSENT
        return _walk(value, (a, b, c)) if found is _ABSENT else found

    return path


def _raising_4(a: str, b: str, c: str, d: str) -> Path:
    def path(value: Any, _run: Any = None) -> Any:
        try:
            found = value.get(a, _NOTHING).get(b, _NOTHING).get(c, _NOTHING).get(d, _ABSENT)
        except AttributeError:
            found = _ABSENT
        return _walk(value, (a, b, c, d)) if found is _ABSENT else found

    return path


def _raising_5(a: str, b: str, c: str, d: str, e: str) -> Path:
    def path(value: Any, _run: Any = None) -> Any:
        try:
            found = value.get(a, _NOTHING).get(b, _NOTHING).get(c, _NOTHING).get(d, _NOTHING).get(e, _ABSENT)
        except AttributeError:
            found = _ABSENT
        return _walk(value, (a, b, c, d, e)) if found is _ABSENT else found

    return path


def _null_1(a: str) -> Path:
    def path(value: Any, _run: Any = None) -> Any:
        return value.get(a) if value.__class__ is dict or isinstance(value, dict) else None

    return path


def _null_2(a: str, b: str) -> Path:
    def path(value: Any, _run: Any = None) -> Any:
        try:
            return value.get(a, _NOTHING).get(b)
        except AttributeError:
            return _walk_or_null(value, (a, b))

    return path


def _null_3(a: str, b: str, c: str) -> Path:
    def path(value: Any, _run: Any = None) -> Any:
        try:
            return value.get(a, _NOTHING).get(b, _NOTHING).get(c)
        except AttributeError:
            return _walk_or_null(value, (a, b, c))

    return path


def _null_4(a: str, b: str, c: str, d: str) -> Path:
    def path(value: Any, _run: Any = None) -> Any:
        try:
            return value.get(a, _NOTHING).get(b, _NOTHING).get(c, _NOTHING).get(d)
        except AttributeError:
            return _walk_or_null(value, (a, b, c, d))

    return path


def _null_5(a: str, b: str, c: str, d: str, e: str) -> Path:
    def path(value: Any, _run: Any = None) -> Any:
        try:
            return value.get(a, _NOTHING).get(b, _NOTHING).get(c, _NOTHING).get(d, _NOTHING).get(e)
        except AttributeError:
            return _walk_or_null(value, (a, b, c, d, e))

    return path
