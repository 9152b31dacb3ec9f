"""The index of rules by kind: deciding costs as much as the rules that can match, however many are loaded.

The first question about a kind compiles the rules that can match it, in the order of policies; later questions find
them by a single look-up. Kinds come from the resources, so the number that is remembered is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.actions import can_enforce
from kyvernopy.engine.response import Response
from kyvernopy.engine.rules import CompiledRule, compile_rule
from kyvernopy.policies.autogen import compute_rules
from kyvernopy.results import PolicyRef, RuleResult, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kyvernopy.engine.match import GVK
    from kyvernopy.engine.request import Request
    from kyvernopy.limits import Limits
    from kyvernopy.policies.model import Policy

__all__ = ["Index"]

MOST_KINDS = 1024

# The results after which `applyRules: One` stops (spec 03 §5.3).
APPLIED = frozenset({Status.PASS, Status.FAIL})


class Index:
    """The compiled rules of a set of policies, by the kind that is asked about."""

    def __init__(self, policies: Sequence[Policy], limits: Limits) -> None:
        self._policies = [(policy, policy_ref(policy)) for policy in policies]
        self._limits = limits
        self._kinds: dict[tuple[Any, ...], RulesOfKind] = {}
        self._eager = False

    def decide(self, request: Request) -> Response:
        """The answer to a request."""
        subject = request.subject
        if not subject:
            return Response((), subject, fails_closed=False)
        key = request.kind_key
        try:
            rules = self._kinds.get(key)
        except TypeError:  # a kind that is a list or a map
            rules = None
            key = ()
        if rules is None:
            rules = self._compile(key, request)
        return rules.decide(request)

    def _compile(self, key: tuple[Any, ...], request: Request) -> RulesOfKind:
        compiled = RulesOfKind(self._policies, request.gvk, request.subresource, self._limits)
        if self._eager:
            compiled.compile_patterns()
        if len(self._kinds) >= MOST_KINDS:
            self._kinds.clear()
        if key:
            self._kinds[key] = compiled
        return compiled

    def compile_patterns(self) -> None:
        """Bring the patterns of all kinds into their fastest form, also of those that are asked about later."""
        self._eager = True
        for rules in list(self._kinds.values()):
            rules.compile_patterns()


class RulesOfKind:
    """The rules that can match one kind, by policy."""

    __slots__ = ("_fails_closed", "_policies", "_rules")

    def __init__(
        self, policies: Sequence[tuple[Policy, PolicyRef]], gvk: GVK, subresource: str, limits: Limits
    ) -> None:
        self._policies: list[RulesOfPolicy] = []
        self._fails_closed = False
        for policy, ref in policies:
            rules = [
                compiled
                for rule in compute_rules(policy, gvk[2])
                if (compiled := compile_rule(policy, ref, rule, gvk, subresource, limits))
            ]
            if rules:
                self._policies.append(RulesOfPolicy(policy, rules))
                self._fails_closed |= can_enforce(policy.spec) and policy.spec.fails_closed
        # Where every policy is a plain list of rules, as most are, they are one list.
        plain = all(policy.is_plain for policy in self._policies)
        self._rules = [rule.decide for policy in self._policies for rule in policy.rules] if plain else None

    def decide(self, request: Request) -> Response:
        """Ask every rule, in order."""
        results: list[RuleResult] = []
        if self._rules is not None:
            for decide in self._rules:
                result = decide(request)
                if result is not None:
                    results.append(result)
        else:
            for policy in self._policies:
                policy.decide(request, results)
        return Response(results, request.subject, fails_closed=self._fails_closed)

    def compile_patterns(self) -> None:
        """Bring all patterns into their fastest form."""
        for policy in self._policies:
            for rule in policy.rules:
                for pattern in rule.patterns:
                    pattern.compile()


class RulesOfPolicy:
    """The rules of one policy for one kind, with what the policy says about them together."""

    __slots__ = ("_namespace", "_stops", "rules")

    def __init__(self, policy: Policy, rules: list[CompiledRule]) -> None:
        self.rules = rules
        self._stops = policy.spec.apply_rules == "One"
        self._namespace = policy.confined_to

    @property
    def is_plain(self) -> bool:
        """All rules apply, to resources of all namespaces."""
        return not (self._stops or self._namespace)

    def decide(self, request: Request, results: list[RuleResult]) -> None:
        """Add the results of these rules; a namespaced policy sees only what is in its namespace (spec 03 §3.1)."""
        if self._namespace and not request.is_within(self._namespace):
            return
        for rule in self.rules:
            result = rule.decide(request)
            if result is not None:
                results.append(result)
                if self._stops and result.status in APPLIED:
                    return


def policy_ref(policy: Policy) -> PolicyRef:
    """What the results of a policy carry of it."""
    spec = policy.spec
    return PolicyRef(
        policy.key,
        policy.kind,
        policy.annotations,
        policy.source,
        background=spec.background is not False,
        admission=spec.admission is not False,
        emit_warning=bool(spec.emit_warning),
        fails_closed=spec.fails_closed,
    )
