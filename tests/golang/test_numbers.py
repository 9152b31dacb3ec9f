"""Texts as numbers."""

from __future__ import annotations

from math import isfinite

from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN, parse_float, parse_int
from reference import golang
from support import examples

PIECES = [
    "0",
    "1",
    "9",
    "00",
    "_",
    "+",
    "-",
    ".",
    "e",
    "E",
    "p",
    "P",
    "0x",
    "0X",
    "a",
    "F",
    str(INT64_MAX),
    "\u0661",
    " ",
]
NEAR_NUMBERS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@table(__file__, "integers", "text", "number")
def test_text_is_this_integer(text, number):
    assert parse_int(text) == number


@table(__file__, "floats", "text", "number")
def test_text_is_this_float(text, number):
    assert parse_float(text) == number


@given(st.integers(INT64_MIN - 9, INT64_MAX + 9))
def test_integers_of_64_bits_parse_and_others_do_not(number):
    assert parse_int(str(number)) == (number if INT64_MIN <= number <= INT64_MAX else None)


@given(NEAR_NUMBERS | st.text(max_size=8))
@examples(1000)
def test_texts_parse_as_the_definition_says(text):
    defined = golang.parse_float(text)
    assert parse_int(text) == golang.parse_int(text)
    assert parse_float(text) == (defined if defined is not None and isfinite(defined) else None)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_parses_from_its_text(number):
    assert parse_float(repr(number)) == parse_float(number.hex()) == number
