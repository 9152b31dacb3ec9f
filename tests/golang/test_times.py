"""Times in Go's layouts, in RFC 3339, and what is counted with them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cases import table
from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN
from kyvernopy.golang.times import RFC3339, Moment, TimeError, parse_rfc3339, parse_time
from reference import times
from reference.values import ExpressionError
from support import examples

HOUR, YEAR_1970 = 3600 * 10**9, 719_162 * 86_400
ELEMENTS = {
    "January": ["May", "june"],
    "Jan": ["Dec", "feb"],
    "Monday": ["Tuesday"],
    "Mon": ["Fri"],
    "2006": ["2024", "0000", "9999"],
    "06": ["69", "24"],
    "1": ["12", "3", "0"],
    "01": ["02", "13"],
    "2": ["29", "5"],
    "_2": [" 5", "31"],
    "02": ["30", "01"],
    "002": ["060", "366"],
    "15": ["23", "7", "24"],
    "3": ["12", "9"],
    "04": ["59", "60"],
    "05": ["00", "07.5", "61"],
    "MST": ["UTC", "PST", "GMT+3", "CEST", "AB"],
    "Z07:00": ["Z", "+05:30", "-24:60", "+25:00"],
    "-0700": ["+0000", "-0330"],
    ".000": [".123", ".1"],
}
PAIRS = st.sampled_from([(element, text) for element, texts in ELEMENTS.items() for text in texts])
SEPARATORS = st.sampled_from([" ", "-", "T", ":", "/"])


@st.composite
def layouts_with_texts(draw):
    layout = text = ""
    for _ in range(draw(st.integers(1, 5))):
        separator, (element, value) = draw(SEPARATORS), draw(PAIRS)
        layout, text = layout + separator + element, text + separator + value
    if draw(st.integers(0, 9)) == 0:
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(st.sampled_from(["x", " ", "0", '"'])) + text[place:]
    return layout, text


def read(layout, text):
    return parse_rfc3339(text) if layout == RFC3339 else parse_time(layout, text)


@table(__file__, "times", "layout", "text", "moment", "hours", "error")
def test_times_are_read_as_in_go(layout, text, moment, hours, error):
    if error:
        with pytest.raises(TimeError) as raised:
            read(layout, text)
        assert str(raised.value) == error
        return
    found = read(layout, text)
    seconds, rest = divmod(found.nanoseconds, 10**9)
    assert [str(found), seconds - YEAR_1970, rest] == moment
    assert [str(found.truncated(HOUR)), str(found.plus(HOUR))] == hours  # rounded down to hours, and an hour later


def outcome(read_time, layout, text):
    """A moment as text and the instant, or the text of the error."""
    try:
        moment = read_time(layout, text)
    except (TimeError, ExpressionError) as error:
        return str(error)
    return moment.nanoseconds, moment.offset


@given(layouts_with_texts())
@examples(1000)
def test_texts_are_read_as_the_definition_says(pair):
    assume("+25:" not in pair[1] or "+25:00" in pair[1])  # Go tells of the hour before it looks at the minute
    assert outcome(parse_time, *pair) == outcome(times.parse, *pair)


@given(
    st.text(st.sampled_from("0123456789-:TZ.+"), max_size=26) | st.datetimes().map(lambda time: time.isoformat() + "Z")
)
@examples(500)
def test_rfc_3339_is_read_as_the_definition_says(text):
    assert outcome(lambda _, text: parse_rfc3339(text), "", text) == outcome(times.parse, RFC3339, text)


@given(st.text(max_size=10), st.text(max_size=10))
def test_any_text_is_read_or_refused(layout, text):
    assert isinstance(outcome(parse_time, layout, text), tuple | str)


@given(st.datetimes(timezones=st.integers(-1440 + 1, 1440 - 1).map(lambda m: timezone(timedelta(minutes=m)))))
@examples(300)
def test_a_datetime_is_the_moment_of_its_text(time):
    assume(time.year >= 1)
    moment = Moment.of_datetime(time)
    assert str(moment) == str(parse_rfc3339(time.isoformat().replace("+00:00", "Z")))
    assert moment.fields() == (time.year, time.month, time.day, time.hour, time.minute, time.second)
    assert moment.cron() == f"{time.minute} {time.hour} {time.day} {time.month} {time.isoweekday() % 7}"


@given(st.integers(-(2**40), 2**40), st.integers(-(10**18), 10**18))
def test_counting_is_the_definition_s(seconds, nanoseconds):
    moment, defined = Moment.of_unix(seconds), times.unix(seconds)
    assert (moment.nanoseconds, str(moment), moment.cron()) == (defined.nanoseconds, defined.text(), defined.cron())
    assert moment.plus(nanoseconds).since(moment) == nanoseconds
    assert moment.truncated(nanoseconds).nanoseconds <= moment.nanoseconds


def test_a_naive_datetime_is_in_utc():
    assert str(Moment.of_datetime(datetime(2023, 2, 2, 15, 4, 5))) == "2023-02-02T15:04:05Z"  # noqa: DTZ001 - naive


def test_differences_are_cut_to_64_bits():
    early, late = parse_rfc3339("0000-01-01T00:00:00Z"), parse_rfc3339("9999-01-01T00:00:00Z")
    assert (late.since(early), early.since(late)) == (INT64_MAX, INT64_MIN)


def test_years_go_on_after_9999_and_before_0():
    assert str(parse_rfc3339("9999-12-31T23:00:00Z").plus(HOUR)) == "10000-01-01T00:00:00Z"
    assert str(parse_rfc3339("0000-01-01T00:00:00Z").plus(-HOUR)) == "-0001-12-31T23:00:00Z"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (INT64_MAX, "292277026596-12-04T15:30:07Z"),
        (INT64_MIN, "292277026596-12-04T15:30:08Z"),
    ],
)
def test_unix_times_wrap_around_as_in_go(seconds, text):
    assert str(Moment.of_unix(seconds)) == text


def test_truncation_counts_from_the_year_1_in_utc():
    moment = parse_rfc3339("2021-01-02T15:04:05-07:00")
    assert str(moment.truncated(24 * HOUR)) == "2021-01-01T17:00:00-07:00"
    assert moment.truncated(0) is moment
    assert str(moment.in_utc()) == "2021-01-02T22:04:05Z"
