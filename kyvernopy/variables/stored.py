"""Values of context entries as they are stored: plain data, held to a number of bytes of JSON (spec 02 §4.2).

Upstream writes each value as JSON text and reads it again. Here one walk sees that the value is plain already and
estimates from above how long the text would be (50 ns a node, a fifth of writing it); the exact length is worked out
only when the estimates add up to more than the limit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.jmespath.values import json_text
from kyvernopy.limits import DEFAULT_LIMITS

__all__ = ["EntrySizes", "SizeError", "estimate", "made_plain", "plain"]

WORD, FLOAT = 5, 25  # the longest of true, false, null; a double with sign, point and exponent
CHARACTER = 6  # the longest escape, as in `<`
MARKS = 4  # quotes, colon and comma
LOOSEST = FLOAT  # how many times its length a text may be estimated, as that of many zeros


class SizeError(ExpressionError):
    """The context entries of a rule hold more bytes than they may."""


class EntrySizes:
    """The bytes of the entries of one context so far; they only grow."""

    __slots__ = ("_bound", "_exact", "_limit", "_most", "_pending")

    def __init__(self, limit: int, output_size: int = DEFAULT_LIMITS.output_size) -> None:
        self._limit = limit
        self._most = LOOSEST * (limit or output_size)  # an estimate beyond it is surely too much
        self._exact = 0  # of the values that are not pending
        self._bound = 0  # of all values, from above
        self._pending: list[Any] = []

    def fork(self) -> EntrySizes:
        """The same bytes so far, which from now on are its own."""
        other = EntrySizes(self._limit)
        other._most = self._most
        other._exact, other._bound, other._pending = self._exact, self._bound, self._pending.copy()
        return other

    def store(self, value: Any) -> Any:
        """The value as plain data, counted; crossing the limit is an error with upstream's text."""
        value, bound = made_plain(value, self._most)
        if self._limit:
            self._count(value, bound)
        elif bound > self._most:
            raise LimitExceeded("output_size", bound, self._most)
        return value

    def _count(self, value: Any, bound: int) -> None:
        if self._bound + bound <= self._limit:
            self._bound += bound
            self._pending.append(value)
            return
        self._exact += sum(map(json_size, self._pending))
        self._pending.clear()
        self._bound = self._exact
        size = self._exact + json_size(value)
        if size > self._limit:
            raise SizeError(f"context size limit exceeded: {size} bytes exceeds limit of {self._limit} bytes")
        self._exact = self._bound = size


def made_plain(value: Any, most: int) -> tuple[Any, int]:
    """The value as plain data, itself if it is that already, and an estimate of its size."""
    bound = estimate(value, most)
    if bound is None:
        value = plain(value, {})
        bound = estimate(value, most) or 0
    return value, bound


def estimate(value: Any, most: int) -> int | None:
    """At least the bytes of the value's JSON text, or more than `most`; None if it is no plain data, but may become it.

    Values may share parts, so that a few of them stand for a text without end; therefore the walk stops at `most`.
    """
    size, pending = 0, [value]
    while pending and size <= most:
        node = pending.pop()
        kind = type(node)
        if kind is str:
            size += CHARACTER * len(node) + MARKS
        elif isinstance(node, dict):
            size += MARKS
            for key in node:
                if type(key) is not str:
                    return None
                size += CHARACTER * len(key) + MARKS
            pending.extend(node.values())
        elif kind is list:
            size += len(node) + MARKS
            pending.extend(node)
        elif node is None or kind is bool:
            size += WORD
        elif kind is int:
            size += node.bit_length() // 3 + MARKS
        elif kind is float and node - node == 0:  # neither infinite nor NaN
            size += FLOAT
        else:
            return None
    return size + MARKS


def plain(value: Any, seen: dict[int, Any]) -> Any:
    """The value as JSON keeps it: opaque integers become numbers, what a provider gave becomes dicts and lists.

    `seen` remembers maps and lists by their identity, so that shared parts stay shared.
    """
    if isinstance(value, (Mapping, list, tuple)):
        made = seen.get(id(value))
        if made is None:
            made = seen[id(value)] = _plain_container(value, seen)
        return made
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        json_text(value)  # complains about NaN and the infinities
        return value
    raise ExpressionError(f"json: unsupported type: {type(value).__name__}")


def _plain_container(value: Any, seen: dict[int, Any]) -> Any:
    if isinstance(value, Mapping):
        return {str(key): plain(item, seen) for key, item in value.items()}
    return [plain(item, seen) for item in value]


def json_size(value: Any) -> int:
    """The bytes of the value's JSON text."""
    return len(json_text(value).encode())
