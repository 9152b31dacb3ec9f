"""A set of policies: what a user loads once and asks many times.

A `PolicySet` is immutable and may be shared by threads. It holds the policies as data; rules are compiled when a kind
of resource is first asked about, and what was compiled is left behind when the set is pickled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.documents.plain import copy_plain
from kyvernopy.documents.read import Document, read_documents
from kyvernopy.engine.index import Index
from kyvernopy.engine.request import UNKNOWN, Request, User, namespace_of
from kyvernopy.errors import DocumentError, LimitExceeded, PolicyError, raises
from kyvernopy.kubernetes.objects import as_plain
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.policies.read import read_policies
from kyvernopy.source import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from typing import BinaryIO

    from kyvernopy.documents.load import Paths
    from kyvernopy.engine.response import Response
    from kyvernopy.errors import Errors, Finding
    from kyvernopy.limits import Limits
    from kyvernopy.policies.model import Policy
    from kyvernopy.reports.report import Report
    from kyvernopy.results import RuleResult, Status

__all__ = ["PolicySet", "load_policies", "parse_policies"]


class PolicySet:
    """Policies, ready to judge resources.

    `errors` has what could not be loaded, if errors were collected; `notes` what was left out or ignored.
    """

    __slots__ = ("_index", "_limits", "errors", "notes", "policies")

    def __init__(
        self,
        policies: Iterable[Policy] = (),
        *,
        errors: Iterable[Finding] = (),
        notes: Iterable[Finding] = (),
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.policies: tuple[Policy, ...] = tuple(policies)
        self.errors: tuple[Finding, ...] = tuple(errors)
        self.notes: tuple[Finding, ...] = tuple(notes)
        self._limits = limits
        self._index = Index(self.policies, limits)

    @classmethod
    def from_documents(
        cls, documents: Iterable[Mapping[str, Any]], *, errors: Errors = "raise", limits: Limits = DEFAULT_LIMITS
    ) -> PolicySet:
        """Policies from plain data.

        Unknown fields are left out and listed in `notes`, as the API server prunes them; fields of a wrong type are
        errors. With `errors="collect"` they are kept in `errors`, otherwise they are raised together as `PolicyError`.
        """
        return _policy_set(_copied(documents, limits), errors, limits, strict=False)

    def validate(
        self,
        resource: Any,
        *,
        old: Any = None,
        operation: str = "CREATE",
        user: Mapping[str, Any] | None = None,
        namespace_labels: Mapping[str, str] | None = None,
    ) -> Response:
        """Judge one resource with every validate rule that is for it.

        `old` is the resource as it was before an UPDATE; with `operation="DELETE"` the resource itself is what goes.
        `user` has the shape of a UserInfo file: `roles`, `clusterRoles`, `userInfo` with `username` and `groups`.
        `namespace_labels` are the labels of the resource's namespace, for rules that select by them. Never raises for
        what a resource holds; raises TypeError for what is no mapping and cannot become one.
        """
        new: dict[str, Any] | None = resource if isinstance(resource, dict) else as_plain(resource)
        if old is not None:
            old = as_plain(old)
        if operation == "DELETE":
            new, old = None, new if old is None else old
        who = UNKNOWN if user is None else User(user)
        return self._index.decide(Request(new, old, operation, who, namespace_labels))

    def scan(
        self,
        resources: Iterable[Any],
        *,
        columns: Mapping[str, Any] | None = None,
        keep: Collection[Status | str] | None = None,
        namespace_labels: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Report:
        """Judge many resources and report on them, as a background scan does.

        `columns` adds columns to the rows of the report, each a glom spec over the resource. Results whose status is
        not in `keep` are only counted, which keeps memory constant. `namespace_labels` maps names of namespaces to
        their labels.
        """
        from kyvernopy.reports.report import Report  # noqa: PLC0415  deciding does without reports

        labels = namespace_labels or {}

        def responses() -> Iterator[tuple[tuple[RuleResult, ...], dict[str, Any]]]:
            for one in resources:
                resource = as_plain(one)
                found = labels.get(namespace_of(resource))
                yield self.validate(resource, namespace_labels=found).results, resource

        errors = getattr(resources, "errors", ())
        return Report.collect(responses(), columns=columns, keep=keep, errors=errors)

    def check(self) -> list[Finding]:
        """What Kyverno would say about these policies when they are created, without asking a cluster."""
        from kyvernopy.engine.checks import check_policy  # noqa: PLC0415  deciding does without checks

        return [finding for policy in self.policies for finding in check_policy(policy)]

    def compile(self) -> PolicySet:
        """Prepare the fastest form of every pattern now instead of after some hundred resources; returns the set."""
        self._index.compile_patterns()
        return self

    def __iter__(self) -> Iterator[Policy]:
        return iter(self.policies)

    def __len__(self) -> int:
        return len(self.policies)

    def __repr__(self) -> str:
        rules = sum(len(policy.spec.rules) for policy in self.policies)
        return f"<PolicySet {len(self.policies)} policies, {rules} rules>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PolicySet) and self.policies == other.policies

    __hash__ = None  # type: ignore[assignment]  # policies hold plain data, which has no hash

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.policies, self.errors, self.notes, self._limits)


def load_policies(
    paths: Paths,
    *,
    errors: Errors = "raise",
    limits: Limits = DEFAULT_LIMITS,
    stdin: BinaryIO | None = None,
) -> PolicySet:
    """Policies from files, folders, glob patterns or standard input (`-`), YAML or JSON.

    Every document is checked: an unknown field, a wrong type or a kind of policy that is not supported is an error,
    and all errors of all documents are raised together as `PolicyError`. With `errors="collect"` they are kept in
    `errors` and the good policies can be used. Documents that are no policies are left out with a note.
    """
    from kyvernopy.documents.load import load_documents  # noqa: PLC0415  text needs no files

    return _policy_set(load_documents(paths, limits=limits, stdin=stdin), errors, limits, strict=True)


def parse_policies(
    text: str, *, source: str = "inline", errors: Errors = "raise", limits: Limits = DEFAULT_LIMITS
) -> PolicySet:
    """Policies from a YAML or JSON text; `source` names it in messages. Otherwise as `load_policies`."""
    return _policy_set(read_documents(text, source, limits=limits), errors, limits, strict=True)


def _copied(documents: Iterable[Any], limits: Limits) -> Iterator[Document | DocumentError]:
    for number, document in enumerate(documents, 1):
        try:
            yield Document(copy_plain(document, limits), Source("", number))
        except LimitExceeded as error:  # noqa: PERF203  the other documents are still read
            yield DocumentError(error.finding)
        except DocumentError as error:
            yield error


def _policy_set(
    documents: Iterable[Document | DocumentError], errors: Errors, limits: Limits, *, strict: bool
) -> PolicySet:
    raising = raises(errors)
    policies, found, notes = read_policies(documents, strict=strict)
    if found and raising:
        raise PolicyError(found)
    return PolicySet(policies, errors=found, notes=notes, limits=limits)


def _restore(
    policies: tuple[Policy, ...], errors: tuple[Finding, ...], notes: tuple[Finding, ...], limits: Limits
) -> PolicySet:
    return PolicySet(policies, errors=errors, notes=notes, limits=limits)
