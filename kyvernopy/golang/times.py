"""Moments as Go reads, shows and counts with them (spec 02 §3.6).

Go's years run from 0 to 9999 when read and further when counted, and its offsets to 24:60; `datetime` ends at both. A
moment here is one integer, so differences, sums and truncation are plain arithmetic, and `datetime` helps only within
one cycle of 400 years. RFC 3339, the form of nearly all times, has a short way of its own past the layouts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["RFC3339", "Moment", "TimeError", "day_number", "parse_rfc3339", "parse_time"]

RFC3339 = "2006-01-02T15:04:05Z07:00"
COMMON = re.compile(
    r"([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])"
    r"(?:Z|([+-])(0[0-9]|1[0-9]|2[0-3]):([0-5][0-9]))"
)
SECOND = 10**9
DAY = 86_400
CYCLE = 146_097  # days of 400 years
UNIX_EPOCH = 719_162 * DAY  # seconds from the year 1 to 1970
# Upstream: a moment is shown from seconds in 64 bits without sign, which begin in this year.
FIRST_SECOND = -9_223_371_966_579_724_800

DAYS_BEFORE = (0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)


class TimeError(ValueError):
    """A text that is no time or no duration; the text is Go's."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Nanoseconds since the beginning of the year 1 in UTC, shown at an offset in seconds."""

    nanoseconds: int
    offset: int = 0

    @classmethod
    def of_unix(cls, seconds: int) -> Moment:
        """The moment of a Unix time, in UTC."""
        # Upstream: the sum wraps around in 64 bits.
        seconds = (seconds + UNIX_EPOCH - INT64_MIN) % 2**64 + INT64_MIN
        return cls(seconds * SECOND)

    @classmethod
    def of_datetime(cls, time: datetime) -> Moment:
        """The moment of a datetime with its offset; a naive one is in UTC."""
        offset = time.utcoffset()
        shift = offset.days * DAY + offset.seconds if offset else 0
        seconds = (time.toordinal() - 1) * DAY + (time.hour * 60 + time.minute) * 60 + time.second - shift
        return cls(seconds * SECOND + time.microsecond * 1000, shift)

    def __str__(self) -> str:
        """RFC 3339 with whole seconds."""
        year, month, day, hour, minute, second = self.fields()
        zone, minutes = "Z", abs(self.offset) // 60
        if self.offset:
            # Upstream: less than a minute to the west is shown as +00:00.
            zone = f"{'-' if self.offset < 0 < minutes else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
        sign = "-" if year < 0 else ""
        return f"{sign}{abs(year):04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}{zone}"

    def local_seconds(self) -> int:
        """Seconds since the beginning of the year 1 on a clock at the offset."""
        seconds = self.nanoseconds // SECOND + self.offset
        return (seconds - FIRST_SECOND) % 2**64 + FIRST_SECOND

    def fields(self) -> tuple[int, int, int, int, int, int]:
        """Year, month, day, hour, minute and second at the offset."""
        days, seconds = divmod(self.local_seconds(), DAY)
        return *_date(days), seconds // 3600, seconds // 60 % 60, seconds % 60

    def cron(self) -> str:
        """`minute hour day month weekday`, where Sunday is 0."""
        _, month, day, hour, minute, _ = self.fields()
        return f"{minute} {hour} {day} {month} {(self.local_seconds() // DAY + 1) % 7}"

    def in_utc(self) -> Moment:
        """The same moment shown in UTC."""
        return Moment(self.nanoseconds)

    def plus(self, nanoseconds: int) -> Moment:
        """The moment that much later."""
        return Moment(self.nanoseconds + nanoseconds, self.offset)

    def since(self, other: Moment) -> int:
        """Nanoseconds from the other moment to this, cut to 64 bits."""
        return min(max(self.nanoseconds - other.nanoseconds, INT64_MIN), INT64_MAX)

    def truncated(self, nanoseconds: int) -> Moment:
        """The last multiple of a duration, counted from the year 1, that is not later; no positive one changes nothing."""
        if nanoseconds <= 0:
            return self
        return Moment(self.nanoseconds - self.nanoseconds % nanoseconds, self.offset)


def parse_rfc3339(text: str) -> Moment:
    """A time in RFC 3339 as Go reads it: with a fraction, an hour of one digit, offsets up to 24:60 (TimeError)."""
    found = COMMON.fullmatch(text)
    if found is None:
        return parse_time(RFC3339, text)
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    number = day_number(int(year), int(month), int(day))
    if number is None:
        return parse_time(RFC3339, text)  # which says what is wrong
    seconds = number * DAY + (int(hour) * 60 + int(minute)) * 60 + int(second)
    if not sign:
        return Moment(seconds * SECOND)
    offset = (int(hours) * 60 + int(minutes)) * (-60 if sign == "-" else 60)
    return Moment((seconds - offset) * SECOND, offset)


def parse_time(layout: str, text: str) -> Moment:
    """A time written in one of Go's reference layouts, such as `Mon Jan 2 2006` (TimeError)."""
    from kyvernopy.golang.layouts import read  # noqa: PLC0415 - rare

    return read(layout, text)


def day_number(year: int, month: int, day: int) -> int | None:
    """Days since the first day of the year 1, or None if there is no such day in the month."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    length = DAYS_BEFORE[month + 1] - DAYS_BEFORE[month] + (leap and month == 2)  # noqa: PLR2004 - February
    if not 1 <= day <= length:
        return None
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400
    return days + DAYS_BEFORE[month] + (leap and month > 2) + day - 1  # noqa: PLR2004 - February


def _date(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since the first day of the year 1."""
    from datetime import date  # noqa: PLC0415 - rare

    cycles, day_of_cycle = divmod(days, CYCLE)
    day = date.fromordinal(day_of_cycle + 1)
    return day.year + 400 * cycles, day.month, day.day
