"""JSON text as `encoding/json` reads it, with its texts of errors (spec 02 §2.1, `parse_json` in §3.3).

The standard library reads what is right; only a text that it refuses is looked at once more, by the checker below,
which walks as Go's scanner does and says what Go would say. Its stack is a list, so that no text is too deep for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import LimitExceeded
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.limits import Limits

__all__ = ["JsonError", "read_json"]

# Integers below are doubles as well; all others become floats, as every number is upstream.
EXACT_DIGITS = 15
LONELY_SURROGATE = re.compile("[\ud800-\udfff]")
SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class JsonError(ValueError):
    """A text that is no JSON; the message is the one of Go."""


def read_json(
    text: str,
    limits: Limits = DEFAULT_LIMITS,
    *,
    integer: Callable[[str], Any] | None = None,
    real: Callable[[str], Any] | None = None,
) -> Any:
    """The value of a JSON text; integers stay ints where doubles hold them exactly.

    `integer` and `real` make other values of numbers without and with a point or an exponent.
    """
    import json  # noqa: PLC0415  most programs have no JSON text inside of their policies

    try:
        value = json.loads(text, parse_int=integer or _integer, parse_float=real or _float, parse_constant=_constant)
    except RecursionError:
        raise LimitExceeded("depth", text.count("[") + text.count("{"), limits.depth) from None
    except ValueError as error:
        complaint = _Checker(text).complaint()
        raise JsonError(complaint or str(error)) from None
    if text.count("[") + text.count("{") > limits.depth:  # no text is deeper than it has brackets
        _check_depth(value, limits)
    return _without_lonely(value) if SURROGATE_ESCAPE.search(text) else value


def _check_depth(value: Any, limits: Limits) -> None:
    depth, level = 0, [value] if isinstance(value, (dict, list)) else []
    while level:
        depth += 1
        if depth > limits.depth:
            raise LimitExceeded("depth", depth, limits.depth)
        children = [child for parent in level for child in (parent.values() if isinstance(parent, dict) else parent)]
        level = [child for child in children if isinstance(child, (dict, list))]


def _integer(digits: str) -> float:
    if len(digits) <= EXACT_DIGITS and digits != "-0":
        return int(digits)
    return _float(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise JsonError(f"json: cannot unmarshal number {digits} into Go value of type float64")
    return number


def _constant(word: str) -> Any:
    """`NaN` and `Infinity`, which the standard library would take."""
    raise JsonError(word)


def _without_lonely(value: Any) -> Any:
    """The value with U+FFFD for every half of a surrogate pair."""
    if isinstance(value, str):
        return LONELY_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_lonely(item) for item in value]
    if isinstance(value, dict):
        return {_without_lonely(key): _without_lonely(item) for key, item in value.items()}
    return value


# --- What Go says of a text that is no JSON ---

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING_PART = re.compile(r'(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*')
_DIGITS = re.compile("[0-9]+")
_WORDS = {"t": "true", "f": "false", "n": "null"}
_NAMED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_NAMED |= {"\\": "\\\\", "'": "\\'"}


class _Checker:
    """Reads a text up to its first mistake."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def complaint(self) -> str:
        """What is wrong, or an empty text where the form is right."""
        try:
            self._document()
        except JsonError as error:
            return str(error)
        return ""

    def _document(self) -> None:
        """Values within values; `opened` holds the closing bracket of each that is open."""
        opened: list[str] = []
        while True:
            if not self._value(opened):
                continue
            while opened and self._closes(opened):
                opened.pop()
            if not opened:
                self._space()
                if self._next():
                    raise self._wrong("after top-level value")
                return

    def _value(self, opened: list[str]) -> bool:
        """Read a value, or open one that is not empty; whether a value is complete."""
        self._space()
        first = self._next()
        if first in ("[", "{") and first:
            self.at += 1
            self._space()
            closing = "]" if first == "[" else "}"
            if self._take(closing):
                return True
            opened.append(closing)
            if first == "{":
                self._key()
            return False
        self._scalar(first)
        return True

    def _closes(self, opened: list[str]) -> bool:
        """After a value within another: its end, or a comma and, in an object, the next key."""
        self._space()
        if self._take(opened[-1]):
            return True
        if not self._take(","):
            raise self._wrong("after array element" if opened[-1] == "]" else "after object key:value pair")
        if opened[-1] == "}":
            self._space()
            self._key()
        return False

    def _key(self) -> None:
        if self._next() != '"':
            raise self._wrong("looking for beginning of object key string")
        self._string()
        self._space()
        if not self._take(":"):
            raise self._wrong("after object key")

    def _scalar(self, first: str) -> None:
        if first == '"':
            self._string()
        elif first in _WORDS:
            self._word(_WORDS[first])
        elif first and first in "-0123456789":
            self._number()
        else:
            raise self._wrong("looking for beginning of value")

    def _word(self, word: str) -> None:
        for letter in word:
            if not self._take(letter):
                raise self._wrong(f"in literal {word} (expecting '{letter}')", ended=" ")

    def _number(self) -> None:
        self._take("-")
        if not self._take("0"):
            self._digits("in numeric literal")
        if self._take("."):
            self._digits("after decimal point in numeric literal")
        if self._take("e") or self._take("E"):
            if not self._take("+"):
                self._take("-")
            self._digits("in exponent of numeric literal")

    def _digits(self, where: str) -> None:
        found = _DIGITS.match(self.text, self.at)
        if not found:
            raise self._wrong(where, ended=" ")
        self.at = found.end()

    def _string(self) -> None:
        found = _STRING_PART.match(self.text, self.at + 1)
        self.at = found.end() if found else self.at
        if self._take("\\"):
            if not self._take("u"):
                raise self._wrong("in string escape code", ended=" ")
            while self._next() and self._next() in "0123456789abcdefABCDEF":
                self.at += 1
            raise self._wrong("in \\u hexadecimal character escape", ended=" ")
        if not self._take('"'):
            raise self._wrong("in string literal")

    def _space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self, character: str) -> bool:
        found = self._next() == character
        self.at += found
        return found

    def _wrong(self, where: str, ended: str = "") -> JsonError:
        """Upstream: at the end of a text Go reads one space more, which most places welcome and some refuse."""
        character = self._next() or ended
        if not character:
            return JsonError("unexpected end of JSON input")
        return JsonError(f"invalid character '{_shown(character)}' {where}")


def _shown(character: str) -> str:
    """The first byte of a character, as Go quotes it."""
    byte = character.encode(errors="replace")[:1].decode("latin-1")
    if byte in _NAMED or byte.isprintable():
        return _NAMED.get(byte, byte)
    return f"\\x{ord(byte):02x}" if byte.isascii() else f"\\u{ord(byte):04x}"
