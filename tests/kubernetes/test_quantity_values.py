"""Arithmetic on quantities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.errors import LimitExceeded
from kyvernopy.kubernetes.quantity_values import Quantity, quantity_of_number, read_quantity
from reference import arithmetic
from reference.values import ExpressionError as DefinedError
from support import examples

DIGITS = st.integers(0, 10_000).map(str) | st.from_regex("[0-9]{1,22}", fullmatch=True)
SUFFIXES = st.sampled_from(["", *"numkMGTPE", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"])
EXPONENTS = st.builds("{}{}".format, st.sampled_from("eE"), st.integers(-40, 40))
QUANTITIES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "", "-", "+"]),
    DIGITS,
    st.just("") | st.builds(".{}".format, DIGITS | st.just("")),
    SUFFIXES | EXPONENTS,
)
NUMBERS = st.integers(-5000, 5000).map(float) | st.floats(-1e30, 1e30) | st.sampled_from([0.5, 0.1, 1024.0, 1e18])


def free(steps: int) -> None:
    """What these numbers cost is no matter here."""


def quantity(text: str) -> Quantity:
    found = read_quantity(text, free)
    assert found is not None
    return found


def defined(function, *operands):
    try:
        return function(*operands)
    except DefinedError as error:
        return str(error).partition(": ")[2]


@examples(1_000)
@given(QUANTITIES, QUANTITIES)
def test_sums_and_differences_are_those_of_the_definition(left, right):
    a, b = quantity(left), quantity(right)
    assert a.plus(b, 1, free).text(free) == defined(arithmetic.add, left, right)
    assert a.plus(b, -1, free).text(free) == defined(arithmetic.subtract, left, right)


@examples(1_000)
@given(QUANTITIES, NUMBERS)
def test_products_and_quotients_are_those_of_the_definition(left, right):
    a, b = quantity(left), quantity_of_number(right, free)
    assert b is not None
    assert a.times(b, free).text(free) == defined(arithmetic.multiply, left, right)
    if right:
        assert a.over(b, free).text(free) == defined(arithmetic.divide, left, right)


@examples(500)
@given(QUANTITIES, QUANTITIES)
def test_ratios_are_those_of_the_definition(left, right):
    a, b = quantity(left).approximate(), quantity(right).approximate()
    if b:
        assert a / b == defined(arithmetic.divide, left, right)


def test_huge_exponents_stay_short():
    huge = quantity("1e1000000000")
    assert huge.times(quantity("20"), free).text(free) == "200e999999999"


HUGE, ONE = quantity("1e1000000000"), quantity("1")


@pytest.mark.parametrize(
    "operation",
    [
        lambda spend: HUGE.plus(ONE, 1, spend),
        lambda spend: HUGE.over(ONE, spend),
        lambda spend: Quantity(1, 10**9, "binary", 0).text(spend),
    ],
)
def test_long_numbers_are_charged_before_they_are_made(operation):
    def spend(steps: int) -> None:
        if steps > 1_000_000:
            raise LimitExceeded("expression_work", steps, 1_000_000)

    with pytest.raises(LimitExceeded):
        operation(spend)


def test_numbers_longer_than_python_writes_are_written():
    digits = "7" * 6_000
    assert quantity(digits).plus(quantity("0"), 1, free).text(free) == digits


def test_what_is_not_finite_is_no_quantity():
    assert quantity_of_number(float("inf"), free) is None
    assert quantity_of_number(float("nan"), free) is None
