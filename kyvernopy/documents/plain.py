"""Plain data that a caller hands over instead of text: held to what JSON has and to the same bounds, and copied."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kyvernopy.documents.positions import show_path
from kyvernopy.errors import DocumentError, Finding, LimitExceeded
from kyvernopy.source import Place

if TYPE_CHECKING:
    from kyvernopy.limits import Limits

__all__ = ["copy_plain"]

INT64 = range(-(2**63), 2**63)
FINITE = sys.float_info.max


def copy_plain(value: Any, limits: Limits) -> Any:
    """A copy of which later changes of the original do not take hold.

    As in JSON of Go, a whole number beyond 64 bits is a float. Raises `DocumentError` for what JSON does not have, and
    `LimitExceeded` for what is nested too deep, or holds the same part so often that the copy would be too large.
    """
    return _Copier(limits).copy(value, ())


class _Copier:
    """Copies one value; what stands in several places is copied for each, as aliases of YAML are (`alias_nodes`)."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._seen: set[int] = set()
        self._repeated = 0

    def copy(self, value: Any, path: tuple[str | int, ...]) -> Any:
        """The copy of a part at its path."""
        if isinstance(value, str) or value is None or isinstance(value, bool):
            return value
        if isinstance(value, (Mapping, list, tuple)):
            self._stay_within_limits(value, path)
            if isinstance(value, Mapping):
                return {_key(key, path): self.copy(item, (*path, key)) for key, item in value.items()}
            return [self.copy(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, (int, float)) and -FINITE <= value <= FINITE:
            return float(value) if isinstance(value, float) or value not in INT64 else int(value)
        raise _not_json(f"a value of the type `{type(value).__name__}`", path)

    def _stay_within_limits(self, value: Any, path: tuple[str | int, ...]) -> None:
        if len(path) > self._limits.depth:
            raise LimitExceeded("depth", len(path), self._limits.depth)
        if id(value) in self._seen:
            self._repeated += 1 + len(value)
            if self._repeated > self._limits.alias_nodes:
                raise LimitExceeded("alias_nodes", self._repeated, self._limits.alias_nodes)
        self._seen.add(id(value))


def _key(key: Any, path: tuple[str | int, ...]) -> str:
    if not isinstance(key, str):
        raise _not_json(f"a key of the type `{type(key).__name__}`", path)
    return key


def _not_json(what: str, path: tuple[str | int, ...]) -> DocumentError:
    advice = "keys are texts; quote what another YAML reader takes for a date or a number, or load the text itself"
    place = Place(path=show_path(list(path)))
    return DocumentError(Finding("not-json", "error", f"{what} is not of JSON", place, advice))
