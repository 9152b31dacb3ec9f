"""Values as text the way Go prints them, which is what messages of policies show (spec 01 §9.4).

Floats need care: Go and Python print the same shortest digits but change to exponents at different sizes. The digits
are therefore taken from `repr` and only the point and the exponent are placed here, without `decimal`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

__all__ = ["json_number", "quote", "scientific", "show", "show_string", "trim", "type_name"]

# Go's unicode.IsSpace; a bare `str.strip()` would also strip U+001C to U+001F.
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"

ESCAPES = {'"': '\\"', "\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f"}
ESCAPES |= {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}

# Bounds of the floats that `%v` prints without an exponent, and of those that JSON does.
PLAIN_FROM, PLAIN_BELOW = 1e-4, 1e6
JSON_PLAIN_FROM, JSON_PLAIN_BELOW = 1e-6, 1e21


def trim(text: str) -> str:
    """The text without Unicode white space at both ends (`strings.TrimSpace`)."""
    return text.strip(WHITE_SPACE)


def show(value: Any) -> str:
    """The value as `fmt` prints it with the verb `%v`; what is endless or bottomless is cut with `...`."""
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        parts: list[str] = []
        _Printer(parts).print(value, 0)
        return "".join(parts)
    return _show_scalar(value)


class _Printer:
    """Prints maps and lists; a few shared ones can stand for more text than memory holds, so there is an end to it."""

    MOST_PARTS, MOST_LEVELS = 200_000, 200

    def __init__(self, parts: list[str]) -> None:
        self.parts = parts

    def print(self, value: Any, level: int) -> None:
        """Add the text of a value."""
        parts = self.parts
        if not isinstance(value, (dict, list)):
            parts.append(value if isinstance(value, str) else _show_scalar(value))
        elif level > self.MOST_LEVELS or len(parts) > self.MOST_PARTS:
            parts.append("...")
        elif isinstance(value, dict):
            parts.append("map[")
            for index, key in enumerate(sorted(value)):
                parts.append(f" {key}:" if index else f"{key}:")
                self.print(value[key], level + 1)
            parts.append("]")
        else:
            parts.append("[")
            for index, item in enumerate(value):
                if index:
                    parts.append(" ")
                self.print(item, level + 1)
            parts.append("]")


def _show_scalar(value: Any) -> str:
    if value is None:
        return "<nil>"
    if isinstance(value, bool):  # bool before int: True is an int in Python
        return "true" if value else "false"
    if isinstance(value, float):
        return _show_float(value)
    try:
        return str(value)
    except ValueError:  # Python writes no integer of so many digits, and no double is as large
        return "+Inf" if value > 0 else "-Inf"


def _show_float(value: float) -> str:
    if value == 0 or PLAIN_FROM <= abs(value) < PLAIN_BELOW:
        return repr(value).removesuffix(".0")
    return scientific(value, "e")


def show_string(value: Any) -> str:
    """The value as `fmt` prints it with the verb `%s`, which complains about each scalar that is no string."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "map[" + " ".join([f"{key}:{show_string(value[key])}" for key in sorted(value)]) + "]"
    if isinstance(value, list):
        return "[" + " ".join([show_string(item) for item in value]) + "]"
    if value is None:
        return "%!s(<nil>)"
    if isinstance(value, bool):  # bool before int: True is an int in Python
        return f"%!s(bool={show(value)})"
    return f"%!s(float64={show(float(value))})"


def type_name(value: Any) -> str:
    """The type of the value as `fmt` prints it with the verb `%T`."""
    if isinstance(value, str):
        return "string"
    if value is None:
        return "<nil>"
    if isinstance(value, bool):  # bool before int: True is an int in Python
        return "bool"
    if isinstance(value, float):
        return "float64"
    if isinstance(value, dict):
        return "map[string]interface {}"
    if isinstance(value, list):
        return "[]interface {}"
    return "int64"


def scientific(value: float, letter: str) -> str:
    """Shortest round-trip digits and at least two digits of exponent: `1.5E+00` (`strconv.FormatFloat`)."""
    mantissa, _, power = repr(value).partition("e")
    sign = "-" if mantissa[0] == "-" else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    if not whole.isdigit():
        return {"inf": f"{sign or '+'}Inf"}.get(whole, "NaN")
    exponent = int(power or 0) + len(whole) - 1
    digits = (whole + fraction).rstrip("0")
    significant = digits.lstrip("0")
    if not significant:
        return f"{sign}0{letter}+00"
    exponent -= len(digits) - len(significant)
    point = "." if len(significant) > 1 else ""
    return f"{sign}{significant[0]}{point}{significant[1:]}{letter}{exponent:+03d}"


def json_number(number: float) -> str:
    """A finite number as JSON text (`encoding/json`): whole floats without their point, `1e+21`, `1e-7`."""
    if isinstance(number, int):
        return str(number)
    if number == 0 or JSON_PLAIN_FROM <= abs(number) < JSON_PLAIN_BELOW:
        return _without_exponent(repr(number))
    return repr(number).replace("e-0", "e-").removesuffix(".0")


def _without_exponent(text: str) -> str:
    """The digits that `repr` gives, with the point at its place."""
    mantissa, _, power = text.partition("e")
    if not power:
        return text.removesuffix(".0")
    sign = "-" if mantissa[0] == "-" else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    exponent = int(power)
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - len(whole))}{whole}{fraction}"
    return f"{sign}{whole}{fraction.ljust(exponent, '0')}"


def quote(text: str) -> str:
    """The text in double quotes with the verb `%q`: what is not printable is escaped (`strconv.Quote`)."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in ESCAPES:
        return ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:  # noqa: PLR2004 - ASCII
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - the first plane
