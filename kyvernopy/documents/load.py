"""Documents of files, folders, glob patterns and standard input: the only module that opens files.

A file is read in blocks of about a megabyte that end where a document ends, so memory does not grow with the file.
Whatever is wrong with one path is yielded as an error with what to do about it, and the other paths are still read.
"""

from __future__ import annotations

import codecs
import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from kyvernopy.documents.positions import as_path, place_in, show_path
from kyvernopy.documents.read import Document, Reading
from kyvernopy.documents.split import MARKER, SEAM, last_cut
from kyvernopy.errors import DocumentError, Finding, LimitExceeded
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence
    from typing import BinaryIO, TypeAlias

    from kyvernopy.documents.positions import Path
    from kyvernopy.limits import Limits
    from kyvernopy.source import Source

    Paths: TypeAlias = "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]"

__all__ = ["SUFFIXES", "load_documents", "place_of"]

SUFFIXES = (".yaml", ".yml", ".json")
_BLOCK = 1024 * 1024
_GLOB_MARKS = frozenset("*?[")


def load_documents(  # noqa: PLR0913  options by name
    paths: Paths,
    *,
    limits: Limits = DEFAULT_LIMITS,
    suffixes: Sequence[str] = SUFFIXES,
    strict: bool = False,
    keep_empty: bool = False,
    stdin: BinaryIO | None = None,
) -> Iterator[Document | DocumentError]:
    """The documents of all paths, in order; an error stands in the place of what cannot be read.

    A path is a file, a folder (walked in name order; of its files only those with one of the `suffixes`, hidden ones
    left out), a glob pattern where no such file exists, or `-` for standard input.
    """
    named = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    for path in named:
        for found in _expand(os.fspath(path), tuple(suffixes)):
            if isinstance(found, DocumentError):
                yield found
            else:
                reading = Reading(found, limits, strict=strict, keep_empty=keep_empty)
                yield from _load_file(found, reading, limits, stdin)


# --- Paths ---


def _expand(path: str, suffixes: tuple[str, ...]) -> Iterator[str | DocumentError]:
    """The files that a path stands for."""
    if path == "-" or os.path.isfile(path):
        yield path
    elif os.path.isdir(path):
        yield from _walk_or_complain(path, suffixes)
    elif os.path.exists(path):  # a pipe or a device
        yield path
    elif _GLOB_MARKS.intersection(path):
        yield from _expand_pattern(path, suffixes)
    else:
        yield _error("path-missing", "there is no such file or folder", path, "check the spelling of the path")


def _expand_pattern(pattern: str, suffixes: tuple[str, ...]) -> Iterator[str | DocumentError]:
    import glob  # noqa: PLC0415  rare

    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  names as the pattern spells them
    if not matches:
        yield _error("path-missing", "no file matches this pattern", pattern, "check the pattern")
    for match in matches:
        yield from _walk(match, suffixes) if os.path.isdir(match) else [match]


def _walk_or_complain(folder: str, suffixes: tuple[str, ...]) -> Iterator[str | DocumentError]:
    empty = True
    for found in _walk(folder, suffixes):
        empty = False
        yield found
    if empty:
        wanted = ", ".join(f"`{suffix}`" for suffix in suffixes)
        yield _error("folder-empty", f"the folder has no file that ends in {wanted}", folder, "name a file or a folder")


def _walk(folder: str, suffixes: tuple[str, ...]) -> Iterator[str | DocumentError]:
    """Files below a folder in name order; hidden entries and links to folders are left out."""
    try:
        with os.scandir(folder) as entries:
            visible = sorted(
                (entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name
            )
    except OSError as error:
        yield _unreadable(folder, error)
        return
    for entry in visible:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, suffixes)
        elif entry.name.endswith(suffixes) and not entry.is_dir():
            yield entry.path


# --- Files ---


class _Skipped(NamedTuple):
    """A document too large to be kept: how much was read of it and how many lines it has."""

    size: int
    lines: int


def _load_file(
    path: str, reading: Reading, limits: Limits, stdin: BinaryIO | None
) -> Iterator[Document | DocumentError]:
    try:
        handle = (stdin or sys.stdin.buffer) if path == "-" else open(path, "rb")  # noqa: PTH123, SIM115  closed below
    except OSError as error:
        yield _unreadable(path, error)
        return
    try:
        for block in _blocks(_texts(handle, path), limits.document_size):
            if isinstance(block, str):
                yield from reading.read(block)
            elif isinstance(block, _Skipped):
                yield reading.skip(LimitExceeded("document_size", block.size, limits.document_size), block.lines)
            else:
                yield block
    finally:
        if path != "-":
            handle.close()


