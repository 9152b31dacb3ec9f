"""AnyIn, AllIn, AnyNotIn, AllNotIn, and the deprecated In and NotIn (spec 03 §4.6).

A key that is a scalar must be one of the candidates; a key that is a list has elements that must be. A value that is
of a wrong kind makes every operator false, the negative ones too, and so does a key that is null or a map.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.engine.conditions.operand import NO_JSON
from kyvernopy.engine.conditions.values import are_strings, text_of, texts_of
from kyvernopy.errors import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from kyvernopy.engine.conditions.operand import Operand

    Test: TypeAlias = "Callable[[str], bool]"

__all__ = ["all_in", "all_not_in", "any_in", "any_not_in", "is_in", "is_not_in"]


# --- Operators ---


def any_in(key: Any, operand: Operand) -> bool:
    """Whether the key, or some element of it, is one of the value."""
    if isinstance(key, list):
        return _list_holds(key, operand, lambda inside, texts: any(map(inside, texts)), positive=True)
    return _is_member(key, operand) is True


def all_in(key: Any, operand: Operand) -> bool:
    """Whether the key, or every element of it, is one of the value."""
    if isinstance(key, list):
        held = not _is_scalar(operand.value)
        return held and _list_holds(key, operand, lambda inside, texts: all(map(inside, texts)), positive=True)
    return _is_member(key, operand) is True


def any_not_in(key: Any, operand: Operand) -> bool:
    """Whether the key, or some element of it, is none of the value."""
    if isinstance(key, list):
        return _list_holds(key, operand, _any_outside(operand), positive=False)
    return _is_member(key, operand) is False


def all_not_in(key: Any, operand: Operand) -> bool:
    """Whether the key, or every element of it, is none of the value."""
    if isinstance(key, list):
        held = not _is_scalar(operand.value)
        return held and _list_holds(key, operand, lambda inside, texts: not any(map(inside, texts)), positive=False)
    return _is_member(key, operand) is False


def is_in(key: Any, operand: Operand) -> bool:
    """In: as AllIn, but a list is compared exactly."""
    if isinstance(key, list):
        return _list_is_in(key, operand, negative=False)
    return _is_member(key, operand, exactly=True) is True


def is_not_in(key: Any, operand: Operand) -> bool:
    """NotIn: as AnyNotIn, but a list is compared exactly."""
    if isinstance(key, list):
        return _list_is_in(key, operand, negative=True)
    return _is_member(key, operand, exactly=True) is False


# --- Scalar keys ---


def _is_member(key: Any, operand: Operand, *, exactly: bool = False) -> bool | None:
    """Whether a scalar is one of the value; None if key or value are of a wrong kind."""
    if key is None or isinstance(key, dict):
        return None
    text = key if key.__class__ is str else text_of(key, operand.limits)
    value = operand.value
    if isinstance(value, list):
        candidates = operand.candidates
        return candidates is not None and candidates.has(text)
    if not isinstance(value, str):
        return None
    if operand.accepts(text):
        return True
    if not exactly:
        if operand.inside is not None:
            return operand.inside(text)
        if operand.json is NO_JSON:
            return False  # the wildcard has said so
    strings = operand.strings
    return None if strings is None else text in strings


# --- Lists as keys ---


def _list_holds(
    key: list[Any], operand: Operand, holds: Callable[[Test, Collection[str]], bool], *, positive: bool
) -> bool:
    """Whether the elements hold, by a function of the test for one of them and of their texts."""
    texts, value = texts_of(key, operand.limits), operand.value
    if isinstance(value, str) and list(texts) == [value]:
        return positive
    inside = operand.inside
    if inside is not None:
        return holds(inside, texts)
    candidates = operand.candidates
    return candidates is not None and holds(candidates.for_keys(texts), texts)


def _any_outside(operand: Operand) -> Callable[[Test, Collection[str]], bool]:
    """Of a range, some element must be in the opposite range; of anything else, it must not be inside."""
    if operand.inside is not None:
        return lambda _, texts: any(map(operand.outside, texts))
    return lambda inside, texts: not all(map(inside, texts))


def _is_scalar(value: Any) -> bool:
    """Whether the value is a number or boolean, which AnyIn takes for a list of one, but AllIn does not."""
    return isinstance(value, (bool, int, float))


def _list_is_in(key: list[Any], operand: Operand, *, negative: bool) -> bool:
    if not are_strings(key):
        # Upstream: it crashes here, whatever the value is.
        raise ExpressionError("a list as key of In or NotIn must hold nothing but strings")
    if isinstance(operand.value, str) and key == [operand.value]:
        return True  # Upstream: also for NotIn
    strings = operand.strings
    return strings is not None and strings.issuperset(key) is not negative
