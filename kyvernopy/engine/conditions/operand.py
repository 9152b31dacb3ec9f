"""The value of a condition, read in each way that an operator asks for, once.

An operator asks whether a text is a duration, a quantity, a number, a version, a range, a JSON list or a wildcard, in
an order that depends on the key. An `Operand` finds each answer when it is first asked for and keeps it. So one code
serves the values that are known at compile time, whose answers are soon all there (a slot is read in 20 ns), and those
that a variable gives, of which only what is asked for is worked out.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.conditions.candidates import Candidates
from kyvernopy.engine.conditions.values import are_strings, text_of, texts_of, whole_seconds
from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.durations import parse_duration
from kyvernopy.golang.numbers import parse_any_float, parse_int
from kyvernopy.kubernetes.quantities import parse_quantity
from kyvernopy.kubernetes.wildcards import compile_wildcard, matches
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.patterns.leaves import leaf_test
from kyvernopy.patterns.nodes import Range
from kyvernopy.patterns.parse import parse_condition, parse_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from decimal import Decimal

    from kyvernopy.golang.semver import Version
    from kyvernopy.limits import Limits

__all__ = ["NO_JSON", "Operand", "parse_duration_text", "parse_version"]

NO_JSON = object()  # what a text that is no JSON decodes to
BITS = 64  # characters of a pattern that one step compares
LEAST_POINTS = 2  # of a version
NULL_FORMS = (str, type(None))
JSON_STARTS = frozenset('{["tfn-0123456789 \t\r\n')


class Operand:
    """A value; the attributes of the first block are worked out when they are first read.

    Where the value is no text, or not a text of that form, they are None. `duration` leaves out the text `0`, which
    `nanoseconds` has, as it has numbers, which are seconds. `accepts` is the text as a wildcard; `inside` tests for the
    range that it is, and `outside` for the opposite. `json` is what it decodes to. `strings` are the strings of a list
    that holds nothing else, `candidates` what the elements of a key are looked up in.
    """

    accepts: Callable[[str], bool]
    candidates: Candidates | None
    duration: int | None
    floating: float | None
    inside: Callable[[Any], bool] | None
    integer: int | None
    json: Any
    nanoseconds: int | None
    outside: Callable[[Any], bool]
    quantity: int | Decimal | None
    strings: frozenset[str] | None
    version: Version | None

    limits: Limits
    prepared: bool
    value: Any

    __slots__ = (
        *("accepts", "candidates", "duration", "floating", "inside", "integer", "json", "nanoseconds"),
        *("outside", "quantity", "strings", "version", "limits", "prepared", "value"),
    )

    def __init__(self, value: Any, limits: Limits = DEFAULT_LIMITS, *, prepared: bool = False) -> None:
        self.value = value
        self.limits = limits
        self.prepared = prepared

    def __getattr__(self, name: str) -> Any:
        # Called for empty slots only.
        if name not in READINGS:
            raise AttributeError(name)
        found = READINGS[name](self)
        setattr(self, name, found)
        return found


def parse_duration_text(text: str) -> int | None:
    """A duration; upstream: `0` is a duration to Go, but not here (spec 03 §4.3)."""
    return None if text == "0" else parse_duration(text)


def parse_version(text: str) -> Version | None:
    """A strict semantic version, or None."""
    if text.count(".") < LEAST_POINTS:  # most texts are none, and an error costs more than all the rest
        return None
    from kyvernopy.golang.semver import VersionError  # noqa: PLC0415  few conditions compare versions
    from kyvernopy.golang.semver import parse_version as parse  # noqa: PLC0415  as above

    try:
        return parse(text)
    except VersionError:
        return None


# --- Readings ---


def of_text(parse: Callable[[str], Any]) -> Callable[[Operand], Any]:
    """What a text is parsed to; None for other values."""
    return lambda operand: parse(operand.value) if isinstance(operand.value, str) else None


def _nanoseconds(operand: Operand) -> int | None:
    value = operand.value
    return parse_duration(value) if isinstance(value, str) else whole_seconds(value)


def _accepts(operand: Operand) -> Callable[[str], bool]:
    """The text as a wildcard: compiled if it will be asked again, else as cheap to make as can be."""
    pattern = operand.value
    test = compile_wildcard(pattern) if operand.prepared else partial(matches, pattern)
    return _bounded(pattern, test, operand.limits) if "?" in pattern else test


def _bounded(pattern: str, test: Callable[[str], bool], limits: Limits) -> Callable[[str], bool]:
    """The time that a wildcard with `?` takes still grows with the product of both lengths, if slowly."""

    def bounded(text: str) -> bool:
        steps = len(pattern) * len(text) // BITS
        if steps > limits.expression_work:
            raise LimitExceeded("expression_work", steps, limits.expression_work)
        return test(text)

    return bounded


def _range_test(text: str) -> Callable[[Any], bool] | None:
    """The test of a text that is a range as a whole; what the pattern engine makes of it may be more (`1-2|3`)."""
    condition = parse_condition(text) if "-" in text else None
    return leaf_test(parse_text(text)) if isinstance(condition, Range) and not condition.outside else None


def _outside(operand: Operand) -> Callable[[Any], bool]:
    # Upstream: the first hyphen is replaced, even if it is the sign of the lower end.
    return leaf_test(parse_text(operand.value.replace("-", "!-", 1)))


def _json(operand: Operand) -> Any:
    """What a JSON text decodes to, its numbers left out."""
    value = operand.value
    if not isinstance(value, str) or value[:1] not in JSON_STARTS:
        return NO_JSON
    import json  # noqa: PLC0415  few values are JSON

    try:
        # Numbers are not read, because only their form counts: `1e400` is JSON.
        return json.loads(value, parse_int=len, parse_float=len, parse_constant=_refuse)
    except ValueError:
        return NO_JSON
    except RecursionError:
        raise LimitExceeded("depth", value.count("[") + value.count("{"), operand.limits.depth) from None


def _refuse(word: str) -> Any:
    raise ValueError(word)


def _strings(operand: Operand) -> frozenset[str] | None:
    """The strings of a list, or of a JSON text of one, in which null is an empty string, and alone an empty list."""
    value = operand.value
    if isinstance(value, list):
        return frozenset(value) if are_strings(value) else None
    found = operand.json
    if found is None:
        return frozenset()
    if not isinstance(found, list) or not all(isinstance(item, NULL_FORMS) for item in found):
        return None
    return frozenset("" if item is None else _without_surrogates(item) for item in found)


def _without_surrogates(text: str) -> str:
    """The text with U+FFFD for each lonely half of a surrogate pair, which only an escape can write."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _candidates(operand: Operand) -> Candidates | None:
    value, limits = operand.value, operand.limits
    texts: Collection[str] | None = None
    if isinstance(value, list):
        texts = texts_of(value, limits)
    elif isinstance(value, str):
        texts = [value] if operand.json is NO_JSON else operand.strings
    elif isinstance(value, (bool, int, float)):
        texts = [text_of(value, limits)]
    return None if texts is None else Candidates(texts, limits)


READINGS: dict[str, Callable[[Operand], Any]] = {
    "accepts": _accepts,
    "candidates": _candidates,
    "duration": of_text(parse_duration_text),
    "floating": of_text(parse_any_float),
    "inside": of_text(_range_test),
    "integer": of_text(parse_int),
    "json": _json,
    "nanoseconds": _nanoseconds,
    "outside": _outside,
    "quantity": of_text(parse_quantity),
    "strings": _strings,
    "version": of_text(parse_version),
}
