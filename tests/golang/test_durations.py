"""Durations."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.golang.durations import parse_duration
from reference import golang
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
