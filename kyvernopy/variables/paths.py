"""Changes of a tree of data that leave the tree as it was: what lies on the path of a change is new, the rest shared.

A context lives on this: a checkpoint is then a copy of the top level, and no resource is ever copied to be put in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["merged", "split_key"]


def merged(target: Mapping[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    """The target with the source in it: objects merge into objects, everything else replaces (spec 02 §4.2)."""
    result = dict(target)
    pending = [(result, source)]
    while pending:  # a loop, because the source may be nested deeper than calls may be
        into, what = pending.pop()
        for key, value in what.items():
            there = into.get(key)
            if isinstance(value, dict) and isinstance(there, dict) and there is not value:
                into[key] = there = dict(there)
                pending.append((there, value))
            else:
                into[key] = value
    return result


def split_key(key: str) -> list[str]:
    """The parts of a dotted key; a part in double quotes may hold dots (a record of CSV with `.` for the comma)."""
    if '"' not in key:
        if not key:
            raise ExpressionError("EOF")  # Upstream: what its reader of CSV says of an empty text
        return key.split(".")
    parts, rest = [], key
    while True:
        part, rest = _quoted(key, rest) if rest.startswith('"') else _plain(key, rest)
        parts.append(part)
        if not rest:
            return parts
        rest = rest[1:]


def _plain(key: str, rest: str) -> tuple[str, str]:
    part, dot, after = rest.partition(".")
    if '"' in part:
        raise ExpressionError(
            f'parse error on line 1, column {_column(key, rest) + part.index(chr(34))}: bare " in non-quoted-field'
        )
    return part, dot + after


def _quoted(key: str, rest: str) -> tuple[str, str]:
    """A part in quotes, where two quotes are one, and what follows it: nothing or a dot."""
    end = 1
    while (end := rest.find('"', end)) >= 0 and rest[end + 1 : end + 2] == '"':
        end += 2
    after = rest[end + 1 :]
    if end < 0 or (after and after[0] != "."):
        column = _column(key, rest) + (len(rest) if end < 0 else end)
        raise ExpressionError(f'parse error on line 1, column {column}: extraneous or missing " in quoted-field')
    return rest[1:end].replace('""', '"'), after


def _column(key: str, rest: str) -> int:
    return len(key) - len(rest) + 1
