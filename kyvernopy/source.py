"""Where data came from: `Source` names a document, `Place` a spot in it, and `Resource` is data that remembers.

A source costs three slots and no work. Line and column of a field are looked up only when somebody asks, by reading
the document once more (`documents.positions`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["NOWHERE", "Place", "Resource", "Source"]


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in an input: lines and columns count from 1 (0: not known); `path` is a field path such as `spec.rules[0]`."""

    source: str = ""
    line: int = 0
    column: int = 0
    path: str = ""

    def __str__(self) -> str:
        spot = ":".join([self.source, *(str(number) for number in (self.line, self.column) if number)])
        return f"{spot}: {self.path}" if spot and self.path else spot or self.path


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Source:
    """One document of an input: its name (a path, or `-` for standard input), its number and the line it starts on.

    `text` holds the input where it cannot be read again; `item` is the index in a `List` that was unpacked, or -1.
    """

    name: str
    document: int = 1
    line: int = 1
    item: int = -1
    text: str | None = None


class Resource(dict[str, Any]):
    """A Kubernetes object as a plain dict that remembers its `source`; nested values are plain dicts and lists."""

    __slots__ = ("source",)

    source: Source | None

    def __init__(self, value: dict[str, Any], source: Source | None = None) -> None:
        super().__init__(value)
        self.source = source

    def __reduce__(self) -> tuple[Any, ...]:
        return Resource, (dict(self), self.source)
