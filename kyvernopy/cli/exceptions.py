"""The exceptions of a run: from files, from among the policies, or from among the resources (spec 08 §5.5).

Other than in Kyverno, an exception for a policy that is not loaded is told: most often its name is misspelt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.documents.load import load_documents, place_of
from kyvernopy.documents.read import Document, unpack
from kyvernopy.errors import Finding
from kyvernopy.policies.read import read_exceptions
from kyvernopy.policies.reading import near_miss
from kyvernopy.source import NOWHERE, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from kyvernopy.errors import DocumentError, Severity
    from kyvernopy.policies.exceptions import PolicyException
    from kyvernopy.source import Resource

    Found = tuple[list[PolicyException], list[Finding]]

__all__ = ["exceptions_among_policies", "exceptions_among_resources", "exceptions_of_files", "unknown_policies"]

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


def unknown_policies(exceptions: Iterable[PolicyException], known: Collection[str]) -> Iterator[Finding]:
    """A finding for each policy that an exception names and that is not there.

    It is an error where the exception names no other: then it does nothing at all.
    """
    for exception in exceptions:
        names = [entry.policy_name for entry in exception.spec.exceptions]
        severity: Severity = "warning" if any(name in known for name in names) else "error"
        for index, name in enumerate(names):
            if name not in known:
                path = ("spec", "exceptions", index, "policyName")
                place = place_of(exception.source, path) if exception.source else NOWHERE
                message = f"exception {exception.key} names the policy `{name}`, which is not loaded"
                yield Finding("exception-unknown-policy", severity, message, place, near_miss(name, known))
