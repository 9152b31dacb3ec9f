"""Where a stream of YAML documents can be cut, without reading YAML.

A line that begins with `---` begins a document, whatever stands around it: not even a quoted or block text may hold
one (spec 08 §2.1). Between a `...` and the next `---` may stand directives, lines that begin with `%`; they belong to that `---`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MARKER", "SEAM", "last_cut", "next_cut", "split_documents"]

MARKER = re.compile(r"\n---[ \t\r\n]")  # the beginning of a document that is not the first
SEAM = 5  # characters of a `MARKER`
_BEGINNING = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_SILENT_LINES = re.compile(r"(?:[ \t\r]*(?:#[^\n]*)?\n|%[^\n]*\n)*")


def split_documents(text: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """Every document of a text with the index where it begins; some may hold comments only."""
    while start < len(text):
        end = next_cut(text, start)
        yield start, text[start:end]
        start = end


def next_cut(text: str, start: int) -> int:
    """The end of the document that begins at `start`."""
    silent = _SILENT_LINES.match(text, start)
    # The `---` that a document begins with, after directives and comments, does not end it.
    begun = silent.end() if silent else start
    for marker in _BEGINNING.finditer(text, begun):
        if marker.start() > begun:
            return _before_directives(text, marker.start(), begun)
    return len(text)


def last_cut(text: str) -> int:
    """The last place before which all documents are whole, or 0."""
    end = len(text)
    while (at := text.rfind("\n---", 0, end)) >= 0:
        if text[at + 4 : at + 5] in {" ", "\t", "\r", "\n"}:
            silent = _SILENT_LINES.match(text)
            return _before_directives(text, at + 1, 0) if silent is None or silent.end() <= at else 0
        end = at + 1
    return 0


def _before_directives(text: str, marker: int, start: int) -> int:
    """The beginning of the directives between a `...` and the `---` at `marker`, or that of the `---`.

    Without a `...` a line that begins with `%` may well be text.
    """
    cut = line = marker
    while line > start:
        previous = text.rfind("\n", start, line - 1) + 1 or start
        if text[previous] == "%":
            cut = previous
        elif text.startswith("...", previous):
            return cut
        elif not _SILENT_LINES.fullmatch(text, previous, line):
            return marker
        line = previous
    return marker
