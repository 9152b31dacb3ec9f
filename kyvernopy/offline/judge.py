"""Resources judged without a cluster: each policy with the values that a run has for it (spec 08 §5.1, 02 §8.1).

Mutate rules come first, policy by policy, each asked about what those before it made; validate rules are asked about
what is left (spec 08 §6). Without values one request serves all policies that validate. Values of a policy's own may
change the operation, what rules look up and even the resource, so such a policy is asked alone; the others are still
asked together, in the order of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.request import UNKNOWN, Request, User, namespace_of, text_of
from kyvernopy.engine.review import is_review, request_from_review
from kyvernopy.kubernetes.kinds import gvk_of
from kyvernopy.source import Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kyvernopy.engine.mutation.response import MutateResponse, TargetsResponse
    from kyvernopy.engine.response import Response
    from kyvernopy.offline.values import Values
    from kyvernopy.policies.model import Policy
    from kyvernopy.policy_set import PolicySet
    from kyvernopy.results import RuleResult

    # What a policy, or "" for those without values of their own, is asked, and the variables that go with it.
    Asked = tuple[Request, dict[str, Any] | None]
    Ask = Callable[[str, dict[str, Any]], Asked]

__all__ = ["Judge", "Judgement", "Step", "has_targets", "mutates"]


@dataclass(frozen=True, slots=True)
class Step:
    """What one mutate policy made of a resource, and of resources that exist if it has rules for those."""

    policy: Policy
    response: MutateResponse
    targets: TargetsResponse | None = None

    @property
    def results(self) -> tuple[RuleResult, ...]:
        """The results of the policy."""
        return (*self.response.results, *self.targets.results) if self.targets else self.response.results


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that the policies say about one resource; `steps` has one entry for each mutate policy."""

    steps: tuple[Step, ...]
    validated: tuple[Response, ...]
    resource: dict[str, Any]  # as the mutate rules leave it

    @property
    def results(self) -> list[RuleResult]:
        """The results of all steps in order."""
        answers: tuple[Step | Response, ...] = (*self.steps, *self.validated)
        return [result for answer in answers for result in answer.results]


def mutates(policy: Policy) -> bool:
    """Whether a policy has a rule that changes resources."""
    return any(rule.mutate is not None for rule in policy.spec.rules)


def has_targets(policy: Policy) -> bool:
    """Whether a policy has a rule that changes resources that exist."""
    return any(rule.mutate is not None and rule.mutate.targets is not None for rule in policy.spec.rules)


class Judge:
    """Policies that are asked about one resource after the other; `targets` are the resources that exist."""

    def __init__(
        self,
        policies: PolicySet,
        values: Values | None = None,
        user: Mapping[str, Any] | None = None,
        targets: Sequence[dict[str, Any]] = (),
    ) -> None:
        self._values = values
        self._user = UNKNOWN if user is None else User(user)
        self._account = user
        self._policies = policies
        self._targets = targets
        # One by one, because what each of them makes of a resource is shown.
        self._mutating = [(policy, policies.only([policy])) for policy in policies if mutates(policy)]
        self._parts = list(_parts(policies, values)) if values else []
        found = {policy.key: values.rule_values_for(policy.key) for policy in policies} if values else {}
        self._rule_values = {key: rules for key, rules in found.items() if rules}

    def judge(self, resource: dict[str, Any]) -> Judgement:
        """What the policies say about a resource, or about the request that a review holds.

        Raises `DocumentError` for a review that has another shape.
        """
        if is_review(resource):
            request = self._review(resource)
            return self._asking(_together(request), [(self._policies, "")], request.subject)
        if self._values is None:
            return self._asking(_together(Request(resource, user=self._user)), [(self._policies, "")], resource)
        values = self._values
        return self._asking(lambda key, now: self._asked(values, now, key), self._parts, resource)

    def _asking(self, ask: Ask, parts: Sequence[tuple[PolicySet, str]], resource: dict[str, Any]) -> Judgement:
        """All steps; `ask` gives what a policy is asked about the resource as it is by then."""
        source = resource.source if isinstance(resource, Resource) else None
        steps = []
        for policy, alone in self._mutating:
            request, variables = ask(policy.key, resource)
            response = alone.decide_mutation(request, variables)
            targets = alone.decide_targets(request, self._targets, variables) if has_targets(policy) else None
            steps.append(Step(policy, response, targets))
            if response.resource is not request.subject:
                resource = Resource(dict(response.resource), source)
        validated = []
        for policies, key in parts:
            request, variables = ask(key, resource)
            validated.append(policies.decide(request, variables))
        return Judgement(tuple(steps), tuple(validated), resource)

    def _asked(self, values: Values, resource: dict[str, Any], policy_key: str) -> Asked:
        """What a policy is asked about a resource, and the variables that go with it."""
        metadata = resource.get("metadata")
        name = text_of(metadata, "name") if isinstance(metadata, dict) else ""
        operation = values.operation_for(policy_key, name)
        variables = values.variables_for(policy_key, name)
        if operation == "DELETE":
            # Upstream: the context is first built of the new object, which is absent (spec 08 §5.1).
            variables = {"request.namespace": "", **variables}
        new = None if operation == "DELETE" else resource
        old = None if operation == "CREATE" else resource
        labels = values.labels_of(namespace_of(resource))
        gvk, subresource = values.subresource_of(gvk_of(resource))
        request = Request(new, old, operation, self._user, labels, gvk, subresource)
        request.rule_values = self._rule_values
        return request, variables

    def _review(self, review: dict[str, Any]) -> Request:
        """The request of a review; the roles of a UserInfo file are those that bindings would give to its user."""
        account = self._account or {}
        request = request_from_review(review, roles=account.get("roles"), cluster_roles=account.get("clusterRoles"))
        if self._values:
            request.namespace_labels = self._values.labels_of(request.namespace) or {}
        request.rule_values = self._rule_values
        return request


def _together(request: Request) -> Ask:
    """One request for all policies, until the resource changes."""

    def ask(_key: str, resource: dict[str, Any]) -> Asked:
        nonlocal request
        if resource is not request.subject:
            request = request.restarted(resource)
        return request, None

    return ask


def _parts(policies: PolicySet, values: Values) -> Iterator[tuple[PolicySet, str]]:
    """Policies that are asked together, with the key of one that has values for resources of its own."""
    named = {policy.name for policy in values.policies if policy.resources}

    def own_key(policy: Any) -> str:
        key: str = policy.key
        return key if key.rpartition("/")[2] in named else ""

    for key, group in groupby(policies, own_key):
        yield policies.only(group), key