def _texts(handle: BinaryIO, path: str) -> Iterator[str | DocumentError]:
    """The decoded text of a file, piece by piece; bytes that are not UTF-8 become lone surrogates, which YAML refuses."""
    decoder: codecs.IncrementalDecoder | None = None
    while True:
        try:
            chunk = handle.read(_BLOCK)
        except OSError as error:
            yield _unreadable(path, error)
            return
        decoder = decoder or _decoder(chunk)
        text = decoder.decode(chunk, final=not chunk)
        if "\0" in text:
            yield _error("not-text", "this is a binary file", path, "name files that hold YAML or JSON text")
            return
        yield text
        if not chunk:
            return


def _decoder(start: bytes) -> codecs.IncrementalDecoder:
    if start[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return codecs.getincrementaldecoder("utf-16")("replace")
    return codecs.getincrementaldecoder("utf-8")("surrogateescape")


def _blocks(texts: Iterable[str | DocumentError], bound: int) -> Iterator[str | _Skipped | DocumentError]:
    """The same text in blocks that end where a document ends."""
    cutter = _Cutter(bound)
    for text in texts:
        if isinstance(text, DocumentError):
            yield text
            return
        yield from cutter.feed(text)
    yield from cutter.finish()


class _Cutter:
    """Collects text until a marker shows that a document is whole; gives up those that grow beyond the bound."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._lost = self._lost_lines = 0  # of a document that is being skipped
        self._keep("")

    def _keep(self, text: str) -> None:
        self._pending, self._size, self._tail = [text], len(text), text[-SEAM:]

    def feed(self, text: str) -> Iterator[str | _Skipped]:
        """Take the next text; give what is whole."""
        # Only the new text is searched, and enough before it for a marker across the seam.
        whole_before = MARKER.search(self._tail + text)
        self._pending.append(text)
        self._size += len(text)
        self._tail = (self._tail + text)[-SEAM:]
        if whole_before:
            whole = "".join(self._pending)
            if self._lost:
                whole = yield from self._resume(whole)
            cut = last_cut(whole)
            if cut:
                yield whole[:cut]
            self._keep(whole[cut:])
        elif self._lost or self._size > self._bound:
            self._drop()

    def finish(self) -> Iterator[str | _Skipped]:
        """What is left at the end of the file."""
        rest = "".join(self._pending)
        if self._lost:
            yield _Skipped(self._lost + len(rest), self._lost_lines + rest.count("\n"))
        elif rest:
            yield rest

    def _drop(self) -> None:
        text = "".join(self._pending)
        self._lost += len(text) - SEAM
        self._lost_lines += text.count("\n", 0, len(text) - SEAM)
        self._keep(text[-SEAM:])

    def _resume(self, text: str) -> Generator[_Skipped, None, str]:
        """End skipping at the first marker; returns the text from there on."""
        found = MARKER.search(text)
        start = found.start() + 1 if found else 0
        yield _Skipped(self._lost + start, self._lost_lines + text.count("\n", 0, start))
        self._lost = self._lost_lines = 0
        return text[start:]


def _error(code: str, message: str, path: str, advice: str) -> DocumentError:
    return DocumentError(Finding(code, "error", message, Place(path), advice))


def _unreadable(path: str, error: OSError) -> DocumentError:
    reason = (error.strerror or str(error)).lower()
    return _error("path-unreadable", f"this cannot be read: {reason}", path, "check the permissions")


# --- Places ---


def place_of(source: Source, path: Path = ()) -> Place:
    """Line and column of a field; its file is read once more where the source does not hold the text.

    Where that cannot be done (standard input, a file that is gone), the line of the document is what is left.
    """
    fallback = Place(source.name, source.line, 0, show_path(as_path(path)))
    if source.text is not None:
        return place_in(source.text, source, path) or fallback
    try:
        with open(source.name, "rb") as handle:  # noqa: PTH123  as above
            return _place_in_file(handle, source, path) or fallback
    except OSError:
        return fallback


def _place_in_file(handle: BinaryIO, source: Source, path: Path) -> Place | None:
    line = 1
    for block in _blocks(_texts(handle, source.name), sys.maxsize):
        if not isinstance(block, str):
            return None
        following = line + block.count("\n")
        if source.line < following or not block.endswith("\n"):
            return place_in(block, source, path, line)
        line = following
    return None
