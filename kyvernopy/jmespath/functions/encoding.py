"""Functions that encode and decode texts (spec 02 §3.3): base64, hashes, JSON, YAML.

What they need is imported with the first call, as few expressions have one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.functions.signature import Function

if TYPE_CHECKING:
    from kyvernopy.jmespath.run import Run

__all__ = ["FUNCTIONS"]

# --- base64 ---

_LINE_ENDS = str.maketrans("", "", "\r\n")
_BASE64 = re.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_DATA = re.compile(rb"[A-Za-z0-9+/\r\n]*")
_BREAKS = re.compile(rb"[\r\n]*")
_UNDECODED = re.compile("[\udc80-\udcff]")
_GROUP, _LEAST = 4, 2  # characters of a group, and how many of them must not be padding


def _base64_decode(text: str) -> str:
    from binascii import a2b_base64  # noqa: PLC0415

    data = text.translate(_LINE_ENDS) if "\n" in text or "\r" in text else text
    if not _BASE64.fullmatch(data):
        raise ExpressionError(f"illegal base64 data at input byte {_illegal_byte(_bytes(text))}")
    # Upstream: each byte that is not UTF-8 shows as U+FFFD, where Python would take several for one.
    return _UNDECODED.sub("\ufffd", a2b_base64(data).decode("utf-8", "surrogateescape"))


def _illegal_byte(data: bytes) -> int:
    """Where Go gives up: at a byte that is none of the alphabet, at wrong padding, or where the last group begins."""
    at = _end(_DATA, data, 0)
    in_group = (at - data.count(b"\n", 0, at) - data.count(b"\r", 0, at)) % _GROUP
    if at == len(data):
        return at - in_group
    if data[at : at + 1] != b"=" or in_group < _LEAST:
        return at
    following = _end(_BREAKS, data, at + 1)
    if in_group == _LEAST:
        if following == len(data):
            return following
        if data[following : following + 1] != b"=":
            return following - 1
        following = _end(_BREAKS, data, following + 1)
    return following


def _end(pattern: re.Pattern[bytes], data: bytes, start: int) -> int:
    """Where what the pattern matches ends; it matches everywhere."""
    found = pattern.match(data, start)
    return found.end() if found else start


def _base64_encode(text: str) -> str:
    from binascii import b2a_base64  # noqa: PLC0415

    return b2a_base64(_bytes(text), newline=False).decode()


def _bytes(text: str) -> bytes:
    """UTF-8; half of a surrogate pair is no text and becomes U+FFFD, as it does in JSON."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return re.sub("[\ud800-\udfff]", "\ufffd", text).encode()


# --- Hashes, none of them for security ---


def _md5(text: str) -> str:
    from hashlib import md5  # noqa: PLC0415

    return md5(_bytes(text), usedforsecurity=False).hexdigest()


def _sha1(text: str) -> str:
    from hashlib import sha1  # noqa: PLC0415

    return sha1(_bytes(text), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    from hashlib import sha256  # noqa: PLC0415

    return sha256(_bytes(text), usedforsecurity=False).hexdigest()


# --- JSON and YAML ---


def _parse_json(run: Run, text: str) -> Any:
    from kyvernopy.golang.json_text import JsonError, read_json  # noqa: PLC0415

    try:
        return read_json(text, run.limits)
    except JsonError as error:
        raise ExpressionError(str(error)) from None


def _parse_yaml(run: Run, text: str) -> Any:
    from kyvernopy.documents.first import YamlError, read_first  # noqa: PLC0415

    try:
        return read_first(text, run.limits)
    except YamlError as error:
        raise ExpressionError(str(error)) from None


_TEXT = (("string",),)

FUNCTIONS: tuple[Function, ...] = (
    Function("base64_decode", _base64_decode, _TEXT, "string", "The text that a base64 text with padding stands for."),
    Function("base64_encode", _base64_encode, _TEXT, "string", "The text in base64, with padding."),
    Function("md5", _md5, _TEXT, "string", "The MD5 hash of a text, in hexadecimal digits."),
    Function(
        "parse_json",
        _parse_json,
        _TEXT,
        "any",
        "The value of a JSON text; of equal keys the last one counts.",
        takes_run=True,
    ),
    Function(
        "parse_yaml",
        _parse_yaml,
        _TEXT,
        "any",
        "The value of the first document of a YAML text, read as Kubernetes reads YAML.",
        takes_run=True,
    ),
    Function("sha1", _sha1, _TEXT, "string", "The SHA-1 hash of a text, in hexadecimal digits."),
    Function("sha256", _sha256, _TEXT, "string", "The SHA-256 hash of a text, in hexadecimal digits."),
)
