"""The reading of one input: its blocks, its numbers and lines, and what to do when a document is broken.

A block is parsed in one go. Only when something is wrong is it cut at its `---` lines, from the document that failed
on, and each piece is read by itself: one broken document costs no other, and a stream without errors pays nothing.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from yaml.events import DocumentStartEvent

from kyvernopy.documents.build import Builder, BuildError
from kyvernopy.documents.events import (
    BROKEN,
    Complaint,
    complaint_about,
    expects_document,
    line_and_column,
    open_events,
)
from kyvernopy.documents.json_text import parse_json
from kyvernopy.documents.read import Document
from kyvernopy.documents.split import next_cut, split_documents
from kyvernopy.errors import DocumentError, Finding, LimitExceeded
from kyvernopy.source import Place, Source

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from kyvernopy.limits import Limits

__all__ = ["Reading"]

_JSON_START = re.compile(r"\s*[{\[]")
# A `{` or `[` that no author of YAML would write so; then the complaint about the JSON is the better one.
_SURELY_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*["{\[\]])')


class Reading:
    """The reading of one input, whose text may come in several blocks that end between documents."""

    def __init__(
        self,
        name: str,
        limits: Limits,
        *,
        strict: bool = False,
        keep_empty: bool = False,
        libyaml: bool = True,
        orjson: bool = True,
    ) -> None:
        self._name, self._limits = name, limits
        self._keep_empty, self._libyaml, self._orjson = keep_empty, libyaml, orjson
        self._number = 0  # of the last document
        self._line = 1  # of the input, at which the text being read begins
        self._kept: str | None = None
        self._builder = Builder(limits, strict=strict)

    def read(self, text: str, *, source_text: str | None = None) -> Iterator[Document | DocumentError]:
        """The documents of the next block."""
        self._kept = source_text
        line, first = self._line, self._number == 0
        self._line += text.count("\n")
        text = text.removeprefix("\ufeff") if line == 1 else text
        if first and _JSON_START.match(text):
            return self._json_or_yaml(text, line)
        return self._yaml(text, line)

    def skip(self, crossed: LimitExceeded, lines: int) -> DocumentError:
        """Count a document that was too large to be read, and its lines."""
        self._number += 1
        line, self._line = self._line, self._line + lines
        return self._error(LimitExceeded(crossed.limit, crossed.value, crossed.bound, Place("", 1)), "", line)

    # --- JSON ---

    def _json_or_yaml(self, text: str, line: int) -> Iterator[Document | DocumentError]:
        """A text that may be JSON, YAML in flow style, or several documents of either."""
        try:
            value = parse_json(text, self._limits, _orjson=self._orjson)
        except DocumentError as error:
            results = self._yaml(text, line)
            first, second = next(results, None), next(results, None)
            if second is None and _is_syntax_error(first) and _SURELY_JSON.match(text):
                first = DocumentError(replace(error.finding, place=self._moved(error.finding.place, line)))
            yield from (result for result in (first, second) if result is not None)
            yield from results
        else:
            self._number += 1
            before = len(text) - len(text.lstrip())
            yield Document(value, self._source(line + text.count("\n", 0, before)))

    # --- YAML ---

    def _yaml(self, text: str, line: int) -> Iterator[Document | DocumentError]:
        start = 0
        if len(text) <= self._limits.document_size:
            start = yield from self._stream(text, line, alone=False)
        line += text.count("\n", 0, start)
        for _, piece in split_documents(text, start):
            if len(piece) > self._limits.document_size:
                self._number += 1
                crossed = LimitExceeded("document_size", len(piece), self._limits.document_size, Place("", 1, 0))
                yield self._error(crossed, "", line)
            else:
                yield from self._stream(piece, line, alone=True)
            line += piece.count("\n")

    def _stream(self, text: str, line: int, *, alone: bool) -> Generator[Document | DocumentError, None, int]:
        """The documents of a text that begins on a line, and where the first broken one begins; `alone` reports that."""
        values, position = self._values(text), 0
        while True:
            try:
                value, row, position = next(values)
            except StopIteration:
                return len(text)
            except (BuildError, LimitExceeded, *BROKEN) as error:
                between = expects_document(error)
                if not alone and not between:
                    return position
                self._number += 1
                yield self._error(error, text, line)
                return next_cut(text, position) if between else len(text)
            self._number += 1
            if value is not None or self._keep_empty:
                yield Document(value, self._source(line + row))

    def _values(self, text: str) -> Iterator[tuple[Any, int, int]]:
        """Each document's value, the row it begins on and the index where it ends."""
        get, dispose = open_events(text, libyaml=self._libyaml)
        try:
            get()
            while get().__class__ is DocumentStartEvent:
                root = get()
                value = self._builder.document(get, root)
                yield value, root.start_mark.line, get().end_mark.index
        finally:
            dispose()

    # --- Places ---

    def _source(self, line: int) -> Source:
        return Source(self._name, self._number, line, -1, self._kept)

    def _moved(self, place: Place, line: int) -> Place:
        """A place within a text as a place of the input; the text begins on `line`."""
        return Place(self._name, line + place.line - 1, place.column)

    def _error(self, error: Exception, text: str, line: int) -> DocumentError:
        match error:
            case LimitExceeded():
                crossed = LimitExceeded(error.limit, error.value, error.bound, self._moved(error.place, line))
                return DocumentError(crossed.finding)
            case BuildError():
                spot = line_and_column(text, error.event.start_mark.index)
                where = Complaint(error.code, error.message, *spot, error.advice)
            case _:
                where = complaint_about(error, text)
        place = Place(self._name, line + where.line, where.column + 1)
        message = where.message if where.begun is None else f"{where.message}, begun on line {line + where.begun}"
        return DocumentError(Finding(where.code, "error", message, place, where.advice))


def _is_syntax_error(result: Document | DocumentError | None) -> bool:
    return isinstance(result, DocumentError) and result.finding.code == "yaml-syntax"
