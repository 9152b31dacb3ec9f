"""Documents of files, folders, glob patterns and standard input: the only module that opens files.

A file is read in blocks of about a megabyte that end where a document ends, so memory does not grow with the file.
Whatever is wrong with one path is yielded as an error with what to do about it, and the other paths are still read.
"""

from __future__ import annotations

import codecs
import os
import sys
from typing import TYPE_CHECKING

from kyvernopy.documents.blocks import Skipped, blocks_of
from kyvernopy.documents.positions import as_path, place_in, show_path
from kyvernopy.errors import DocumentError, Finding, LimitExceeded
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import BinaryIO, TypeAlias

    from kyvernopy.documents.positions import FieldPath
    from kyvernopy.documents.read import Document
    from kyvernopy.documents.reading import Reading
    from kyvernopy.limits import Limits
    from kyvernopy.source import Source

    _Result: TypeAlias = "Document | DocumentError"
    Paths: TypeAlias = "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]"

__all__ = ["SUFFIXES", "load_documents", "place_of"]

SUFFIXES = (".yaml", ".yml", ".json")
_BLOCK = 1024 * 1024
_GLOB_MARKS = frozenset("*?[")


def load_documents(
    paths: Paths,
    *,
    limits: Limits = DEFAULT_LIMITS,
    suffixes: Sequence[str] = SUFFIXES,
    strict: bool = False,
    keep_empty: bool = False,
    stdin: BinaryIO | None = None,
) -> Iterator[_Result]:
    """The documents of all paths, in order; an error stands in the place of what cannot be read.

    A path is a file, a folder (walked in name order; of its files only those with one of the `suffixes`, hidden ones
    left out), a glob pattern where no such file exists, or `-` for standard input.
    """
    from kyvernopy.documents.reading import Reading  # noqa: PLC0415  YAML comes with the first file

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
    if path == "-" or os.path.isfile(path):  # noqa: PTH113  os.path answers where pathlib raises
        yield path
    elif os.path.isdir(path):  # noqa: PTH112  os.path answers where pathlib raises
        yield from _walk_or_complain(path, suffixes)
    elif os.path.exists(path):  # noqa: PTH110  os.path answers where pathlib raises; a pipe or a device
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
        yield from _walk(match, suffixes) if os.path.isdir(match) else [match]  # noqa: PTH112  as above


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


def _load_file(path: str, reading: Reading, limits: Limits, stdin: BinaryIO | None) -> Iterator[_Result]:
    try:
        handle = (stdin or sys.stdin.buffer) if path == "-" else open(path, "rb")  # noqa: PTH123, SIM115  closed below
    except OSError as error:
        yield _unreadable(path, error)
        return
    blocks = blocks_of(_texts(handle), limits.document_size)
    try:
        # Not `for`: only what reading the file raises is to be caught, not what the caller of this generator throws.
        while (block := _next(blocks, path)) is not None:
            if isinstance(block, str):
                yield from reading.read(block)
            elif isinstance(block, Skipped):
                yield reading.skip(LimitExceeded("document_size", block.size, limits.document_size), block.lines)
            else:
                yield block
                return
    finally:
        if path != "-":
            handle.close()


def _next(blocks: Iterator[str | Skipped], path: str) -> str | Skipped | DocumentError | None:
    """The next block; an error if the file cannot be read on."""
    try:
        return next(blocks, None)
    except _BinaryError:
        return _error("not-text", "this is a binary file", path, "name files that hold YAML or JSON text")
    except OSError as error:
        return _unreadable(path, error)


def _texts(handle: BinaryIO) -> Iterator[str]:
    """The text of a file, piece by piece; bytes that are not UTF-8 become lone surrogates, which YAML refuses."""
    chunk = handle.read(_BLOCK)
    decoder = _decoder(chunk)
    while chunk:
        text = decoder.decode(chunk)
        if "\0" in text:
            raise _BinaryError
        yield text
        chunk = handle.read(_BLOCK)
    yield decoder.decode(b"", final=True)


class _BinaryError(Exception):
    """A file holds what no text holds."""


def _decoder(start: bytes) -> codecs.IncrementalDecoder:
    if start[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return codecs.getincrementaldecoder("utf-16")("replace")
    return codecs.getincrementaldecoder("utf-8")("surrogateescape")


def _error(code: str, message: str, path: str, advice: str) -> DocumentError:
    return DocumentError(Finding(code, "error", message, Place(path), advice))


def _unreadable(path: str, error: OSError) -> DocumentError:
    reason = (error.strerror or str(error)).lower()
    return _error("path-unreadable", f"this cannot be read: {reason}", path, "check the permissions")


# --- Places ---


def place_of(source: Source, path: FieldPath = (), piece_at: tuple[str, int] = ("", 0)) -> Place:
    """Line and column of a field; its file is read once more where the source does not hold the text.

    `piece_at` names a piece of text in the value of the field, and a character of it: if it stands there as it is, the
    place is that of the character. Where nothing can be read once more (standard input, a file that is gone), the line
    of the document is what is left.
    """
    fallback = Place(source.name, source.line, 0, show_path(as_path(path)))
    if source.text is not None:
        return place_in(source.text, source, path, piece_at=piece_at) or fallback
    try:
        with open(source.name, "rb") as handle:  # noqa: PTH123  as above
            return _place_in_file(handle, source, path, piece_at) or fallback
    except (OSError, _BinaryError):
        return fallback


def _place_in_file(handle: BinaryIO, source: Source, path: FieldPath, piece_at: tuple[str, int]) -> Place | None:
    line = 1
    for block in blocks_of(_texts(handle), sys.maxsize):
        if not isinstance(block, str):  # no document is too large for a bound that is not there
            return None
        following = line + block.count("\n")
        if source.line < following or not block.endswith("\n"):
            return place_in(block, source, path, line, piece_at)
        line = following
    return None
