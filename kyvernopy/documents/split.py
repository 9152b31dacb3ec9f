"""Where a stream of YAML documents can be cut, without reading YAML.

A line that begins with `---` begins a document, whatever stands around it: not even a quoted or block text may hold
one (spec 08 §2.1). A line `...` ends one; what follows it may be directives, which belong to the next `---`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MARKER", "SEAM", "last_cut", "next_cut", "split_documents"]

MARKER = re.compile(r"\n---[ \t\r\n]")  # the beginning of a document that is not the first
SEAM = 5  # characters of a `MARKER`
_ENDS = re.compile(r"^(?:---(?=[ \t\r\n]|\Z)|\.\.\.[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z))", re.MULTILINE)
_SILENT_LINES = re.compile(r"(?:[ \t\r]*(?:#[^\n]*|%[^\n]*)?\n)*")


def next_cut(text: str, start: int) -> int:
    """The end of the document that begins at `start`."""
    # The `---` that a document begins with, after directives and comments, does not end it.
    silent = _SILENT_LINES.match(text, start)
    begun = silent.end() if silent else start
    for marker in _ENDS.finditer(text, begun):
        if marker[0].startswith("."):
            return marker.end()
        if marker.start() > begun:
            return marker.start()
    return len(text)


def split_documents(text: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """Every document of a text with the index where it begins; some may hold comments only."""
    while start < len(text):
        end = next_cut(text, start)
        yield start, text[start:end]
        start = end


def last_cut(text: str) -> int:
    """The last place before which all documents are whole, or 0."""
    end = len(text)
    while (at := text.rfind("\n---", 0, end)) >= 0:
        if text[at + 4 : at + 5] in {" ", "\t", "\r", "\n"}:
            return _before_directives(text, at + 1)
        end = at + 1
    return 0


def _before_directives(text: str, marker: int) -> int:
    """The cut for a `---` at `marker`: directives and comments between `...` and `---` stay with the `---`."""
    dots = max(text.rfind("\n...", 0, marker), 0)
    cut = text.find("\n", dots + 1) + 1 if dots else 0
    silent = _SILENT_LINES.match(text, cut)
    return cut if silent and silent.end() >= marker else marker
