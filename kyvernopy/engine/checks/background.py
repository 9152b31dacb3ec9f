"""Checks of what is known of a user: not in the background, where nobody asks (spec 03 §14.4 items 1 and 4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kyvernopy.documents.positions import show_path
from kyvernopy.engine.checks.spots import Spot
from kyvernopy.engine.checks.texts import texts
from kyvernopy.engine.checks.variables import check_variables, find_forbidden_places, find_invalid_variables
from kyvernopy.variables.occurrences import find_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kyvernopy.engine.checks.spots import Checked, CheckedRule
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import Policy, ResourceFilter

__all__ = ["check_background", "check_policy_update", "find_users"]

BACKGROUND = (
    "only select variables are allowed in background mode. "
    "Set spec.background=false to disable background mode for this policy rule: "
)
ON_UPDATE = (
    "only select variables are allowed in on policy update. "
    "Set spec.mutateExistingOnPolicyUpdate=false to disable update policy mode for this policy rule: "
)
OF_USERS = re.compile(
    r"[^.](?:serviceAccountName|serviceAccountNamespace|request.userInfo|request.roles|request.clusterRoles)\b"
)
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def check_background(checked: Checked) -> Iterator[Finding]:
    """Neither filters nor variables of a policy for background scans ask who the user is."""
    if checked.policy.spec.background is not False:
        yield from find_users(checked, BACKGROUND, "set `spec.background: false`, or remove it")


def find_users(checked: Checked, prefix: str = "", advice: str = "remove it") -> Iterator[Finding]:
    """Every filter and variable that asks for a user.

    Upstream: variables are not looked at as soon as one rule changes existing resources.
    """
    for index, one in enumerate(checked.rules):
        for steps, shown, name in _filters_of_users(one):
            text = f"invalid variable used at path: spec/rules[{index}]/{shown}/{name}"
            at = one.at.within(show_path((*steps, name)))
            if not one.is_made:
                yield at.error("users-in-background", f"{prefix}{text} ", advice)
    if any(one.rule.mutates_existing for one in checked.rules):
        return
    for at, text in _texts(checked.policy):
        for variable in find_variables(text):
            written = variable[variable.index("{{") :]
            if OF_USERS.search(written):
                message = f"{prefix}variable {written} is not allowed "
                yield at.error("users-in-background", message, advice, written)


def _filters_of_users(one: CheckedRule) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """Filters by users: the steps to each, how Kyverno writes them, and the first of the fields."""
    blocks = [("match", one.rule.match), ("exclude", one.rule.exclude)]
    for name, block in blocks:
        field = _user_field(block.legacy) if block else ""
        if field:
            yield (name,), name, field
    for name, block in blocks:
        for group, filters in (("any", block.any), ("all", block.all)) if block else ():
            for index, wanted in enumerate(filters):
                field = _user_field(wanted)
                if field:
                    yield (name, group, index), f"{name}/{group}[{index}]", field


def _user_field(wanted: ResourceFilter) -> str:
    fields = {"roles": wanted.roles, "clusterRoles": wanted.cluster_roles, "subjects": wanted.subjects}
    return next((name for name, given in fields.items() if given), "")


def _texts(policy: Policy) -> Iterator[tuple[Spot, str]]:
    """Every text of a policy, but for what kubectl keeps of an earlier version."""
    annotations = {name: text for name, text in policy.annotations.items() if name != LAST_APPLIED}
    metadata = {"name": policy.name, "labels": dict(policy.labels), "annotations": annotations}
    for name, part in (("metadata", metadata), ("spec", policy.spec.to_dict())):
        for steps, text in texts(part):
            if "{{" in text:
                yield Spot.same(show_path((name, *steps))), text


def check_policy_update(checked: Checked) -> Iterator[Finding]:
    """Rules that change existing resources when their policy changes: nobody asks then, either (§14.4 item 4).

    Where the policy is for the background too, all this has been said.
    """
    spec = checked.policy.spec
    mutating = [one.rule.mutate.mutate_existing_on_policy_update for one in checked.rules if one.rule.mutate]
    if spec.background is not False or not any(
        spec.mutate_existing_on_policy_update if own is None else own for own in mutating
    ):
        return
    if any(find_variables(text) for _, text in _texts(checked.policy)):
        told = {_told(found) for one in checked.rules for found in check_variables(checked, one)}
        for found in find_on_update(checked):
            if _told(found) not in told:
                yield found
            told.add(_told(found))


def _told(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.place.path, finding.excerpt


def find_on_update(checked: Checked) -> Iterator[Finding]:
    """What the checks of variables find as in the background."""
    prefix = "update event, policy contains invalid variables: "
    for one in checked.rules:
        yield from find_forbidden_places(one, prefix)
        yield from find_invalid_variables(one, checked.dialect, background=True, prefix=prefix)
    yield from find_users(checked, ON_UPDATE, "set `mutateExistingOnPolicyUpdate: false`, or remove it")
