"""JSON text to plain data and back, with orjson where it is installed and the standard library otherwise.

The standard library is the definition, orjson the fast way: it is taken only where both give the same, and when it
refuses a text the standard library has the last word. Numbers are those of spec 01 §1.1: an integer outside 64 bits is
a float, `1.0` stays a float. As in Go, a lonely half of a surrogate pair becomes U+FFFD and `1e400` is an error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import DocumentError, Finding, LimitExceeded
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.limits import Limits

__all__ = ["parse_json", "write_json"]

_INT64 = 2**63
# Digits become 0 and all else a space, so that a look for 19 zeros finds every integer that may be too wide.
_DIGITS = bytes(ord("0") if chr(byte) in "0123456789" else ord(" ") for byte in range(256))
_WIDE = b"0" * 19
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_LONELY = re.compile("[\ud800-\udfff]")
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{\]}]', re.DOTALL)


# --- Reading ---


def parse_json(text: str | bytes, limits: Limits = DEFAULT_LIMITS, *, _orjson: bool = True) -> Any:
    """The value of a JSON text; what cannot be read is a `DocumentError` with line and column."""
    if len(text) > limits.document_size:
        raise DocumentError(LimitExceeded("document_size", len(text), limits.document_size, Place("", 1)).finding)
    encoded = _encoded(text)
    orjson = _fast_json() if _orjson else None
    if orjson is not None and _WIDE not in encoded.translate(_DIGITS):
        try:
            value = orjson.loads(encoded)
        except orjson.JSONDecodeError:
            pass
        else:
            _check_depth(value, encoded, limits)
            return value
    return _parse_slowly(encoded.decode(), limits)


def _fast_json() -> Any:
    """The module orjson, or None where it is not installed."""
    try:
        import orjson  # noqa: PLC0415  the import costs more than reading a few small texts
    except ImportError:
        return None
    return orjson


def _encoded(text: str | bytes) -> bytes:
    """UTF-8 without byte order mark."""
    try:
        encoded = text.encode() if isinstance(text, str) else text
        if not isinstance(text, str):
            encoded.decode()
    except UnicodeEncodeError as error:
        raise _broken("the text holds half of a surrogate pair", str(text)[: error.start]) from None
    except UnicodeDecodeError as error:
        raise _broken("the text is not UTF-8", error.object[: error.start].decode()) from None
    return encoded.removeprefix(b"\xef\xbb\xbf")


def _parse_slowly(text: str, limits: Limits) -> Any:
    import json  # noqa: PLC0415  needed only where orjson is missing or refuses

    try:
        value = json.loads(text, parse_int=_integer, parse_float=_float, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise _broken(_lower(error.msg), text[: error.pos]) from None
    except _NumberError as error:
        raise _broken(str(error), text[: _find_number(text, error.text)]) from None
    except RecursionError:
        depth = _depth_of(text)
        if depth <= limits.depth:
            raise _broken(f"it is nested {depth} deep, too deep for Python's reader", "") from None
        raise _too_deep(depth, limits, text) from None
    _check_depth(value, text.encode(), limits)
    return _without_lonely(value) if _SURROGATE_ESCAPE.search(text) else value


def _broken(message: str, before: str) -> DocumentError:
    """An error right behind the text `before`."""
    place = Place("", before.count("\n") + 1, len(before) - before.rfind("\n"))
    return DocumentError(Finding("json-syntax", "error", f"this is not valid JSON: {message}", place))


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


class _NumberError(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        shown = self.text if len(self.text) < 40 else f"{self.text[:40]}…"  # noqa: PLR2004  what fits a line
        return f"no 64-bit float can hold `{shown}`"


def _integer(digits: str) -> float:
    if len(digits) <= 20:  # noqa: PLR2004  a sign and 19 digits
        number = int(digits)
        if -_INT64 <= number < _INT64:
            return number
    return _float(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if number - number != 0:
        raise _NumberError(digits)
    return number


def _constant(word: str) -> Any:
    """`NaN` and `Infinity`, which the standard library would take."""
    raise _NumberError(word)


def _find_number(text: str, digits: str) -> int:
    """Where a number stands outside of strings."""
    tokens = re.finditer(r'"(?:[^"\\]|\\.)*"|[-+.0-9A-Za-z]+', text)
    return next((token.start() for token in tokens if token[0] == digits), 0)


# --- Depth ---


def _check_depth(value: Any, encoded: bytes, limits: Limits) -> None:
    # A text cannot be deeper than it has brackets; that settles nearly all texts without a walk.
    if encoded.count(b"{") + encoded.count(b"[") <= limits.depth:
        return
    depth, level = 0, [value] if isinstance(value, (dict, list)) else []
    while level:
        depth += 1
        children = (child for parent in level for child in (parent.values() if parent.__class__ is dict else parent))
        level = [child for child in children if child.__class__ is dict or child.__class__ is list]
    if depth > limits.depth:
        raise _too_deep(depth, limits, encoded.decode())


def _depth_of(text: str) -> int:
    """The depth of a text that no parser could finish; at most that, if it is broken as well."""
    deepest = depth = 0
    for token in _NESTING.finditer(text):
        depth += (token[0] in "[{") - (token[0] in "]}")
        deepest = max(deepest, depth)
    return deepest


def _too_deep(depth: int, limits: Limits, text: str) -> DocumentError:
    """The place is where the first level too many opens."""
    level = at = 0
    for token in _NESTING.finditer(text):
        level += (token[0] in "[{") - (token[0] in "]}")
        if level > limits.depth:
            at = token.start()
            break
    before = text[:at]
    place = Place("", before.count("\n") + 1, len(before) - before.rfind("\n"))
    return DocumentError(LimitExceeded("depth", depth, limits.depth, place).finding)


def _without_lonely(value: Any) -> Any:
    """The value with U+FFFD for every lonely surrogate; depth is bounded by now."""
    if isinstance(value, str):
        return _LONELY.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_lonely(item) for item in value]
    if isinstance(value, dict):
        return {_without_lonely(key): _without_lonely(item) for key, item in value.items()}
    return value


# --- Writing ---


def write_json(value: Any, indent: int | None = None, *, sort_keys: bool = False, _orjson: bool = True) -> str:
    """Compact or indented JSON; whole floats are written without their `.0`, as Go does."""
    found: list[bool] = []
    plain = _whole_floats(value, found.append)
    orjson = _fast_json() if _orjson and not found and indent in {None, 2} else None
    if orjson is not None:
        option = (orjson.OPT_INDENT_2 if indent else 0) | (orjson.OPT_SORT_KEYS if sort_keys else 0)
        try:
            return str(orjson.dumps(plain, option=option), "utf-8")
        except TypeError:  # integers of more than 64 bits, subclasses: the standard library decides
            pass
    import json  # noqa: PLC0415  needed only where orjson is missing or refuses

    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(
        plain, ensure_ascii=False, allow_nan=False, indent=indent, sort_keys=sort_keys, separators=separators
    )


def _whole_floats(value: Any, report: Callable[[bool], None]) -> Any:
    """The value with ints for whole floats; tells of any other float, which orjson may write in its own way."""
    if value.__class__ is float:
        if value.is_integer() and abs(value) < 1e21:  # noqa: PLR2004  from there on Go writes an exponent
            return int(value)
        report(True)
        return value
    if isinstance(value, dict):
        return {key: _whole_floats(item, report) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_floats(item, report) for item in value]
    return value
