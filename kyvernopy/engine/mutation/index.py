"""All mutate rules of a set of policies: asked in order, each about what those before it made (spec 04 §2.1, §2.3).

After an error the later rules of that policy have no results, and what the policy had changed is dropped, as an
admission that ignores the failure drops it; the next policy goes on with the resource as it was before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.index import APPLIED, ByKind, policy_ref
from kyvernopy.engine.mutation.response import MutateResponse, TargetsResponse
from kyvernopy.engine.mutation.rules import MutationParts
from kyvernopy.engine.mutation.targets import TargetParts
from kyvernopy.policies.autogen import compute_rules
from kyvernopy.results import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kyvernopy.engine.mutation.rules import CompiledMutation
    from kyvernopy.engine.request import Request
    from kyvernopy.engine.settings import Settings
    from kyvernopy.policies.model import Policy, Rule
    from kyvernopy.results import RuleResult

__all__ = ["Mutations"]


class Mutations:
    """The mutate rules of some policies, by the kind that is asked about."""

    def __init__(self, policies: Sequence[Policy], settings: Settings) -> None:
        self._configuration = settings.configuration
        self._policies = [MutatingPolicy(policy, settings) for policy in policies if _mutates(policy)]
        self._rules = ByKind(self._bound)

    def decide(self, request: Request) -> MutateResponse:
        """What becomes of the resource of a request."""
        results: list[RuleResult] = []
        current = request
        if request.subject and not (self._configuration and self._configuration.leaves_alone(request)):
            for policy, rules in self._rules.of(request):
                current = policy.apply(rules, current, results)
        return MutateResponse(results, current.subject, request.subject)

    def decide_targets(self, trigger: Request, resources: Sequence[dict[str, Any]]) -> TargetsResponse:
        """What becomes of resources that exist, when something happens to another one.

        A target that several rules mean is changed by each of them in turn.
        """
        results: list[RuleResult] = []
        current = list(resources)
        changed: dict[int, dict[str, Any]] = {}  # by index
        is_asked = trigger.subject and not (self._configuration and self._configuration.leaves_alone(trigger))
        for policy in self._policies if is_asked else ():
            for result, target, patched in policy.change_targets(trigger, current):
                results.append(result)
                if patched is not None:
                    index = next(index for index, one in enumerate(current) if one is target)
                    current[index] = changed[index] = patched
        originals = [resources[index] for index in changed]
        return TargetsResponse(results, trigger.subject, list(changed.values()), originals)

    def _bound(self, request: Request) -> list[tuple[MutatingPolicy, list[CompiledMutation]]]:
        bound = ((policy, policy.bind(request)) for policy in self._policies)
        return [(policy, rules) for policy, rules in bound if rules]


class MutatingPolicy:
    """The mutate rules of one policy."""

    __slots__ = ("_existing", "_namespace", "_parts", "_stops")

    def __init__(self, policy: Policy, settings: Settings) -> None:
        ref = policy_ref(policy)
        rules = [rule for rule in compute_rules(policy) if rule.mutate is not None]
        self._parts = [MutationParts(policy, ref, rule, settings) for rule in rules if not has_targets(rule)]
        self._existing = [TargetParts(policy, ref, rule, settings) for rule in rules if has_targets(rule)]
        self._stops = policy.spec.apply_rules == "One"
        self._namespace = policy.confined_to

    def bind(self, request: Request) -> list[CompiledMutation]:
        """The rules that can match what is asked about."""
        bound = (parts.bind_mutation(request.gvk, request.subresource) for parts in self._parts)
        return [rule for rule in bound if rule is not None]

    def apply(self, rules: list[CompiledMutation], request: Request, results: list[RuleResult]) -> Request:
        """Add the results of these rules; the request about the resource that they leave."""
        if self._namespace and not request.is_within(self._namespace):
            return request
        current = request
        for rule in rules:
            result, current = rule.decide(current)
            if result is None:
                continue
            results.append(result)
            if result.status is Status.ERROR:
                return request
            if self._stops and result.status in APPLIED:
                break
        if current is not request:
            current.pictured = current.subject  # the next policy sees the images as they are now
        return current

    def change_targets(
        self, trigger: Request, resources: list[dict[str, Any]]
    ) -> Iterator[tuple[RuleResult, dict[str, Any] | None, dict[str, Any] | None]]:
        """A result for each target of each rule that the trigger matches, with the target before and after."""
        if self._namespace and not trigger.is_within(self._namespace):
            return
        for parts in self._existing:
            rule = parts.bind_targets(trigger.gvk, trigger.subresource) if parts.is_for(trigger.operation) else None
            has_applied = False
            for found in rule.decide(trigger, resources) if rule else ():
                has_applied = has_applied or found[0].status in APPLIED
                yield found
            if self._stops and has_applied:
                return


def _mutates(policy: Policy) -> bool:
    return any(rule.mutate is not None for rule in policy.spec.rules)


def has_targets(rule: Rule) -> bool:
    """Whether a rule changes resources that exist. Upstream: be the list of them empty."""
    return rule.mutate is not None and rule.mutate.targets is not None
