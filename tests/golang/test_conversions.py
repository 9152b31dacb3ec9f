"""Numbers of Go's types in one another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.golang.conversions import single_text, to_int64, wrap_int64
from reference import json_text as defined
from support import examples

INFINITY = float("inf")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (12, "12"),
        (0.1, "0.1"),
        (123456789, "123456790"),
        (16777217, "16777216"),
        (1e21, "1000000000000000000000"),
        (1.5e-7, "0.00000015"),
        (-2.5, "-2.5"),
        (-0.0, "-0"),
        (1e300, "+Inf"),
        (-INFINITY, "-Inf"),
        (float("nan"), "NaN"),
    ],
)
def test_numbers_are_written_with_the_digits_of_32_bits(number, text):
    assert single_text(number) == text


@examples(1_000)
@given(st.floats() | st.floats(-1e6, 1e6) | st.integers(-(10**9), 10**9).map(float))
def test_numbers_are_written_as_in_the_definition(number):
    assert single_text(number) == defined.number_text(number)


@pytest.mark.parametrize(
    ("number", "integer"),
    [(2.9, 2), (-2.9, -2), (2**63, -(2**63)), (INFINITY, -(2**63)), (float("nan"), -(2**63)), (-(2.0**63), -(2**63))],
)
def test_doubles_beyond_64_bits_are_the_least_integer(number, integer):
    assert to_int64(number) == integer


@given(st.integers(-(2**70), 2**70))
def test_results_wrap_around_in_64_bits(number):
    wrapped = wrap_int64(number)
    assert -(2**63) <= wrapped < 2**63
    assert (wrapped - number) % 2**64 == 0
