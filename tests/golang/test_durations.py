"""Durations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.golang.durations import DurationError, parse_duration, read_duration, show_duration
from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN
from reference import golang, times
from reference.values import ExpressionError
from support import check_rows, examples

DIGITS = st.from_regex("[0-9]{0,20}", fullmatch=True)
UNITS = st.sampled_from(["ns", "us", "\u00b5s", "\u03bcs", "ms", "s", "m", "h"])
GROUPS = st.builds("{}{}{}{}".format, DIGITS, st.sampled_from(["", "."]), DIGITS, UNITS)
DURATIONS = st.builds(
    lambda sign, groups: sign + "".join(groups), st.sampled_from(["", "-", "+"]), st.lists(GROUPS, max_size=3)
)
PIECES = ["0", "1", "9", ".", "-", "+", "n", "u", "m", "s", "h", "d", "\u00b5", " ", "\u0661", "9223372036854775807"]
NEAR_DURATIONS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@table(__file__, "durations", "text", "nanoseconds")
def test_text_is_this_duration(text, nanoseconds):
    assert parse_duration(text) == nanoseconds


@given(DURATIONS | NEAR_DURATIONS | st.text(max_size=8))
@examples(1000)
def test_texts_parse_as_the_definition_says(text):
    assert parse_duration(text) == golang.parse_duration(text)


def test_recorded_durations():
    check_rows("durations", lambda row: (parse_duration(row["input"]), row["nanoseconds"] if row["valid"] else None))


@table(__file__, "duration_errors", "text", "error")
def test_what_is_no_duration_is_refused_with_the_text_of_go(text, error):
    with pytest.raises(DurationError) as raised:
        read_duration(text)
    assert str(raised.value) == error


@table(__file__, "duration_texts", "nanoseconds", "text")
def test_durations_are_shown_as_in_go(nanoseconds, text):
    assert show_duration(nanoseconds) == text
    assert read_duration(text) == nanoseconds


@given(st.integers(INT64_MIN, INT64_MAX))
def test_what_is_shown_can_be_read(nanoseconds):
    assert read_duration(show_duration(nanoseconds)) == nanoseconds


def outcome(read, text):
    """The duration, or the text of the error."""
    try:
        return read(text)
    except (DurationError, ExpressionError) as error:
        return str(error)


@given(DURATIONS | NEAR_DURATIONS)
@examples(500)
def test_texts_are_refused_as_the_definition_says(text):
    ours, defined = outcome(read_duration, text), outcome(times.duration, text)
    assert isinstance(ours, str) == isinstance(defined, str)
    if text.isascii() and "92233" not in text and len(text) < 18:  # the definition passes over numbers out of range
        assert ours == defined
