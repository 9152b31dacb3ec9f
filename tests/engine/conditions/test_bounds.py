"""Hostile keys and values, as an expression may yield them, end soon: with an answer or an error of our own."""

from __future__ import annotations

import sys

import pytest

from kyvernopy import ExpressionError, LimitExceeded, Limits, PolicyError, evaluate_condition
from kyvernopy.engine.conditions.operators import OPERATORS, compare
from kyvernopy.engine.conditions.values import doubles

HUGE = 10**400
DEEP = 5_000


def nested(levels):
    """A list in a list in a list."""
    value = []
    for _ in range(levels):
        value = [value]
    return value


def doubled(levels):
    """A value of a few lists that is 2 ** levels lists to whoever walks it."""
    value = ["x"]
    for _ in range(levels):
        value = [value, value]
    return value


HOSTILE = {
    "deep list": nested(DEEP),
    "one list in very many places": doubled(60),
    "long texts in many places": ["x" * 10_000_000] * 1000 + [["x" * 10_000_000] * 1000],
    "deep JSON text": "[" * DEEP,
    "deep JSON text that is complete": "[" * DEEP + "]" * DEEP,
    "many stars": "*a" * 3_000,
    "many question marks": "*?a" * 2_000,
    "huge integer": HUGE,
    "huge integer in a list": [HUGE, -HUGE],
    "many digits": "9" * 100_000,
    "many digits with a unit": "9" * 100_000 + "h",
    "huge exponent": "1e999999999",
    "range of many digits": "1" * 3_000 + "-" + "2" * 3_000,
    "many wildcards": [f"*?a*{number}" for number in range(200)],
    "many texts": ["a" * 30 + str(number) for number in range(1_000)],
    "many alternatives": "1-5|" * 3_000,
    "half a surrogate pair": "\ud800",
    "not a number": float("nan"),
}


def ends(function, *arguments) -> bool:
    try:
        return function(*arguments) in {True, False}
    except (LimitExceeded, ExpressionError, PolicyError):
        return True


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("key", HOSTILE)
def test_a_hostile_key_comes_to_an_end(key, operator):
    for value in [HOSTILE[key], [HOSTILE[key]], "x", "1-5", 1.0, ["a*", 1]]:
        assert ends(compare, operator, HOSTILE[key], value)


@pytest.mark.parametrize("operator", ["NotEquals", "AnyNotIn", "In", "LessThan"])
@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_comes_to_an_end(value, operator):
    for key in [*HOSTILE.values(), "x", 1.0, ["a*", "x"]]:
        assert ends(compare, operator, key, HOSTILE[value])


@pytest.mark.parametrize("key", HOSTILE)
def test_a_hostile_condition_of_the_caller_comes_to_an_end(key):
    assert ends(evaluate_condition, HOSTILE[key], "AnyIn", [HOSTILE[key]])


@pytest.mark.parametrize("value", ["deep list", "one list in very many places", "long texts in many places"])
def test_a_list_that_has_no_text_crosses_a_bound(value):
    with pytest.raises(LimitExceeded):
        compare("AnyIn", [HOSTILE[value]], ["x"])


def test_equality_of_endless_lists_crosses_a_bound():
    with pytest.raises(LimitExceeded) as caught:
        compare("Equals", doubled(60), doubled(60))
    assert caught.value.limit == "expression_work"


def test_lists_are_equal_however_deep_they_are():
    assert sys.getrecursionlimit() < DEEP
    assert compare("Equals", nested(DEEP), nested(DEEP))


def test_numbers_become_doubles_however_often_and_deep_they_stand_there():
    assert doubles([1, nested(DEEP), doubled(60)])[0].__class__ is float


def test_many_wildcards_and_many_keys_cross_a_bound():
    with pytest.raises(LimitExceeded) as caught:
        compare("AllIn", HOSTILE["many texts"], HOSTILE["many wildcards"], Limits(expression_work=100_000))
    assert caught.value.limit == "expression_work"
    with pytest.raises(LimitExceeded):
        compare("Equals", "a" * 1000, "*?b" * 100, Limits(expression_work=100))


def test_many_plain_texts_are_compared():
    texts = [f"text-{number}" for number in range(100_000)]
    assert compare("AllIn", texts, texts[::-1])


def test_long_texts_with_wildcards_are_compared():
    text = "ab" * 100_000
    assert compare("Equals", text, "*ab" * 10_000)
    assert not compare("Equals", text, "*ab" * 10_000 + "*c*")


def test_an_integer_that_no_double_holds_is_infinite():
    assert compare("GreaterThan", HUGE, 1e308)
    assert compare("AnyIn", [HUGE], ["+Inf"])
