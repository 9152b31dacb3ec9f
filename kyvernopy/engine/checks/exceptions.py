"""Checks of policy exceptions: what Kyverno would refuse when one is created (spec 03 §7, at its end)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kyvernopy.engine.checks.blocks import check_block
from kyvernopy.engine.checks.pod_security import check_excluded_control
from kyvernopy.engine.checks.spots import Spot
from kyvernopy.policies.model import MatchBlock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kyvernopy.errors import Finding
    from kyvernopy.policies.exceptions import ExceptionSpec, PolicyException

__all__ = ["check_exception"]


def check_exception(exception: PolicyException) -> list[Finding]:
    """All that Kyverno would refuse, with line and column if the exception was read from a text."""
    findings = [finding for check in CHECKS for finding in check(exception.spec)]
    if not exception.source or not exception.source.name:
        return findings
    from kyvernopy.documents.load import place_of  # noqa: PLC0415  only who finds something pays

    source = exception.source
    return [replace(finding, place=place_of(source, finding.place.path)) for finding in findings]


def _check_users(spec: ExceptionSpec) -> Iterator[Finding]:
    """In the background nobody asks, so users can only be meant where that is switched off."""
    if spec.background is False:
        return
    at = Spot.same("spec.match")
    for group, filters in (("any", spec.match.any), ("all", spec.match.all)):
        for index, one in enumerate(filters):
            users = {"roles": one.roles, "clusterRoles": one.cluster_roles, "subjects": one.subjects}
            for name in (name for name, given in users.items() if given):
                field = at.child(group).item(index).child(name)
                text = "Usage of user info is forbidden"
                yield field.forbidden("users-in-background", text, "set `spec.background: false`, or remove it")


def _check_match(spec: ExceptionSpec) -> Iterator[Finding]:
    yield from check_block(MatchBlock(any=spec.match.any, all=spec.match.all), Spot.same("spec.match"), None)


def _check_entries(spec: ExceptionSpec) -> Iterator[Finding]:
    for index, entry in enumerate(spec.exceptions):
        if not entry.policy_name:
            field = Spot.same(f"spec.exceptions[{index}].policyName")
            yield field.required("no-policy-name", "An exception requires a policy name", "name the policy")


def _check_pod_security(spec: ExceptionSpec) -> Iterator[Finding]:
    for index, entry in enumerate(spec.pod_security):
        yield from check_excluded_control(entry, Spot.same(f"spec.podSecurity[{index}]"))


CHECKS = (_check_users, _check_match, _check_entries, _check_pod_security)
