"""Values and types in messages."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.golang.text import scientific, show, trim, type_name
from kyvernopy.source import Resource
from reference import golang
from support import examples

NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**7), 10**7).map(lambda n: n / 10)
LEAVES = st.none() | st.booleans() | st.integers() | NUMBERS | st.text(max_size=3)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner))


@table(__file__, "shown", "value", "text", "type")
def test_value_and_type_read_as_in_go(value, text, type):  # noqa: A002 - the name of a column
    assert (show(value), type_name(value)) == (text, type)


@given(VALUES)
def test_values_read_as_the_definition_says(value):
    assert (show(value), type_name(value)) == (golang.show(value), golang.type_name(value))


@given(NUMBERS)
@examples(500)
def test_scientific_notation_is_as_the_definition_says(number):
    assert scientific(number, "E") == golang.scientific(number, "E")
    assert float(scientific(number, "e")) == number


def test_a_resource_reads_as_a_map():
    resource = Resource(json.loads('{"kind": "Pod"}'))
    assert (show(resource), type_name(resource)) == ("map[kind:Pod]", "map[string]interface {}")


def test_what_is_endless_or_bottomless_is_cut():
    shared = []
    for _ in range(60):
        shared = [shared, shared]
    deep = "x"
    for _ in range(5_000):
        deep = [deep]
    assert "..." in show(shared)
    assert "..." in show(deep)


def test_infinities_and_nan_have_a_text():
    assert [show(float(text)) for text in ("inf", "-inf", "nan")] == ["+Inf", "-Inf", "NaN"]


@given(st.text(st.sampled_from("a \t\n\x1c\x1f\x85\xa0\u1680\u180e\u2000\u200b\u2029\u3000\ufeff"), max_size=6))
def test_trim_strips_what_go_calls_space(text):
    assert trim(text) == golang.trim(text)
