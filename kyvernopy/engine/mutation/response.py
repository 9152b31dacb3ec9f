"""The answer of mutate rules: the resource as they leave it, and whether admission would go on (spec 04 §2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.response import Response
from kyvernopy.results import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kyvernopy.results import RuleResult

__all__ = ["MutateResponse", "TargetsResponse"]

FAILED = frozenset({Status.FAIL, Status.ERROR})


class MutateResponse(Response):
    """What mutate rules made of one resource. Read-only; `resource` is the patched one."""

    __slots__ = ("_original",)

    def __init__(self, results: Sequence[RuleResult], resource: Mapping[str, Any], original: Mapping[str, Any]) -> None:
        super().__init__(results, resource, fails_closed=False)
        self._original = original

    @property
    def original(self) -> Mapping[str, Any]:
        """The resource as it was before; the same object where nothing was changed."""
        return self._original

    @property
    def patches(self) -> list[dict[str, Any]]:
        """What makes the patched resource of the original one, as operations of JSON Patch (RFC 6902)."""
        from kyvernopy.kubernetes.json_diff import json_diff  # noqa: PLC0415  only who asks pays

        return json_diff(self._original, self._resource)

    @property
    def allowed(self) -> bool:
        """Whether the request may go on: no rule has an error while the failure policy is `Fail`."""
        return self._blocking is None

    @property
    def blocked_message(self) -> str:
        """What a blocked request is told; empty if the request is allowed."""
        policy = self._blocking
        if policy is None:
            return ""
        mine = [result for result in self._results if result.policy == policy and result.status in FAILED]
        rules = " ".join(f"{result.rule}: {result.message}" for result in mine)
        name = policy.rpartition("/")[2]
        return f"mutation policy {name} error: failed to apply policy {name} rules [{rules}]"

    @property
    def _blocking(self) -> str | None:
        """The first policy that stops the request. Upstream: once a policy fails closed, all after it do."""
        closed = False
        for result in self._results:
            closed = closed or result.info.policy.fails_closed
            if closed and result.status in FAILED:
                return result.policy
        return None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What an allowed request is warned of: what policies that emit warnings say, unless it is a skip."""
        if not self.allowed:
            return ()
        return tuple(
            f"policy {result.info.policy.name}.{result.rule}: {result.message}"
            for result in self._results
            if result.info.policy.emit_warning and result.status is not Status.SKIP
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return MutateResponse, (self.results, dict(self._resource), dict(self._original))


class TargetsResponse(MutateResponse):
    """What mutate rules made of resources that exist. Read-only; `resource` is the trigger, unchanged.

    `targets` are those that were changed, in their new form, and `originals` the same as they were before.
    """

    __slots__ = ("originals", "targets")

    def __init__(
        self,
        results: Sequence[RuleResult],
        trigger: Mapping[str, Any],
        targets: Sequence[dict[str, Any]],
        originals: Sequence[dict[str, Any]],
    ) -> None:
        super().__init__(results, trigger, trigger)
        self.targets, self.originals = tuple(targets), tuple(originals)

    def __reduce__(self) -> tuple[Any, ...]:
        return TargetsResponse, (self.results, dict(self._resource), self.targets, self.originals)
