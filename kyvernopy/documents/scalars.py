"""What a plain YAML scalar means, as Kubernetes reads it: the rules of go-yaml v2, then JSON.

These are neither the rules of YAML 1.2 nor those of PyYAML (spec 08 §2.2): `y` and `on` are booleans, `0755` and
`0o755` are octal, `1e3` is a number, `1:30` and dates are text. YAML reaches Kyverno as JSON, so `1.0` is the integer
1 (spec 01 §1.1), an integer outside 64 bits is a float, and `.inf` cannot be said at all.

Manifests repeat a few thousand scalars, so a reader keeps a `Values` and a `Keys`: dictionaries that work a text out
once. They are bounded and belong to one reading.
"""

from __future__ import annotations

import math
import re
from typing import Any

__all__ = ["MERGE", "Keys", "ScalarError", "Values", "fold", "key_text", "plain_value", "tagged_value"]

TAG = "tag:yaml.org,2002:"
MERGE = "<<"  # compared by identity: only an unquoted `<<` is this very object

_REMEMBERED = 65536
_INT64 = 2**63
_UINT64 = 2**64
_WORDS: dict[str, Any] = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], True),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], False),
    **dict.fromkeys(["", "~", "null", "Null", "NULL"]),
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], math.inf),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], -math.inf),
    **dict.fromkeys([".nan", ".NaN", ".NAN"], math.nan),
}
_NUMBER_STARTS = frozenset("+-.0123456789")
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_BASES = (16, 2, 8, 10)
_SHORT = 19  # longer decimal texts cannot be 64-bit integers; int() on megabytes of digits is slow or refused


class ScalarError(ValueError):
    """A scalar that has no meaning as JSON; message and help for a finding."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.message, self.advice = message, advice


# --- Memories of one reading ---


class Values(dict[str, Any]):
    """Plain text to value."""

    __slots__ = ()

    def __missing__(self, text: str) -> Any:
        value = plain_value(text)
        if len(self) < _REMEMBERED:
            self[text] = value
        return value


class Keys(dict[str, str]):
    """Plain text to map key; `<<` gives `MERGE`."""

    __slots__ = ()

    def __missing__(self, text: str) -> str:
        key = MERGE if text == MERGE else key_text(_resolve(text))
        if len(self) < _REMEMBERED:
            self[text] = key
        return key


# --- Values ---


def plain_value(text: str) -> Any:
    """The JSON value of an unquoted scalar."""
    return _json_value(_resolve(text), text)


def tagged_value(tag: str, text: str) -> Any:
    """The JSON value of a scalar with an explicit tag; tags that are not YAML's own mean text."""
    name = tag.removeprefix(TAG)
    if name == "binary":
        return _decoded(text)
    if name not in {"int", "float", "bool", "null"}:
        return text
    value = _resolve(text)
    kind = _tag_of(value)
    if kind != name and (kind, name) != ("int", "float"):
        raise ScalarError(f"`{_short(text)}` is not of the type that its tag `!!{name}` says", "drop the tag")
    return _json_value(value, text)


def fold(number: float) -> float:
    """A float as JSON gives it back: an integer when it is whole and fits 64 bits (spec 01 §1.1)."""
    return int(number) if number.is_integer() and -_INT64 <= number < _INT64 else number


def _json_value(value: Any, text: str) -> Any:
    if value.__class__ is float:
        if value - value != 0:
            raise ScalarError(f"`{_short(text)}` is not a number that JSON can hold", "quote it, if text is meant")
        return fold(value)
    if value.__class__ is int and not -_INT64 <= value < _INT64:
        return float(value)
    return value


def _resolve(text: str) -> Any:
    """The YAML value of an unquoted scalar; infinities are still infinities."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    # Upstream: underscores may stand anywhere, but not in a number that begins with its point.
    digits = text if text[0] == "." else text.replace("_", "")
    number: float | None = _integer(digits) if text[0] != "." else None
    if number is None and _FLOAT.fullmatch(digits):
        number = float(digits)
    # Upstream: a number that no double can hold stays text.
    return text if number is None or number in (math.inf, -math.inf) else number


def _integer(digits: str) -> int | None:
    """An integer of at most 64 bits, with or without sign; wider ones are left to the float rule."""
    found = _INTEGER.fullmatch(digits)
    if not found:
        return None
    written = next(group for group in range(2, 6) if found[group] is not None)
    figures = found[written].lstrip("0") or "0"
    if written == 5 and len(figures) > _SHORT + 1:  # noqa: PLR2004  the decimal group
        return None
    magnitude = int(figures, _BASES[written - 2])
    number = -magnitude if found[1] == "-" else magnitude
    # Upstream: the unsigned half takes no sign.
    return number if -_INT64 <= number < (_INT64 if found[1] else _UINT64) else None


def _tag_of(value: Any) -> str:
    names = {bool: "bool", int: "int", float: "float", type(None): "null"}
    return names.get(value.__class__, "str")


def _decoded(text: str) -> str:
    import base64  # noqa: PLC0415  rare

    try:
        # As in Go's encoder of JSON: what is not UTF-8 becomes the replacement character.
        return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
    except ValueError:
        raise ScalarError(f"`{_short(text)}` is not base64, as its tag `!!binary` says") from None


def _short(text: str, width: int = 60) -> str:
    return text if len(text) <= width else f"{text[:width]}…"


# --- Keys ---


def key_text(value: Any) -> str:
    """A map key as JSON writes it: numbers and booleans become text, null is an error."""
    if value.__class__ is str:
        return str(value)
    if value is True or value is False:
        return "true" if value else "false"
    if value is None:
        raise ScalarError("a map key is null", 'write a name before the colon; quote it if the word is meant: "null"')
    return str(value) if value.__class__ is int else _float_text(value)


def _float_text(number: float) -> str:
    """Upstream: a float key is written with the shortest digits of its 32-bit form, as `%g` does."""
    if number - number != 0:
        return ".nan" if number != number else ".inf" if number > 0 else "-.inf"  # noqa: PLR0124  nan is not itself
    single = _single(number)
    if single - single != 0:
        return ".inf" if number > 0 else "-.inf"
    shortest = next(text for text in (f"{single:.{places}e}" for places in range(17)) if _single(float(text)) == single)
    mantissa, _, exponent = shortest.partition("e")
    places, power = len(mantissa.lstrip("-")[2:]), int(exponent)
    # Go's `%g` takes the exponent form from a million on, and below a ten-thousandth.
    return f"{float(shortest):.{max(places - power, 0)}f}" if -5 < power < 6 else shortest  # noqa: PLR2004  see above


def _single(number: float) -> float:
    """A float rounded to 32 bits."""
    import struct  # noqa: PLC0415  rare

    try:
        return float(struct.unpack("f", struct.pack("f", number))[0])
    except OverflowError:
        return math.copysign(math.inf, number)
