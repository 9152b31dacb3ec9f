"""A text of YAML or JSON with some values changed, and every other character as it was.

Comments, the order of keys, quotes, indentation and empty lines are the author's; a writer of YAML, be it one that keeps
comments, would lay the whole document out anew. So the text is not written anew but cut: entries whose value is the same
keep their characters, a changed scalar is replaced where it stands, and new entries take over the indentation of
their neighbours. At the end the new text is read and compared with what was wanted; where an anchor or the like makes
that differ, it is an error and never a wrong file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.documents.changes import same
from kyvernopy.documents.read import Document, read_documents
from kyvernopy.documents.rewrite_block import BlockWriter
from kyvernopy.documents.split import split_documents
from kyvernopy.documents.written import read_written
from kyvernopy.errors import DocumentError, Finding
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kyvernopy.limits import Limits

__all__ = ["rewrite"]


def rewrite(text: str, changes: Mapping[int, Any], name: str = "", *, limits: Limits = DEFAULT_LIMITS) -> str:
    """The text with new values for some of its documents, which are numbered from 1.

    Raises `DocumentError` for a text that cannot be read, and for a document that cannot be changed without being
    written anew; `name` is that of the text in its message.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    bare = text.removeprefix("\ufeff")
    # Lines that end in `\r\n` end so afterwards as well, unless only some do.
    carriage = bare.count("\r\n") == bare.count("\n") > 0
    bare = bare.replace("\r\n", "\n") if carriage else bare
    old = _values(bare, name, limits)
    wanted = {**old, **changes}
    try:
        written = "".join(_pieces(bare, old, wanted))
    except RecursionError:
        written = ""
    if not _holds(written, wanted, limits):
        message = "this cannot be changed in place: what changes is written with anchors, or in another unusual way"
        raise DocumentError(Finding("not-rewritable", "error", message, Place(name), "write it out in plain YAML"))
    return mark + (written.replace("\n", "\r\n") if carriage else written)


def _values(text: str, name: str, limits: Limits) -> dict[int, Any]:
    """The values of all documents by their numbers."""
    values = {}
    for document in read_documents(text, name, limits=limits, keep_empty=True):
        if not isinstance(document, Document):
            raise document
        values[document.source.document] = document.value
    return values


def _pieces(text: str, old: Mapping[int, Any], wanted: Mapping[int, Any]) -> Iterator[str]:
    """The text in parts, each with one document at most."""
    number = 0
    for _, piece in split_documents(text):
        root = read_written(piece)
        number += root is not None
        if root is None or same(old.get(number), wanted.get(number)):
            yield piece
        else:
            changed = BlockWriter(piece, root).document(root, old[number], wanted[number])
            yield f"{piece[: root.begin]}{changed}{piece[root.end :]}"


def _holds(text: str, wanted: Mapping[int, Any], limits: Limits) -> bool:
    """Whether a text reads as what was wanted."""
    try:
        found = _values(text, "", limits)
    except DocumentError:
        return False
    return same(list(found.values()), list(wanted.values()))
