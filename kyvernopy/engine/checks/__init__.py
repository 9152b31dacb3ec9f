"""What Kyverno would say about a policy when it is created, without asking a cluster (spec 03 §14).

A check is a generator of findings; the tables below hold the checks in Kyverno's order. Kyverno stops at the first
error, so the first finding that is an error is what it would answer; here the checks go on and find the others too.
Later checks (variables, conditions, context entries, CEL, images, generate) have their places in the tables.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kyvernopy.engine.checks.actions import check_autogen_annotation, check_image_extractors, check_validate
from kyvernopy.engine.checks.kinds import check_kinds, check_kinds_are_named
from kyvernopy.engine.checks.modes import check_action_spelling, check_cluster_policy_namespace, check_modes
from kyvernopy.engine.checks.overrides import check_overrides
from kyvernopy.engine.checks.spots import checked_policy
from kyvernopy.engine.checks.structure import check_structure
from kyvernopy.kubernetes.api_resources import API_RESOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from typing import TypeAlias

    from kyvernopy.engine.checks.spots import Checked, CheckedRule
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import Policy

    Check: TypeAlias = Callable[[Checked], Iterator[Finding]]
    RuleCheck: TypeAlias = Callable[[Checked, CheckedRule], Iterator[Finding]]

__all__ = ["CLUSTER_KINDS", "check_policy"]

# Kinds without namespaces, as rules may write them: with and without group and version.
CLUSTER_KINDS = frozenset(
    name
    for one in API_RESOURCES
    if not one.namespaced and "/" not in one.plural
    for name in (one.kind, "/".join(filter(None, (one.group, one.version, one.kind))))
)


def check_policy(policy: Policy, *, cluster_kinds: Collection[str] = CLUSTER_KINDS) -> list[Finding]:
    """All that Kyverno would refuse or warn of, in the order in which it looks.

    `cluster_kinds` are the kinds that a namespaced policy may not name. Kyverno's commands know none without a cluster.
    """
    checked = checked_policy(policy, cluster_kinds)
    findings = [finding for check in CHECKS for finding in check(checked)]
    return [_placed(finding, policy) for finding in findings]


def _placed(finding: Finding, policy: Policy) -> Finding:
    """The finding with the line and column of its field, if the policy was read from a text."""
    if not policy.source or not policy.source.name:
        return finding
    from kyvernopy.documents.load import place_of  # noqa: PLC0415  only who finds something pays

    return replace(finding, place=place_of(policy.source, finding.place.path))


# --- Checks of rules, after autogen ---


def each_rule(*checks: RuleCheck) -> Check:
    """A check that asks the same of every rule, rule by rule.

    Of a rule that autogen made, only what its origin does not have is told.
    """

    def check(checked: Checked) -> Iterator[Finding]:
        told: set[tuple[int, str]] = set()
        for one in checked.rules:
            for finding in (finding for rule_check in checks for finding in rule_check(checked, one)):
                if not one.is_made or (one.origin, finding.code) not in told:
                    yield finding
                told.add((one.origin, finding.code))

    return check


# --- The order of spec 03 §14.2; the numbers are its items ---

CHECKS: tuple[Check, ...] = (
    check_cluster_policy_namespace,  # 1
    # 2 asks the version of a cluster
    check_action_spelling,  # 3
    # 4, later: match conditions; 5, later: variables
    check_structure,  # 6
    check_overrides,  # 7
    check_modes,  # 8, 9
    # 10, later: updates of generate rules
    each_rule(check_kinds),  # 11
    each_rule(  # 12: spec 03 §14.5
        # 1 to 5, later: JSON patches, conditions, elements, context entries
        check_image_extractors,  # 6
        check_kinds_are_named,  # 7
        check_validate,  # 8, spec 03 §14.6; later: mutate, generate
        # 9, later: images
        check_autogen_annotation,  # 10
        # 11 and 12, later: labels, subresources, deprecated operators
    ),
    # 13 asks a cluster for its schemas
)
