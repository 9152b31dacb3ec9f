"""The index of rules by kind: deciding costs as much as the rules that can match, however many are loaded.

The first question about a kind compiles the rules that can match it, in the order of policies; later questions find
them by a single look-up. Kinds come from the resources, so the number that is remembered is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kyvernopy.engine.actions import can_enforce
from kyvernopy.engine.response import Response
from kyvernopy.engine.rules import CompiledRule, RuleParts
from kyvernopy.policies.autogen import compute_rules
from kyvernopy.results import PolicyRef, RuleResult, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kyvernopy.engine.request import Request
    from kyvernopy.engine.settings import Settings
    from kyvernopy.explanations import Explanation
    from kyvernopy.policies.model import Policy

__all__ = ["ByKind", "Index"]

T = TypeVar("T")

MOST_KINDS = 1024

# The results after which `applyRules: One` stops (spec 03 §5.3).
APPLIED = frozenset({Status.PASS, Status.FAIL})


class ByKind(Generic[T]):
    """What is found out about a kind: once, when the first request about it comes."""

    __slots__ = ("_find", "_found")

    def __init__(self, find: Callable[[Request], T]) -> None:
        self._find = find
        self._found: dict[tuple[Any, ...], T] = {}

    def of(self, request: Request) -> T:
        """What holds for the kind that is asked about."""
        key = request.kind_key
        try:
            found = self._found.get(key)
        except TypeError:  # a kind that is a list or a map
            return self._find(request)
        if found is None:
            found = self._find(request)
            if len(self._found) >= MOST_KINDS:
                self._found.clear()
            self._found[key] = found
        return found


class Index:
    """The compiled rules of a set of policies, by the kind that is asked about."""

    def __init__(self, policies: Sequence[Policy], settings: Settings) -> None:
        self._policies = [CompiledPolicy(policy, settings) for policy in policies]
        self._configuration = settings.configuration
        self._rules = ByKind(lambda request: RulesOfKind(self._policies, request))

    def decide(self, request: Request) -> Response:
        """The answer to a request."""
        subject = request.subject
        if not subject or (self._configuration is not None and self._configuration.leaves_alone(request)):
            return Response((), subject, fails_closed=False)
        return self._rules.of(request).decide(request)

    def explain(self, request: Request) -> Explanation:
        """What every rule says about a request, also those that are not for it."""
        from kyvernopy.engine.explain import explain_request  # noqa: PLC0415  only who asks pays

        configuration = self._configuration
        left_alone = configuration if configuration is not None and configuration.leaves_alone(request) else None
        return explain_request(self._policies, left_alone, request)

    def compile_patterns(self) -> None:
        """Bring the patterns of all rules into their fastest form."""
        for policy in self._policies:
            policy.compile_patterns()


class CompiledPolicy:
    """A policy whose validate rules are compiled once each, when they are first needed."""

    __slots__ = ("_eager", "_parts", "_settings", "policy", "ref")

    def __init__(self, policy: Policy, settings: Settings) -> None:
        self.policy = policy
        self.ref = policy_ref(policy)
        self._settings = settings
        # The rules that autogen makes are equal for equal kinds, and its kinds are few (spec 03 §6).
        self._parts: dict[str | None, tuple[RuleParts, ...]] = {}
        self._eager = False

    def parts(self, kind: str) -> tuple[RuleParts, ...]:
        """The validate rules that the policy has for a kind."""
        rules = compute_rules(self.policy, kind)
        variant = None if rules is self.policy.spec.rules else kind
        parts = self._parts.get(variant)
        if parts is None:
            validating = (rule for rule in rules if rule.validate is not None)
            parts = tuple(RuleParts(self.policy, self.ref, rule, self._settings) for rule in validating)
            self._parts[variant] = parts
            if self._eager:
                _compile_patterns(parts)
        return parts

    def compile_patterns(self) -> None:
        """Bring the patterns into their fastest form, also those of rules that are compiled later."""
        self._eager = True
        for parts in list(self._parts.values()):
            _compile_patterns(parts)


def _compile_patterns(parts: Iterable[RuleParts]) -> None:
    for rule in parts:
        for pattern in rule.patterns():
            pattern.compile()


class RulesOfKind:
    """The rules that can match one kind, by policy."""

    __slots__ = ("_fails_closed", "_policies", "_rules")

    def __init__(self, policies: Sequence[CompiledPolicy], request: Request) -> None:
        gvk, subresource = request.gvk, request.subresource
        self._policies: list[RulesOfPolicy] = []
        self._fails_closed = False
        for compiled in policies:
            policy = compiled.policy
            bound = (parts.bind(gvk, subresource) for parts in compiled.parts(gvk[2]))
            rules = [rule for rule in bound if rule is not None]
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
