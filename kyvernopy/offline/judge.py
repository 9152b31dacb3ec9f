"""Resources judged without a cluster: each policy with the values that a run has for it (spec 08 §5.1, 02 §8.1).

Without values one request serves all policies. Values of a policy's own may change the operation, what rules look up
and even the resource, so such a policy is asked alone; the others are still asked together, in the order of all.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.request import UNKNOWN, Request, User, namespace_of, text_of
from kyvernopy.engine.review import is_review, request_from_review
from kyvernopy.kubernetes.kinds import gvk_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kyvernopy.engine.response import Response
    from kyvernopy.offline.values import Values
    from kyvernopy.policy_set import PolicySet

__all__ = ["Judge"]


class Judge:
    """Policies that are asked about one resource after the other."""

    def __init__(
        self, policies: PolicySet, values: Values | None = None, user: Mapping[str, Any] | None = None
    ) -> None:
        self._values = values
        self._user = UNKNOWN if user is None else User(user)
        self._account = user
        self._policies = policies
        self._parts = list(_parts(policies, values)) if values else []
        found = {policy.key: values.rule_values_for(policy.key) for policy in policies} if values else {}
        self._rule_values = {key: rules for key, rules in found.items() if rules}

    def responses(self, resource: dict[str, Any]) -> Iterator[Response]:
        """What the policies say about a resource, or about the request that a review holds.

        Raises `DocumentError` for a review that has another shape.
        """
        if is_review(resource):
            yield self._policies.decide(self._review(resource))
        elif self._values is None:
            yield self._policies.decide(Request(resource, user=self._user))
        else:
            metadata = resource.get("metadata")
            name = text_of(metadata, "name") if isinstance(metadata, dict) else ""
            for policies, key in self._parts:
                yield policies.decide(*self._asked(self._values, resource, key, name))

    def _asked(
        self, values: Values, resource: dict[str, Any], policy_key: str, name: str
    ) -> tuple[Request, dict[str, Any]]:
        """What a policy is asked about a resource, and the variables that go with it."""
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


def _parts(policies: PolicySet, values: Values) -> Iterator[tuple[PolicySet, str]]:
    """Policies that are asked together, with the key of one that has values for resources of its own."""
    named = {policy.name for policy in values.policies if policy.resources}

    def own_key(policy: Any) -> str:
        key: str = policy.key
        return key if key.rpartition("/")[2] in named else ""

    for key, group in groupby(policies, own_key):
        yield policies.only(group), key
