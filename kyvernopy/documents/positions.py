"""Line and column of a field, looked up when somebody asks.

Reading keeps no marks. A place is found by parsing the one document again and walking its events along the path. What
is not there (a missing field is what policies complain about) has the place of its nearest parent; inside of an alias
or a merged map, the place is that of the alias.

A path is a tuple of keys and indices, or its text: `spec.containers[0].image`, `metadata.labels["example.com/name"]`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.documents.split import split_documents
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kyvernopy.source import Source

__all__ = ["FieldPath", "as_path", "document_events", "locate", "parse_path", "place_in", "show_path"]

FieldPath: TypeAlias = "str | Sequence[str | int]"

_STEP = re.compile(r"""\.?(?:\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]|([^.\[\]]+))""")
_PLAIN_KEY = re.compile(r"[^.\[\]\"']+")
_LINE_ENDS = dict.fromkeys(map(ord, "\x85\u2028\u2029"), "?")  # of YAML 1.1; in JSON they are characters like others
_SURROGATE_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


# --- Paths ---


def as_path(path: FieldPath) -> tuple[str | int, ...]:
    """A path in either form as a tuple."""
    return parse_path(path) if isinstance(path, str) else tuple(path)


def parse_path(text: str) -> tuple[str | int, ...]:
    """The keys and indices of a path's text; what does not read as a path is one key."""
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if not found:
            return (text,)
        index, quoted, single, plain = found.groups()
        if index is not None:
            steps.append(int(index))
        else:
            steps.append(
                re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else single if single is not None else plain
            )
        at = found.end()
    return tuple(steps)


def show_path(path: Sequence[str | int]) -> str:
    """The text of a path; keys with dots, brackets or quotes are quoted."""
    shown = ""
    for step in path:
        if isinstance(step, int):
            shown += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            shown += f".{step}" if shown else step
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            shown += f'["{escaped}"]'
    return shown


# --- Places ---


def locate(text: str, document: int, path: FieldPath, *, _libyaml: bool = True) -> tuple[int, int] | None:
    """Line and column (from 1) of a field in the document of that number (from 1); None if there is none such."""
    line = 1
    text = text.removeprefix("\ufeff")
    for _, piece in split_documents(text):
        events = document_events(piece, libyaml=_libyaml)
        document -= events is None or bool(events)
        if document == 0:
            return _place(piece, _find(events, as_path(path))[0], line) if events else None
        line += piece.count("\n")
    return None


def place_in(
    text: str, source: Source, path: FieldPath, first_line: int = 1, piece_at: tuple[str, int] = ("", 0)
) -> Place | None:
    """The place of a field, in a text that begins on a line of the source and holds its document.

    Where the value of the field holds a piece of text as it is written, the place is that of a character of the piece.
    """
    steps = as_path(path)
    within = ("items", source.item, *steps) if source.item >= 0 else steps
    line = first_line
    for _, piece in split_documents(text.removeprefix("\ufeff")):
        following = line + piece.count("\n")
        if source.line < following or not piece.endswith("\n"):
            events = document_events(piece)
            if not events:
                return None
            row, column = _place(piece, _within(piece, _find(events, within), piece_at), line)
            return Place(source.name, row, column, show_path(steps))
        line = following
    return None


def _place(text: str, at: int, line: int) -> tuple[int, int]:
    """Line and column of a character in a text that begins on a line; parsers know more ends of lines than these."""
    before = text.count("\n", 0, at)
    return line + before, at - text.rfind("\n", 0, at)


def _within(text: str, field: tuple[int, int], piece_at: tuple[str, int]) -> int:
    """A character of a piece of text in the value of a field; the field itself if it is written in another way there."""
    start, end = field
    piece, offset = piece_at
    found = text.find(piece, start, end) if piece else -1
    return start if found < 0 else found + offset


# --- Events of one document ---


def document_events(text: str, *, libyaml: bool = True) -> list[Any] | None:
    """The events of the first document, from its root on; empty if there is no document, None if it is broken."""
    from kyvernopy.documents.events import BROKEN, FORBIDDEN, open_events  # noqa: PLC0415  only who asks for places pays

    # JSON may hold characters that YAML may not, and writes an emoji in two escapes: as many others do for places.
    harmless = FORBIDDEN.sub("?", _SURROGATE_PAIR.sub("?" * 12, text)).translate(_LINE_ENDS)
    for readable in (text, harmless):
        try:
            get, dispose = open_events(readable, libyaml=libyaml)
        except BROKEN:
            continue
        try:
            return _first_document(get)
        except BROKEN:
            continue
        finally:
            dispose()
    return None


def _first_document(get: Any) -> list[Any]:
    from yaml.events import DocumentEndEvent, StreamEndEvent  # noqa: PLC0415  as above

    get()  # the start of the stream
    events = [get()]
    if isinstance(events[0], StreamEndEvent):
        return []
    while not isinstance(events[-1], DocumentEndEvent):
        events.append(get())
    return events[1:-1]


def _find(events: list[Any], path: tuple[str | int, ...]) -> tuple[int, int]:
    """Where the field that a path names begins and its value ends; of the last step that exists, if one does not."""
    at, mark = 0, events[0].start_mark
    for step in path:
        found = _enter(events, at, step)
        if found is None:
            return mark.index, mark.index
        mark, at = found
    return mark.index, events[_after(events, at) - 1].end_mark.index


def _enter(events: list[Any], at: int, step: str | int) -> tuple[Any, int] | None:
    """The mark of a key or item within the node at `at`, and where its value begins."""
    from yaml.events import MappingStartEvent, SequenceStartEvent  # noqa: PLC0415  as above

    if isinstance(events[at], MappingStartEvent) and isinstance(step, str):
        return _enter_map(events, at + 1, step)
    if isinstance(events[at], SequenceStartEvent) and not isinstance(step, str):
        return _enter_list(events, at + 1, step)
    return None


def _enter_map(events: list[Any], at: int, key: str) -> tuple[Any, int] | None:
    """The last of equal keys counts; a merge is the best guess where there is none."""
    from yaml.events import MappingEndEvent, ScalarEvent  # noqa: PLC0415  as above

    found = merged = None
    while not isinstance(events[at], MappingEndEvent):
        value = _after(events, at)
        if isinstance(events[at], ScalarEvent):
            written = _key(events[at])
            if written == key:
                found = events[at].start_mark, value
            elif written == "<<":
                merged = events[at].start_mark, value
        at = _after(events, value)
    return found or merged


def _enter_list(events: list[Any], at: int, index: int) -> tuple[Any, int] | None:
    from yaml.events import SequenceEndEvent  # noqa: PLC0415  as above

    while not isinstance(events[at], SequenceEndEvent):
        if index == 0:
            return events[at].start_mark, at
        index -= 1
        at = _after(events, at)
    return None


def _after(events: list[Any], at: int) -> int:
    """Where the node at `at` is over."""
    from yaml.events import CollectionEndEvent, CollectionStartEvent  # noqa: PLC0415  as above

    depth = 0
    while True:
        depth += isinstance(events[at], CollectionStartEvent) - isinstance(events[at], CollectionEndEvent)
        at += 1
        if depth == 0:
            return at


def _key(event: Any) -> str | None:
    from kyvernopy.documents.scalars import Keys, ScalarError  # noqa: PLC0415  as above

    try:
        return Keys()[event.value] if event.implicit[0] else str(event.value)
    except ScalarError:
        return None
