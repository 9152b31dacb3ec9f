"""Scalars mean what they mean in Kubernetes, whoever parses the text.

The tables follow go-yaml v2 (`resolve.go`) and the conversion to JSON of sigs.k8s.io/yaml; spec 08 §2.2.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.documents.read import read_documents
from kyvernopy.documents.scalars import ScalarError, Values, key_text, plain_value
from kyvernopy.errors import DocumentError
from reference import yaml_text
from reference.values import ExpressionError
from support import examples

PARSERS = pytest.mark.parametrize("libyaml", [True, False], ids=["libyaml", "pure"])
NUMBER_LIKE = st.text(alphabet="0123456789+-._eExXobBfFinaN:", max_size=24)


def read_one(text, *, libyaml=True):
    [document] = read_documents(text, keep_empty=True, _libyaml=libyaml)
    return document


@PARSERS
@table(__file__, "scalars", "text", "value", "error")
def test_scalar_has_the_value_of_the_table(text, value, error, libyaml):
    found = read_one(f"v: {text}\n", libyaml=libyaml)
    if error:
        assert isinstance(found, DocumentError)
        assert error in found.finding.message
        assert (found.finding.place.line, found.finding.place.column) == (1, 4)
    else:
        assert (found.value["v"], type(found.value["v"])) == (value, type(value))


@PARSERS
@table(__file__, "keys", "text", "key")
def test_key_has_the_text_of_the_table(text, key, libyaml):
    assert list(read_one(f"{text}: v\n", libyaml=libyaml).value) == [key]


@given(NUMBER_LIKE)
def test_any_number_like_text_has_a_value_or_our_error(text):
    try:
        value = plain_value(text)
    except ScalarError:
        return
    assert type(value) in {str, int, float, bool, type(None)}
    if type(value) is int:
        assert -(2**63) <= value < 2**63
    if type(value) is float:
        assert value - value == 0
        assert not (value.is_integer() and -(2**63) <= value < 2**63)


# Without `_`, which the definition does not take out of exponents.
@given(st.text(alphabet="0123456789+-._eExXobBfFinaNyYst=<~:", max_size=12).filter(lambda text: "_" not in text))
@examples(300)
def test_definition_gives_the_same_value(text):
    try:
        value = plain_value(text)
    except ScalarError:
        value = "no JSON"
    try:
        defined = yaml_text.scalar("plain", text)
    except ExpressionError:
        defined = "no JSON"
    assert (value, isinstance(value, bool)) == (defined, isinstance(defined, bool))


@given(st.floats())
def test_any_float_is_a_key(number):
    text = key_text(number)
    assert isinstance(text, str)
    assert text


def test_memory_of_scalars_is_bounded():
    values = Values()
    for number in range(70_000):
        assert values[str(number)] == number
    assert len(values) == 65536


def test_a_million_digits_are_read_at_once():
    assert read_one("v: 0x" + "f" * 1_000_000).value["v"].startswith("0xff")
    assert read_one("v: " + "9" * 1_000_000).value["v"].startswith("99")  # no double holds it
