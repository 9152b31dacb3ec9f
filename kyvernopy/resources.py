"""Resources from files and streams, one after the other, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.documents.json_text import write_json
from kyvernopy.documents.load import load_documents
from kyvernopy.documents.read import Document, unpack
from kyvernopy.errors import DocumentError, Finding, raises
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.source import Place, Resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from kyvernopy.documents.load import Paths
    from kyvernopy.errors import Errors
    from kyvernopy.limits import Limits

__all__ = ["Resources", "load_resources"]

MOST_SHOWN = 200  # characters of a resource in a message


class Resources:
    """An iterator over resources; `errors` has what could not be read so far, if errors are collected."""

    __slots__ = ("_documents", "_normalize", "_raises", "errors")

    def __init__(
        self, documents: Iterable[Document | DocumentError], *, normalize: bool = False, errors: Errors = "raise"
    ) -> None:
        self._raises = raises(errors)
        self._documents = self._read(documents)
        self._normalize = normalize
        self.errors: list[Finding] = []

    def __iter__(self) -> Iterator[Resource]:
        return self._documents

    def __next__(self) -> Resource:
        return next(self._documents)

    def _read(self, documents: Iterable[Document | DocumentError]) -> Iterator[Resource]:
        from kyvernopy.kubernetes.normalize import normalize  # noqa: PLC0415  rarely needed

        for document in documents:
            if isinstance(document, DocumentError):
                self._complain(document.finding)
                continue
            for one in unpack(document):
                finding = _what_is_wrong(one)
                if finding is not None:
                    self._complain(finding)
                    continue
                yield Resource(normalize(one.value) if self._normalize else one.value, one.source)

    def _complain(self, finding: Finding) -> None:
        if self._raises:
            raise DocumentError(finding)
        self.errors.append(finding)


def _what_is_wrong(document: Document) -> Finding | None:
    """Why a document is no resource (spec 08 §4.2)."""
    value, place = document.value, Place(document.source.name, document.source.line)
    if not isinstance(value, dict):
        return Finding("not-a-resource", "error", "a resource is a map", place, "remove the document")
    for field, name in (("kind", "Kind"), ("apiVersion", "apiVersion")):
        if not isinstance(value.get(field), str) or not value[field]:
            message = f"Object '{name}' is missing in '{_shortened(value)}'"
            return Finding("not-a-resource", "error", message, place, f"add `{field}`")
    return None


def _shortened(value: dict[str, Any]) -> str:
    text = write_json(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


def load_resources(
    paths: Paths,
    *,
    normalize: bool = False,
    errors: Errors = "raise",
    limits: Limits = DEFAULT_LIMITS,
    stdin: BinaryIO | None = None,
) -> Resources:
    """Resources from files, folders, glob patterns or standard input (`-`), YAML or JSON, read as they are asked for.

    Lists are unpacked and empty documents skipped. Each resource is a dict that remembers its `source`. What cannot be
    read is raised as `DocumentError` when its turn comes; with `errors="collect"` it is kept in `.errors` and reading
    goes on. `normalize` does to each resource what Kyverno's commands do: the namespace `default` where one is missing,
    empty maps for null ones, all numbers as floats.
    """
    return Resources(load_documents(paths, limits=limits, stdin=stdin), normalize=normalize, errors=errors)
