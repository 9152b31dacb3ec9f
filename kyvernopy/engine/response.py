"""The answer to one request: results, and the decision that admission would take (spec 03 §8.2 to §8.5).

Admission asks the rules that enforce before it answers, and the others afterwards for reports only. The decision is
therefore made from the results of enforced rules alone, whatever the audited ones say.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kyvernopy.documents.emit import emit_as_kyverno
from kyvernopy.errors import PolicyViolation
from kyvernopy.explanations import Explanation
from kyvernopy.results import ResourceRef, RuleResult, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Response"]

HARMLESS = frozenset({Status.PASS, Status.SKIP})


class Response:
    """What the policies say about one resource. Read-only."""

    __slots__ = ("_fails_closed", "_resource", "_results")

    def __init__(self, results: Sequence[RuleResult], resource: Mapping[str, Any], *, fails_closed: bool) -> None:
        self._results = results
        self._resource = resource
        self._fails_closed = fails_closed

    @property
    def results(self) -> tuple[RuleResult, ...]:
        """One result for each rule that applies, in the order of policies and rules."""
        results = self._results
        if not isinstance(results, tuple):
            results = self._results = tuple(results)
        return results

    @property
    def resource(self) -> Mapping[str, Any]:
        """The resource that was judged."""
        return self._resource

    @property
    def allowed(self) -> bool:
        """Whether the request may go on: no enforced rule fails, and none has an error that counts.

        Errors count if the failure policy of any policy that admission asks for this kind is `Fail`.
        """
        for result in self._results:
            status = result.status
            if status is Status.PASS or not result.info.enforced:
                continue
            if status is Status.FAIL and result.info.action == "Enforce":
                return False
            if status is Status.ERROR and self._fails_closed:
                return False
        return True

    @property
    def blocked_message(self) -> str:
        """What a blocked request is told; empty if the request is allowed."""
        if self.allowed:
            return ""
        policies: dict[str, dict[str, str]] = {}
        for result in self._results:
            if result.info.enforced and result.status not in HARMLESS:
                policies.setdefault(result.policy, {})[result.rule] = result.message
        # Upstream: of policies that have one name in several namespaces only the last is told (spec 03 §8.5).
        blocking = {key.rpartition("/")[2]: rules for key, rules in policies.items()}
        about = ResourceRef.of(self._resource)
        name = f"{about.kind}/{about.namespace}/{about.name}"
        return f"\n\nresource {name} was blocked due to the following policies \n\n{emit_as_kyverno(blocking)}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an allowed request is warned of: enforced rules, and audited ones of policies that emit warnings."""
        if not self.allowed:
            return ()
        return tuple(
            f"policy {result.info.policy.name}.{result.rule}: {result.message}"
            for result in self._results
            if result.status not in HARMLESS and (result.info.enforced or result.info.policy.emit_warning)
        )

    def raise_if_blocked(self) -> None:
        """Raise `PolicyViolation` with the blocked message unless the request is allowed."""
        if not self.allowed:
            raise PolicyViolation(self.blocked_message)

    def explain(self) -> Explanation:
        """Why each rule that applies says what it says. `PolicySet.explain` also has the rules that do not apply."""
        about = ResourceRef.of(self._resource)
        children = tuple(replace(result.explain(), about="") for result in self._results)  # said once is enough
        outcome = "allowed" if self.allowed else "blocked"
        return Explanation(outcome, title=str(about), about=str(about.place), children=children)

    def to_dict(self) -> dict[str, Any]:
        """The decision and all results as plain data."""
        results = [result.to_dict() for result in self._results]
        return {"allowed": self.allowed, "warnings": list(self.warnings), "results": results}

    def __repr__(self) -> str:
        return f"<Response {'allowed' if self.allowed else 'blocked'}, {len(self._results)} results>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.results, dict(self._resource), self._fails_closed)


def _restore(results: Sequence[RuleResult], resource: Mapping[str, Any], fails_closed: bool) -> Response:  # noqa: FBT001  pickle passes by position
    return Response(results, resource, fails_closed=fails_closed)
