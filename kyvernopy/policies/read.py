"""Policies out of documents: what was decoded, what is wrong, and what was left out.

A broken document or policy costs no other; whether errors are raised is for the caller to decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.documents.read import Document, unpack
from kyvernopy.policies.decode import decode_policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kyvernopy.errors import DocumentError, Finding
    from kyvernopy.policies.model import Policy

__all__ = ["read_policies"]


def read_policies(
    documents: Iterable[Document | DocumentError], *, strict: bool
) -> tuple[list[Policy], list[Finding], list[Finding]]:
    """The policies of some documents in their order, the errors, and the notes.

    Lists are unpacked. Their items are not checked against the schema, as Kyverno does not check them (spec 08 §3).
    """
    policies: list[Policy] = []
    errors: list[Finding] = []
    notes: list[Finding] = []
    for document in documents:
        if not isinstance(document, Document):
            errors.append(document.finding)
            continue
        for one in unpack(document):
            policy, findings = decode_policy(one.value, source=one.source, strict=strict and one.source.item < 0)
            if policy:
                policies.append(policy)
            for finding in findings:
                (errors if finding.severity == "error" else notes).append(finding)
    return policies, errors, notes
