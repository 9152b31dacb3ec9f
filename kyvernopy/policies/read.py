"""Policies and exceptions out of documents: what was decoded, what is wrong, and what was left out.

A broken document or policy costs no other; whether errors are raised is for the caller to decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kyvernopy.documents.read import Document, unpack
from kyvernopy.policies.decode import decode_policy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Protocol

    from kyvernopy.errors import DocumentError, Finding
    from kyvernopy.policies.exceptions import PolicyException
    from kyvernopy.policies.model import Policy
    from kyvernopy.source import Source

    T_co = TypeVar("T_co", covariant=True)

    class Decode(Protocol[T_co]):
        """How one document is read."""

        def __call__(self, document: Any, *, source: Source, strict: bool) -> tuple[T_co | None, list[Finding]]: ...


__all__ = ["read_exceptions", "read_policies"]

T = TypeVar("T")


def read_policies(
    documents: Iterable[Document | DocumentError], *, strict: bool
) -> tuple[list[Policy], list[Finding], list[Finding]]:
    """The policies of some documents in their order, the errors, and the notes."""
    return _read(documents, decode_policy, strict=strict)


def read_exceptions(
    documents: Iterable[Document | DocumentError], *, strict: bool
) -> tuple[list[PolicyException], list[Finding], list[Finding]]:
    """The exceptions of some documents in their order, the errors, and the notes; any other document is an error."""
    from kyvernopy.policies.exceptions import decode_exception  # noqa: PLC0415  most sets of policies have none

    return _read(documents, decode_exception, strict=strict)


def _read(
    documents: Iterable[Document | DocumentError], decode: Decode[T], *, strict: bool
) -> tuple[list[T], list[Finding], list[Finding]]:
    """Read each document.

    Lists are unpacked. Their items are not checked against the schema, as Kyverno does not check them (spec 08 §3).
    """
    decoded: list[T] = []
    errors: list[Finding] = []
    notes: list[Finding] = []
    for document in documents:
        if not isinstance(document, Document):
            errors.append(document.finding)
            continue
        for one in unpack(document):
            found, findings = decode(one.value, source=one.source, strict=strict and one.source.item < 0)
            if found is not None:
                decoded.append(found)
            for finding in findings:
                (errors if finding.severity == "error" else notes).append(finding)
    return decoded, errors, notes
