"""Tests of single values: a leaf of a pattern becomes a function from a value to a bool (spec 01 §4).

The way a text can be read is known before any value is: most operands are neither durations nor quantities, and then
one wildcard test on the text of the value is all that is left. The functions never raise, whatever the value is.
"""

from __future__ import annotations

import sys
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.exhaustive import assert_never
from kyvernopy.golang.durations import parse_duration
from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN, parse_float, parse_int
from kyvernopy.golang.text import scientific
from kyvernopy.kubernetes.quantities import NANO, parse_quantity
from kyvernopy.kubernetes.wildcards import compile_wildcard
from kyvernopy.patterns.nodes import Boolean, Compare, Condition, Leaf, Null, Number, Range, Text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Test", "leaf_test", "plain_text", "plain_texts"]

Test: TypeAlias = "Callable[[Any], bool]"

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {"": eq, "!": ne, ">": gt, ">=": ge, "<": lt, "<=": le}
LARGEST = sys.float_info.max


def leaf_test(leaf: Leaf) -> Test:
    """The function that decides whether a single value, never looked into, satisfies a leaf."""
    match leaf:
        case Text(raw, alternatives):
            return _text_test(raw, alternatives)
        case Boolean(raw):
            return lambda value: value is raw
        case Number(raw):
            return _number_test(raw)
        case Null():
            # spec 01 §4.4: the zero of every scalar type, but no map and no list
            return lambda value: not value and (value is None or isinstance(value, (str, int, float)))
        case _:
            assert_never(leaf)


def _number_test(wanted: float) -> Test:
    """Spec 01 §4.3: numbers compare exactly; the type of the pattern decides how a text is read."""
    parse = parse_float if isinstance(wanted, float) else parse_int

    def test(value: Any) -> bool:
        if isinstance(value, str):
            return parse(value) == wanted
        return isinstance(value, (int, float)) and value is not True and value is not False and value == wanted

    return test


def _text_test(raw: str, alternatives: tuple[tuple[Condition, ...], ...]) -> Test:
    """Spec 01 §4.5: the whole text literally, or an alternative of which all conditions hold."""
    texts = plain_texts(alternatives)
    if texts is not None:
        return lambda value: (value if value.__class__ is str else plain_text(value)) in texts or value == raw
    tests = [_all_of([_condition_test(condition) for condition in conditions]) for conditions in alternatives]
    if len(tests) == 1:
        return _literal_or(raw, tests[0])
    return lambda value: value == raw or any(test(value) for test in tests)


def plain_texts(alternatives: tuple[tuple[Condition, ...], ...]) -> frozenset[str] | None:
    """The texts that a leaf accepts, if it is nothing but a list of texts such as `ALL | NET_RAW`."""
    texts = set()
    for condition, *others in alternatives:
        if others or not isinstance(condition, Compare) or condition.operator:
            return None
        if condition.duration is not None or condition.quantity is not None or condition.wildcard.kind != "exact":
            return None
        texts.add(condition.operand)
    return frozenset(texts)


def _literal_or(raw: str, test: Test) -> Test:
    return lambda value: value == raw or test(value)


def _all_of(tests: list[Test]) -> Test:
    first, *others = tests
    if not others:
        return first
    if len(others) == 1:
        second = others[0]
        return lambda value: first(value) and second(value)
    return lambda value: all(test(value) for test in tests)


def _condition_test(condition: Condition) -> Test:
    match condition:
        case Range(outside, low, high):
            below, above = _compare_test(low), _compare_test(high)
            if outside:
                return lambda value: below(value) or above(value)
            return lambda value: below(value) and above(value)
        case Compare():
            return _compare_test(condition)
        case _:
            assert_never(condition)


def _compare_test(condition: Compare) -> Test:
    """Spec 01 §4.7: as durations, else as quantities, else as text."""
    as_text = _plain_text_test(condition)
    if condition.duration is None and condition.quantity is None:
        return as_text
    wanted_duration, wanted_quantity = condition.duration, condition.quantity
    compare = COMPARISONS[condition.operator]

    def test(value: Any) -> bool:
        if wanted_duration is not None:
            duration = _duration(value)
            if duration is not None:
                return compare(duration, wanted_duration)
        if wanted_quantity is not None:
            quantity = _quantity(value)
            if quantity is not None:
                return compare(quantity, wanted_quantity)
        return as_text(value)

    return test


def _duration(value: Any) -> int | None:
    """The value as nanoseconds; of the numbers only an integer zero is a duration, and null is one."""
    if isinstance(value, str):
        return parse_duration(value)
    if value is None or (value == 0 and isinstance(value, int) and value is not False):
        return 0
    return None


def _quantity(value: Any) -> Any:
    """The value as a quantity; null is zero, and a float keeps six decimals."""
    if isinstance(value, str):
        return parse_quantity(value)
    if value is None:
        return 0
    if value is True or value is False:
        return None
    if isinstance(value, int) and INT64_MIN <= value <= INT64_MAX:
        return value * NANO
    return parse_quantity(f"{value:f}") if isinstance(value, (int, float)) and _is_finite(value) else None


def _is_finite(value: float) -> bool:
    """Whether a number is one that a double holds."""
    return -LARGEST <= value <= LARGEST


def _plain_text_test(condition: Compare) -> Test:
    if condition.operator not in ("", "!"):
        return lambda _: False
    matches, wanted = compile_wildcard(condition.operand), condition.operator == ""

    def test(value: Any) -> bool:
        text = value if value.__class__ is str else plain_text(value)
        return text is not None and matches(text) is wanted

    return test


def plain_text(value: Any) -> str | None:
    """The text that an operand is matched against; null, maps and lists have none (spec 01 §4.7, step 4)."""
    if isinstance(value, str):
        return value
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int) and INT64_MIN <= value <= INT64_MAX:
        return str(value)
    if isinstance(value, (int, float)):
        return scientific(float(value), "E") if not isinstance(value, int) or _is_finite(value) else None
    return None
