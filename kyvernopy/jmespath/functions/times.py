"""Functions of times and durations (spec 02 §3.6): RFC 3339 in and out, Go's layouts and durations, Go's complaints.

The clock is the provider `clock`; a function that needs no clock never asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.durations import DurationError, read_duration, show_duration
from kyvernopy.golang.numbers import parse_int
from kyvernopy.golang.text import quote
from kyvernopy.golang.times import RFC3339, Moment, TimeError, parse_rfc3339, parse_time
from kyvernopy.jmespath.functions.outside import provider_of
from kyvernopy.jmespath.functions.signature import Function

if TYPE_CHECKING:
    from kyvernopy.jmespath.run import Run

__all__ = ["FUNCTIONS"]

# --- Reading ---


def _moment(text: str, layout: str = RFC3339) -> Moment:
    """A time in a layout."""
    try:
        return parse_rfc3339(text) if layout == RFC3339 else parse_time(layout, text)
    except TimeError as error:
        raise ExpressionError(str(error)) from None


def _nanoseconds(text: str) -> int:
    try:
        return read_duration(text)
    except DurationError as error:
        raise ExpressionError(str(error)) from None


def _now(run: Run, function: str) -> Moment:
    from datetime import datetime  # noqa: PLC0415  rarely called

    return Moment.of_datetime(provider_of(run, function, "clock", lambda time: isinstance(time, datetime))())


# --- Functions ---


def _time_now(run: Run) -> str:
    return str(_now(run, "time_now"))


def _time_now_utc(run: Run) -> str:
    return str(_now(run, "time_now_utc").in_utc())


def _time_since(run: Run, layout: str, start: str, end: str) -> str:
    layout = layout or RFC3339
    first = _moment(start, layout)
    last = _moment(end, layout) if end else _now(run, "time_since")
    return show_duration(last.since(first))


def _time_diff(start: str, end: str) -> str:
    first = _moment(start)
    return show_duration(_moment(end).since(first))


def _time_add(text: str, duration: str) -> str:
    moment = _moment(text)
    return str(moment.plus(_nanoseconds(duration)))


def _time_truncate(text: str, duration: str) -> str:
    moment = _moment(text)
    return str(moment.truncated(_nanoseconds(duration)))


def _time_parse(layout: str, text: str) -> str:
    if parse_int(layout) is None:
        return str(_moment(text, layout))
    # Upstream: a layout that is an integer, whichever, says that the text counts the seconds of Unix.
    seconds = parse_int(text)
    if seconds is None:
        digits = text[1:] if text[:1] in ("+", "-") else text
        problem = "value out of range" if digits.isascii() and digits.isdigit() else "invalid syntax"
        raise ExpressionError(f"strconv.ParseInt: parsing {quote(text)}: {problem}")
    return str(Moment.of_unix(seconds))


def _time_utc(text: str) -> str:
    return str(_moment(text).in_utc())


def _time_to_cron(text: str) -> str:
    return _moment(text).cron()


def _time_before(left: str, right: str) -> bool:
    first = _moment(left)
    return first.nanoseconds < _moment(right).nanoseconds


def _time_after(left: str, right: str) -> bool:
    first = _moment(left)
    return first.nanoseconds > _moment(right).nanoseconds


def _time_between(text: str, start: str, end: str) -> bool:
    moment, first, last = _moment(text), _moment(start), _moment(end)
    return first.nanoseconds < moment.nanoseconds < last.nanoseconds


_ONE, _TWO, _THREE = (("string",),), (("string",),) * 2, (("string",),) * 3

FUNCTIONS: tuple[Function, ...] = (
    Function("time_add", _time_add, _TWO, "string", "The time moved by a duration, which may be negative."),
    Function("time_after", _time_after, _TWO, "bool", "Whether the first time is later than the second one."),
    Function("time_before", _time_before, _TWO, "bool", "Whether the first time is earlier than the second one."),
    Function(
        "time_between",
        _time_between,
        _THREE,
        "bool",
        "Whether a time is later than the first of two others and earlier than the second one.",
    ),
    Function("time_diff", _time_diff, _TWO, "string", "The duration from the first time to the second one."),
    Function(
        "time_now",
        _time_now,
        (),
        "string",
        "The time of the provider `clock`, with its offset; arguments are ignored.",
        takes_run=True,
    ),
    Function(
        "time_now_utc",
        _time_now_utc,
        (),
        "string",
        "The time of the provider `clock`, in UTC; arguments are ignored.",
        takes_run=True,
    ),
    Function(
        "time_parse",
        _time_parse,
        _TWO,
        "string",
        "A time read by one of Go's layouts, which comes first; a layout that is an integer means Unix seconds.",
    ),
    Function(
        "time_since",
        _time_since,
        _THREE,
        "string",
        "The duration between two times in a layout, RFC 3339 if it is empty; "
        "an empty second time is the one of the provider `clock`.",
        takes_run=True,
    ),
    Function(
        "time_to_cron",
        _time_to_cron,
        _ONE,
        "string",
        "Minute, hour, day, month and weekday of a time, in the form of a cron schedule; Sunday is 0.",
    ),
    Function(
        "time_truncate",
        _time_truncate,
        _TWO,
        "string",
        "The time rounded down to a multiple of a duration, counted from the beginning of the year 1 in UTC.",
    ),
    Function("time_utc", _time_utc, _ONE, "string", "The same time in UTC."),
)
