"""JSON is the same with orjson and without: values, bounds and errors; and written as Go writes it."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.documents.json_text import parse_json, write_json
from kyvernopy.errors import DocumentError
from kyvernopy.limits import DEFAULT_LIMITS, Limits
from support import examples

READERS = pytest.mark.parametrize("orjson", [True, False], ids=["orjson", "json"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)
JSON_LIKE = st.lists(
    st.sampled_from(
        [
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            '"',
            '"a"',
            "1",
            "-",
            ".",
            "e",
            "0",
            "true",
            "null",
            " ",
            "\n",
            "\\",
            "\\u",
            "\\ud83d",
            "\\ude00",
            "NaN",
            "Infinity",
            "1234567890123456789",
            "99",
            "e400",
            "\t",
            "\x00",
            "é",
            "\ufeff",
            "�",
            "/",
            "'",
        ]
    ),
    max_size=14,
).map("".join)


def outcome(text, *, orjson, limits=DEFAULT_LIMITS):
    """The value in a form that tells 1 from 1.0, or what the error says."""
    try:
        return repr(parse_json(text, limits, _orjson=orjson))
    except DocumentError as error:
        return error.finding


@READERS
@table(__file__, "json", "text", "value", "error", "line", "column")
def test_text_has_the_value_of_the_table(text, value, error, line, column, orjson):
    if error is None:
        found = parse_json(text, _orjson=orjson)
        assert (found, repr(found)) == (value, repr(value))
        return
    with pytest.raises(DocumentError) as caught:
        parse_json(text, _orjson=orjson)
    finding = caught.value.finding
    assert error in finding.message
    assert (finding.place.line, finding.place.column) == (line, column)


@READERS
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("9223372036854775808", float(2**63)),
        ("-9223372036854775809", -float(2**63)),
        ("18446744073709551615", float(2**64)),
        ("123456789012345678901234567890", 123456789012345678901234567890.0),
        ("1.0", 1.0),
        ("1e2", 100.0),
    ],
)
def test_integers_outside_64_bits_are_floats(text, value, orjson):
    for shape in (text, f" [{text}]"):
        found = parse_json(shape, _orjson=orjson)
        found = found if shape == text else found[0]
        assert (found, type(found)) == (value, type(value))


@given(JSON_LIKE | st.text(max_size=30))
@examples(500)
def test_both_readers_say_the_same_of_any_text(text):
    assert outcome(text, orjson=True) == outcome(text, orjson=False)


@given(VALUES, st.integers(0, 5))
def test_both_readers_hold_the_same_depth(value, depth):
    text = json.dumps(value)
    limits = Limits(depth=depth)
    assert outcome(text, orjson=True, limits=limits) == outcome(text, orjson=False, limits=limits)


@READERS
def test_depth_is_bounded_and_its_place_told(orjson):
    text = '{"a":\n' * 201 + "1" + "}" * 201
    finding = outcome(text, orjson=orjson)
    assert finding.code == "limit-exceeded"
    assert (finding.place.line, finding.place.column) == (201, 1)
    assert outcome("[" * 200 + "]" * 200, orjson=orjson).startswith("[")
    assert outcome('["' + "[" * 300 + '"]', orjson=orjson).startswith("['[")


@READERS
@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 50_000])
def test_endless_nesting_is_an_error(text, orjson):
    assert outcome(text, orjson=orjson).code == "limit-exceeded"


@READERS
def test_too_deep_for_python_is_said_so(orjson):
    finding = outcome("[" * 100_000 + "]" * 100_000, orjson=orjson, limits=Limits(depth=200_000))
    assert "too deep for Python" in finding.message


@READERS
def test_size_is_bounded(orjson):
    assert "document_size" in outcome("[1, 2, 3]", orjson=orjson, limits=Limits(document_size=5)).message


@READERS
def test_bytes_are_utf_8(orjson):
    assert parse_json('["é"]'.encode(), _orjson=orjson) == ["é"]
    assert parse_json(b"\xef\xbb\xbf1", _orjson=orjson) == 1
    assert "not UTF-8" in outcome(b'["\xff"]', orjson=orjson).message
    assert outcome("[1]".encode("utf-16"), orjson=orjson).code == "json-syntax"


# --- Writing ---


@given(VALUES, st.sampled_from([None, 2, 4]), st.booleans())
@examples(300)
def test_what_is_written_is_read_back(value, indent, sort_keys):
    written = [write_json(value, indent, sort_keys=sort_keys, _orjson=orjson) for orjson in (True, False)]
    assert written[0] == written[1]
    assert parse_json(written[0]) == value


@READERS
def test_whole_floats_are_written_without_their_point(orjson):
    value = {"b": [1.0, 2.5, 1e20, -0.0], "a": {}, "c": "é<"}
    assert write_json(value, _orjson=orjson) == '{"b":[1,2.5,100000000000000000000,0],"a":{},"c":"é<"}'
    assert write_json([1.0, {"a": 1}], 2, _orjson=orjson) == '[\n  1,\n  {\n    "a": 1\n  }\n]'
    assert write_json({"b": 1, "a": 2}, sort_keys=True, _orjson=orjson) == '{"a":2,"b":1}'


@READERS
def test_wide_integers_are_written(orjson):
    assert write_json([2**70, 1], _orjson=orjson) == f"[{2**70},1]"


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_numbers_that_json_lacks_are_refused(number):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json([number])
