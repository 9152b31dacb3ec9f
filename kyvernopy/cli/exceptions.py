"""The exceptions of a run: from files, from among the policies, or from among the resources (spec 08 §5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.documents.load import load_documents
from kyvernopy.documents.read import Document, unpack
from kyvernopy.policies.read import read_exceptions
from kyvernopy.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import BinaryIO

    from kyvernopy.errors import DocumentError, Finding
    from kyvernopy.policies.exceptions import PolicyException
    from kyvernopy.source import Resource

    Found = tuple[list[PolicyException], list[Finding]]

__all__ = ["exceptions_among_policies", "exceptions_among_resources", "exceptions_of_files"]

KIND = "PolicyException"


def exceptions_of_files(paths: Sequence[str]) -> Found:
    """The exceptions of files, and what is wrong with them; they hold nothing else."""
    return _read(load_documents(paths), strict=True)


def exceptions_among_policies(paths: Sequence[str], stdin: BinaryIO | None) -> Found:
    """The exceptions in the files of policies, which are read once more; what cannot be read is told elsewhere."""
    documents = (document for document in load_documents(paths, stdin=stdin) if isinstance(document, Document))
    exceptions = (one for document in documents for one in unpack(document) if _is_meant(one.value))
    return _read(exceptions, strict=True)


def exceptions_among_resources(resources: Iterable[Resource]) -> Found:
    """The exceptions among resources."""
    documents = (Document(dict(one), one.source or Source("")) for one in resources if _is_meant(one))
    return _read(documents, strict=False)


def _is_meant(value: object) -> bool:
    return isinstance(value, dict) and value.get("kind") == KIND


def _read(documents: Iterable[Document | DocumentError], *, strict: bool) -> Found:
    exceptions, errors, notes = read_exceptions(documents, strict=strict)
    return exceptions, [*errors, *notes]
