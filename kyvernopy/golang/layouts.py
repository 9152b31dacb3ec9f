"""Times in Go's reference layouts: a layout is an example, `Mon Jan 2 15:04:05 -0700 MST 2006`, whose parts are known.

A layout is cut into elements and the texts between them; a text is then read element by element, and what an element
cannot read is an error that names both. Go counts in bytes here, so texts are taken as bytes that look like characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kyvernopy.golang.durations import as_bytes, quote_bytes
from kyvernopy.golang.times import DAY, DAYS_BEFORE, SECOND, Moment, TimeError, day_number

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["read"]

MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June", "July")
MONTHS += ("August", "September", "October", "November", "December")
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

ELEMENT = re.compile(
    "January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|2006|__2|_2(?!006)|PM|pm"
    "|[Z-]07(?:0000|:00:00|00|:00|)|[.,](?:0+|9+)(?![0-9])|[1-5]"
)
FRACTION = re.compile("[.,][0-9]+")
ZONE_OFFSETS = {
    "07:00": re.compile(r"(.)(..):(..)()", re.DOTALL),
    "07": re.compile(r"(.)(..)()()", re.DOTALL),
    "07:00:00": re.compile(r"(.)(..):(..):(..)", re.DOTALL),
    "070000": re.compile(r"(.)(..)(..)(..)", re.DOTALL),
    "0700": re.compile(r"(.)(..)(..)()", re.DOTALL),
}
OFFSET_BOUNDS = (("hour", 24), ("minute", 60), ("second", 60))
# Upstream: GMT and a bare sign take hours up to 23; a higher number is left in the text.
SIGNED_HOURS = re.compile("[+-]0*(?:1?[0-9]|2[0-3])(?![0-9])")
LETTERS_OF_ZONE = re.compile("[A-Z]{0,6}")


def read(layout: str, text: str) -> Moment:
    """The moment that a text in a layout names; fields that the layout lacks have their smallest value (TimeError)."""
    return Reader(as_bytes(layout), as_bytes(text)).read()


class _CannotParse(Exception):  # noqa: N818 - never leaves this module
    """An element that cannot read the text."""


@dataclass(slots=True)
class Fields:
    """What has been read so far; of two elements for one field the later counts."""

    year: int = 0
    month: int = -1
    day: int = -1
    day_of_year: int = -1
    hour: int = 0
    minute: int = 0
    second: int = 0
    nanosecond: int = 0
    am: bool = False
    pm: bool = False
    utc: bool = False
    offset: int = -1  # Upstream: one second to the west is as good as none
    zone: str = ""


class Reader:
    """Reads one text along one layout."""

    def __init__(self, layout: str, text: str) -> None:
        self.layout, self.text, self.rest = layout, text, text
        self.fields = Fields()

    def read(self) -> Moment:
        """The moment that the whole text names."""
        position = 0
        for found in ELEMENT.finditer(self.layout):
            self.literal(self.layout[position : found.start()])
            position = found.end()
            self.element(found[0], position)
        self.literal(self.layout[position:])
        if self.rest:
            raise self.problem(f"extra text: {quote_bytes(self.rest)}")
        return self.moment()

    def literal(self, literal: str) -> None:
        """What stands between elements must be there; spaces stand for any number of them, at the end also for none."""
        expected = literal
        while expected:
            if expected[0] == " ":
                if self.rest[:1] not in ("", " "):
                    raise self.cannot_parse(literal)
                expected, self.rest = expected.lstrip(" "), self.rest.lstrip(" ")
            elif self.rest[:1] != expected[0]:
                raise self.cannot_parse(literal)
            else:
                expected, self.rest = expected[1:], self.rest[1:]

    def element(self, element: str, end: int) -> None:
        before = self.rest
        try:
            if element[0] in "Z-":
                self.zone_offset(element)
            elif element[0] in ".,":
                self.fraction(element)
            elif element in ("5", "05"):
                self.second(end, fixed=element == "05")
            else:
                READERS[element](self)
        except _CannotParse:
            self.rest = before
            raise self.cannot_parse(element) from None

    def cannot_parse(self, element: str) -> TimeError:
        where = f"{quote_bytes(self.text)} as {quote_bytes(self.layout)}"
        return TimeError(f"parsing time {where}: cannot parse {quote_bytes(self.rest)} as {quote_bytes(element)}")

    def problem(self, problem: str) -> TimeError:
        return TimeError(f"parsing time {quote_bytes(self.text)}: {problem}")

    # --- Elements ---

    def take(self, length: int) -> str:
        if len(self.rest) < length:
            raise _CannotParse
        taken, self.rest = self.rest[:length], self.rest[length:]
        return taken

    def number(self, *, most: int = 2, fixed: bool = False) -> int:
        """A number of up to that many digits."""
        digits = 0
        while digits < most and self.rest[digits : digits + 1] in DIGITS:
            digits += 1
        if not digits or (fixed and digits < most):
            raise _CannotParse
        return int(self.take(digits))

    def bounded(self, name: str, lowest: int, highest: int, *, fixed: bool = False) -> int:
        number = self.number(fixed=fixed)
        if not lowest <= number <= highest:
            raise self.problem(f"{name} out of range")
        return number

    def name(self, names: tuple[str, ...], length: int | None = None) -> int:
        """The place of the name with which the text goes on, in any case."""
        for place, name in enumerate(names):
            if self.rest[: len(name[:length])].lower() == name[:length].lower():
                self.take(len(name[:length]))
                return place
        raise _CannotParse

    def signed(self, digits: str) -> int:
        """A number that may have a sign, as the one of two places for a year."""
        unsigned = digits[1:] if digits[:1] in ("+", "-") else digits
        if unsigned and not (unsigned.isascii() and unsigned.isdigit()):
            raise _CannotParse
        number = int(unsigned or "0")
        return -number if digits[0] == "-" else number

    def year(self) -> None:
        if self.rest[:1] not in DIGITS:
            raise _CannotParse
        self.fields.year = self.signed(self.take(4))

    def year_of_century(self) -> None:
        year = self.signed(self.take(2))
        self.fields.year = year + (1900 if year >= 69 else 2000)  # noqa: PLR2004 - Unix time begins there

    def month(self, *, fixed: bool) -> None:
        self.fields.month = self.bounded("month", 1, 12, fixed=fixed)

    def month_name(self, length: int | None) -> None:
        self.fields.month = self.name(MONTHS, length) + 1

    def day(self, *, spaces: int = 0, fixed: bool = False) -> None:
        self.skip_spaces(spaces)
        self.fields.day = self.number(fixed=fixed)

    def day_of_year(self, *, spaces: int = 0) -> None:
        self.skip_spaces(spaces)
        self.fields.day_of_year = self.number(most=3, fixed=not spaces)

    def skip_spaces(self, most: int) -> None:
        for _ in range(most):
            self.rest = self.rest.removeprefix(" ")

    def hour(self, highest: int, *, fixed: bool) -> None:
        self.fields.hour = self.bounded("hour", 0, highest, fixed=fixed)

    def minute(self, *, fixed: bool) -> None:
        self.fields.minute = self.bounded("minute", 0, 59, fixed=fixed)

    def second(self, end: int, *, fixed: bool) -> None:
        """Seconds, and a fraction after them although the layout has none."""
        self.fields.second = self.bounded("second", 0, 59, fixed=fixed)
        following = ELEMENT.search(self.layout, end)
        if not (following and following[0][0] in ".,"):
            self.any_fraction()

    def any_fraction(self) -> None:
        found = FRACTION.match(self.rest)
        if found:
            self.fields.nanosecond = self.nanoseconds(self.take(found.end()))

    def fraction(self, element: str) -> None:
        """`.999` takes any fraction or none, `.000` one of so many digits."""
        if element[1] == "9":
            self.any_fraction()
            return
        self.fields.nanosecond = self.nanoseconds(self.take(len(element)))

    def nanoseconds(self, fraction: str) -> int:
        if fraction[0] not in ".,":
            raise _CannotParse
        digits = fraction[1:10]
        number = self.signed(digits)
        if number < 0:
            raise self.problem("fractional second out of range")
        return number * int(10 ** (9 - len(digits)))

    def half_of_day(self, halves: tuple[str, str]) -> None:
        half = self.take(2)
        if half not in halves:
            raise _CannotParse
        self.fields.am |= half in ("AM", "am")
        self.fields.pm |= half in ("PM", "pm")

    def zone_offset(self, element: str) -> None:
        if element[0] == "Z" and self.rest[:1] == "Z":
            self.take(1)
            self.fields.utc = True
            return
        found = ZONE_OFFSETS[element[1:]].match(self.rest)
        if found is None:
            raise _CannotParse
        self.take(found.end())
        sign, *parts = found.groups()
        numbers = [self.two_digits(part or "00") for part in parts]
        # Upstream: a number out of range is told of before a later part that is no number, the last one first.
        for number, (name, highest) in list(zip(numbers, OFFSET_BOUNDS, strict=True))[::-1]:
            if number is not None and number > highest and None not in numbers[: numbers.index(number)]:
                raise self.problem(f"time zone offset {name} out of range")
        if None in numbers or sign not in "+-":
            raise _CannotParse
        hours, minutes, seconds = (number or 0 for number in numbers)
        self.fields.offset = ((hours * 60 + minutes) * 60 + seconds) * (-1 if sign == "-" else 1)

    def two_digits(self, text: str) -> int | None:
        return int(text) if text.isascii() and text.isdigit() else None

    def zone_name(self) -> None:
        """The abbreviation of a time zone, which is known by its shape."""
        rest = self.rest
        if rest.startswith("UTC"):
            self.take(3)
            self.fields.utc = True
            return
        if rest.startswith(("ChST", "MeST")):
            length = 4
        elif rest.startswith("GMT"):
            found = SIGNED_HOURS.match(rest, 3)
            length = found.end() if found else 3
        elif rest[:1] in ("+", "-") and len(rest) >= 3:  # noqa: PLR2004 - three letters are the least
            found = SIGNED_HOURS.match(rest)
            length = found.end() if found else 0
        else:
            length = _zone_letters(rest)
        if not length:
            raise _CannotParse
        self.fields.zone = self.take(length)

    # --- The moment ---

    def moment(self) -> Moment:
        """The moment that the fields describe."""
        fields = self.fields
        hour = fields.hour
        # Upstream: PM counts even where AM follows.
        if fields.pm and hour < 12:  # noqa: PLR2004 - noon
            hour += 12
        elif fields.am and hour == 12:  # noqa: PLR2004 - noon
            hour = 0
        seconds = self.days() * DAY + (hour * 60 + fields.minute) * 60 + fields.second
        if fields.utc:
            offset = shown = 0
        elif fields.offset != -1:
            offset = shown = fields.offset
        else:
            # Upstream: `GMT+3` changes how the moment is shown, not the moment; other names mean nothing.
            hours = fields.zone[3:] if fields.zone.startswith("GMT") else ""
            offset, shown = 0, int(hours or "0") * 3600
        return Moment((seconds - offset) * SECOND + fields.nanosecond, shown)

    def days(self) -> int:
        """Days since the beginning of the year 1."""
        fields = self.fields
        month, day = fields.month, fields.day
        if fields.day_of_year >= 0:
            month, day = self.date_in_year()
        number = day_number(fields.year, 1 if month < 0 else month, 1 if day < 0 else day)
        if number is None:
            raise self.problem("day out of range")
        return number

    def date_in_year(self) -> tuple[int, int]:
        """Month and day from the day of the year; those that were also given must be the same."""
        fields = self.fields
        leap = day_number(fields.year, 2, 29) is not None
        number = fields.day_of_year
        if not 1 <= number <= 365 + leap:
            raise self.problem("day-of-year out of range")
        month = max(m for m in range(1, 13) if DAYS_BEFORE[m] + (leap and m > 2) < number)  # noqa: PLR2004 - February
        day = number - DAYS_BEFORE[month] - (leap and month > 2)  # noqa: PLR2004 - February
        if fields.month not in (-1, month):
            raise self.problem("day-of-year does not match month")
        if fields.day not in (-1, day):
            raise self.problem("day-of-year does not match day")
        return month, day


def _zone_letters(text: str) -> int:
    """How many letters of a text are the abbreviation of a time zone: three, or four or five with a T at the end."""
    found = LETTERS_OF_ZONE.match(text)
    letters = found[0] if found else ""
    match len(letters):
        case 3:
            return 3
        case 4 if letters[3] == "T" or letters == "WITA":
            return 4
        case 5 if letters[4] == "T":
            return 5
        case _:
            return 0


DIGITS = frozenset("0123456789")
READERS: dict[str, Callable[[Reader], None]] = {
    "January": lambda reader: reader.month_name(None),
    "Jan": lambda reader: reader.month_name(3),
    "01": lambda reader: reader.month(fixed=True),
    "1": lambda reader: reader.month(fixed=False),
    "Monday": lambda reader: _ignore(reader.name(WEEKDAYS)),
    "Mon": lambda reader: _ignore(reader.name(WEEKDAYS, 3)),
    "2": lambda reader: reader.day(),
    "_2": lambda reader: reader.day(spaces=1),
    "02": lambda reader: reader.day(fixed=True),
    "__2": lambda reader: reader.day_of_year(spaces=2),
    "002": lambda reader: reader.day_of_year(),
    "15": lambda reader: reader.hour(23, fixed=False),
    "3": lambda reader: reader.hour(12, fixed=False),
    "03": lambda reader: reader.hour(12, fixed=True),
    "4": lambda reader: reader.minute(fixed=False),
    "04": lambda reader: reader.minute(fixed=True),
    "2006": Reader.year,
    "06": Reader.year_of_century,
    "PM": lambda reader: reader.half_of_day(("AM", "PM")),
    "pm": lambda reader: reader.half_of_day(("am", "pm")),
    "MST": Reader.zone_name,
}


def _ignore(_: int) -> None:
    """The weekday must be one but means nothing."""
