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
from kyvernopy.engine.settings import Settings
from kyvernopy.errors import DocumentError, LimitExceeded, PolicyError, raises
from kyvernopy.kubernetes.objects import as_plain
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.policies.read import read_policies
from kyvernopy.source import Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from kyvernopy.documents.load import Paths
    from kyvernopy.engine.mutation.index import Mutations
    from kyvernopy.engine.mutation.response import MutateResponse, TargetsResponse
    from kyvernopy.engine.pipeline import PipelineResponse
    from kyvernopy.engine.response import Response
    from kyvernopy.engine.settings import Functions
    from kyvernopy.errors import Errors, Finding
    from kyvernopy.explanations import Explanation
    from kyvernopy.limits import Limits
    from kyvernopy.policies.exceptions import PolicyException
    from kyvernopy.policies.model import Policy
    from kyvernopy.providers import Providers
    from kyvernopy.reports.report import Report
    from kyvernopy.results import RuleResult, Status

__all__ = ["PolicySet", "load_policies", "parse_policies"]


class PolicySet:
    """Policies, ready to judge resources.

    `errors` has what could not be loaded, if errors were collected; `notes` what was left out or ignored.
    """

    __slots__ = ("_index", "_mutations", "_settings", "errors", "notes", "policies")

    def __init__(
        self,
        policies: Iterable[Policy] = (),
        *,
        errors: Iterable[Finding] = (),
        notes: Iterable[Finding] = (),
        settings: Settings | None = None,
    ) -> None:
        self.policies: tuple[Policy, ...] = tuple(policies)
        self.errors: tuple[Finding, ...] = tuple(errors)
        self.notes: tuple[Finding, ...] = tuple(notes)
        self._settings = settings or Settings.of()
        self._index = Index(self.policies, self._settings)
        self._mutations: Mutations | None = None  # made when first needed

    @classmethod
    def from_documents(
        cls,
        documents: Iterable[Mapping[str, Any]],
        *,
        errors: Errors = "raise",
        limits: Limits = DEFAULT_LIMITS,
        providers: Providers | Mapping[str, Any] | None = None,
        functions: Functions | None = None,
        check: bool = False,
    ) -> PolicySet:
        """Policies from plain data.

        Unknown fields are left out and listed in `notes`, as the API server prunes them; fields of a wrong type are
        errors. With `errors="collect"` they are kept in `errors`, otherwise they are raised together as `PolicyError`.
        `providers`, `functions` and `check` are those of `load_policies`.
        """
        settings = Settings.of(functions, providers, limits)
        return _policy_set(_copied(documents, limits), errors, settings, strict=False, check=check)

    # --- Deciding ---

    def validate(
        self,
        resource: Any,
        *,
        old: Any = None,
        operation: str = "CREATE",
        user: Mapping[str, Any] | None = None,
        namespace_labels: Mapping[str, str] | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Response:
        """Judge one resource with every validate rule that is for it.

        `old` is the resource as it was before an UPDATE; with `operation="DELETE"` the resource itself is what goes.
        `user` has the shape of a UserInfo file: `roles`, `clusterRoles`, `userInfo` with `username` and `groups`.
        `namespace_labels` are the labels of the resource's namespace, for rules that select by them. `variables` are
        added to what rules can look up, by dotted names such as `request.object.metadata.labels.app`; one that names
        a part of the resource changes what is judged. Never raises for what a resource holds; raises TypeError for
        what is no mapping and cannot become one, and `DocumentError` for variables that leave no resource.
        """
        return self._index.decide(self._request(resource, old, operation, user, namespace_labels, variables))

    def mutate(
        self,
        resource: Any,
        *,
        old: Any = None,
        operation: str = "CREATE",
        user: Mapping[str, Any] | None = None,
        namespace_labels: Mapping[str, str] | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> MutateResponse:
        """Change one resource with every mutate rule that is for it, each about what those before it made.

        The arguments are those of `validate`. `resource` of the response is the patched one, which shares with the
        original what did not change; the input is never modified. A rule with an error changes nothing, and what its
        policy had changed before is dropped. Rules with `targets` are left out; see `mutate_existing`.
        """
        return self._all_mutations.decide(self._request(resource, old, operation, user, namespace_labels, variables))

    def mutate_existing(
        self,
        trigger: Any,
        targets: Iterable[Any],
        *,
        old: Any = None,
        operation: str = "CREATE",
        user: Mapping[str, Any] | None = None,
        namespace_labels: Mapping[str, str] | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> TargetsResponse:
        """Change resources that exist, with every mutate rule with `targets` that the trigger matches.

        `targets` are the resources among which the selectors of rules look; the other arguments are those of
        `validate`, for the trigger. `targets` of the response are those that were changed, in their new form.
        """
        request = self._request(trigger, old, operation, user, namespace_labels, variables)
        return self._all_mutations.decide_targets(request, [as_plain(one) for one in targets])

    def apply(
        self,
        resource: Any,
        *,
        old: Any = None,
        operation: str = "CREATE",
        user: Mapping[str, Any] | None = None,
        namespace_labels: Mapping[str, str] | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> PipelineResponse:
        """Take one resource the whole way of admission: mutate rules first, then validate rules on what they made.

        The arguments are those of `validate`.
        """
        return self.run(self._request(resource, old, operation, user, namespace_labels, variables))

    def run(self, request: Request) -> PipelineResponse:
        """The same for a request that was put together elsewhere, as applications of this library do."""
        from kyvernopy.engine.pipeline import PipelineResponse  # noqa: PLC0415  validating does without

        mutated = self._all_mutations.decide(request)
        changed = mutated.resource is not mutated.original
        return PipelineResponse(
            mutated, self._index.decide(request.restarted(mutated.resource) if changed else request)
        )

    def decide_mutation(self, request: Request, variables: Mapping[str, Any] | None = None) -> MutateResponse:
        """Answer such a request with mutate rules only."""
        return self._all_mutations.decide(self._with_variables(request, variables))

    def decide_targets(
        self, request: Request, targets: Sequence[dict[str, Any]], variables: Mapping[str, Any] | None = None
    ) -> TargetsResponse:
        """Answer such a request with mutate rules for resources that exist only."""
        return self._all_mutations.decide_targets(self._with_variables(request, variables), targets)

    @property
    def _all_mutations(self) -> Mutations:
        from kyvernopy.engine.mutation.index import Mutations  # noqa: PLC0415  validating does without

        mutations = self._mutations
        if mutations is None:
            mutations = self._mutations = Mutations(self.policies, self._settings)
        return mutations

    def validate_review(
        self,
        review: Mapping[str, Any],
        *,
        roles: Sequence[str] | None = None,
        cluster_roles: Sequence[str] | None = None,
        namespace_labels: Mapping[str, str] | None = None,
    ) -> Response:
        """Judge the request of an AdmissionReview: its object, old object, operation, subresource and user.

        `roles` (`namespace:name`) and `cluster_roles` are those bound to the user, which a review does not say. Raises
        `DocumentError` for what is no review.
        """
        from kyvernopy.engine.review import request_from_review  # noqa: PLC0415  bare resources do without

        request = request_from_review(
            review, roles=roles, cluster_roles=cluster_roles, namespace_labels=namespace_labels
        )
        return self._index.decide(request)

    def explain(
        self,
        resource: Any,
        *,
        old: Any = None,
        operation: str = "CREATE",
        user: Mapping[str, Any] | None = None,
        namespace_labels: Mapping[str, str] | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Explanation:
        """Say why each rule decides as it does, also the rules that are not for the resource.

        The arguments are those of `validate`. The explanation prints as text; `to_dict()` makes plain data of it.
        """
        return self._index.explain(self._request(resource, old, operation, user, namespace_labels, variables))

    def decide(self, request: Request, variables: Mapping[str, Any] | None = None) -> Response:
        """Answer a request that was put together elsewhere, as applications of this library do."""
        return self._index.decide(self._with_variables(request, variables))

    def _with_variables(self, request: Request, variables: Mapping[str, Any] | None) -> Request:
        return request.with_variables(variables, self._settings.dialect) if variables else request

    def _request(
        self,
        resource: Any,
        old: Any,
        operation: str,
        user: Mapping[str, Any] | None,
        namespace_labels: Mapping[str, str] | None,
        variables: Mapping[str, Any] | None,
    ) -> Request:
        new: dict[str, Any] | None = resource if isinstance(resource, dict) else as_plain(resource)
        if old is not None:
            old = as_plain(old)
        if operation == "DELETE":
            new, old = None, new if old is None else old
        who = UNKNOWN if user is None else User(user)
        request = Request(new, old, operation, who, namespace_labels)
        return self._with_variables(request, variables)

    # --- Other sets ---

    def only(self, policies: Iterable[Policy]) -> PolicySet:
        """Some of these policies, under the same settings."""
        return PolicySet(policies, settings=self._settings)

    def with_exceptions(self, exceptions: Iterable[PolicyException | Mapping[str, Any]]) -> PolicySet:
        """The same policies with these exceptions beside those that are there already.

        An exception is a `PolicyException` as a document of plain data. Raises `PolicyError` for what is none. One that
        names a policy which is not there is listed in `notes`.
        """
        from kyvernopy.policies.exceptions import PolicyException, unknown_policies  # noqa: PLC0415  most sets have none
        from kyvernopy.policies.read import read_exceptions  # noqa: PLC0415

        given = list(exceptions)
        documents = _copied((one for one in given if not isinstance(one, PolicyException)), self._settings.limits)
        read, errors, notes = read_exceptions(documents, strict=False)
        if errors:
            raise PolicyError(errors)
        decoded = iter(read)
        found = [one if isinstance(one, PolicyException) else next(decoded) for one in given]
        unknown = unknown_policies(found, {policy.key for policy in self.policies})
        return self._with(self._settings.with_exceptions(found), [*notes, *unknown])

    def with_config(self, config: Mapping[str, Any]) -> PolicySet:
        """The same policies under a configuration: the ConfigMap `kyverno`, or its data.

        It names resources and users that are left alone, and the default registry of images. What it says in a way
        that cannot be read is left out, as Kyverno does, and listed in `notes`.
        """
        from kyvernopy.engine.configuration import Configuration  # noqa: PLC0415  most sets have none

        configuration = Configuration.from_data(config)
        return self._with(self._settings.with_configuration(configuration), configuration.notes)

    def _with(self, settings: Settings, notes: Iterable[Finding]) -> PolicySet:
        return PolicySet(self.policies, errors=self.errors, notes=(*self.notes, *notes), settings=settings)

    # --- Many resources ---

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
        """What Kyverno would say about these policies and exceptions when they are created, without asking a cluster.

        Errors are what it would refuse. Warnings are its own, and what it lets pass although it cannot work.
        """
        from kyvernopy.engine.checks import check_exception, check_policy  # noqa: PLC0415  deciding does without checks

        settings = self._settings
        found = [finding for policy in self.policies for finding in check_policy(policy, dialect=settings.dialect)]
        return [*found, *(finding for exception in settings.exceptions for finding in check_exception(exception))]

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
        return _restore, (self.policies, self.errors, self.notes, self._settings)


def load_policies(
    paths: Paths,
    *,
    errors: Errors = "raise",
    limits: Limits = DEFAULT_LIMITS,
    stdin: BinaryIO | None = None,
    providers: Providers | Mapping[str, Any] | None = None,
    functions: Functions | None = None,
    check: bool = False,
) -> PolicySet:
    """Policies from files, folders, glob patterns or standard input (`-`), YAML or JSON.

    Every document is checked: an unknown field, a wrong type or a kind of policy that is not supported is an error,
    and all errors of all documents are raised together as `PolicyError`. With `errors="collect"` they are kept in
    `errors` and the good policies can be used. Documents that are no policies are left out with a note.

    `providers` say where rules may look outside: `Providers`, or a mapping of their names to functions or dicts. Without
    one, what needs it is an error of the rule. `functions` are JMESPath functions of your own, by name. With `check`,
    what Kyverno would refuse is an error too (`PolicySet.check`).
    """
    from kyvernopy.documents.load import load_documents  # noqa: PLC0415  text needs no files

    settings = Settings.of(functions, providers, limits)
    return _policy_set(load_documents(paths, limits=limits, stdin=stdin), errors, settings, strict=True, check=check)


def parse_policies(
    text: str,
    *,
    source: str = "inline",
    errors: Errors = "raise",
    limits: Limits = DEFAULT_LIMITS,
    providers: Providers | Mapping[str, Any] | None = None,
    functions: Functions | None = None,
    check: bool = False,
) -> PolicySet:
    """Policies from a YAML or JSON text; `source` names it in messages. Otherwise as `load_policies`."""
    settings = Settings.of(functions, providers, limits)
    return _policy_set(read_documents(text, source, limits=limits), errors, settings, strict=True, check=check)


def _copied(documents: Iterable[Any], limits: Limits) -> Iterator[Document | DocumentError]:
    for number, document in enumerate(documents, 1):
        try:
            yield Document(copy_plain(document, limits), Source("", number))
        except LimitExceeded as error:  # noqa: PERF203  the other documents are still read
            yield DocumentError(error.finding)
        except DocumentError as error:
            yield error


def _policy_set(
    documents: Iterable[Document | DocumentError], errors: Errors, settings: Settings, *, strict: bool, check: bool
) -> PolicySet:
    raising = raises(errors)
    policies, found, notes = read_policies(documents, strict=strict)
    if check:
        policies, refused = _accepted(policies, settings)
        found += refused
    if found and raising:
        raise PolicyError(found)
    return PolicySet(policies, errors=found, notes=notes, settings=settings)


def _accepted(policies: Iterable[Policy], settings: Settings) -> tuple[list[Policy], list[Finding]]:
    """The policies that Kyverno would accept, and why it would refuse the others."""
    from kyvernopy.engine.checks import check_policy  # noqa: PLC0415  only who asks pays

    accepted: list[Policy] = []
    errors: list[Finding] = []
    for policy in policies:
        found = [one for one in check_policy(policy, dialect=settings.dialect) if one.severity == "error"]
        errors += found
        if not found:
            accepted.append(policy)
    return accepted, errors


def _restore(
    policies: tuple[Policy, ...], errors: tuple[Finding, ...], notes: tuple[Finding, ...], settings: Settings
) -> PolicySet:
    return PolicySet(policies, errors=errors, notes=notes, settings=settings)
