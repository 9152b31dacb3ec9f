"""What Kyverno would say about a policy when it is created, without asking a cluster (spec 03 §14).

A check is a generator of findings; the tables below hold the checks in Kyverno's order. Kyverno stops at the first
error, so the first finding that is an error is what it would answer; here the checks go on and find the others too.
Later checks (CEL, images, generate) have their places in the tables.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from kyvernopy.engine.checks.actions import check_autogen_annotation, check_image_extractors, check_validate
from kyvernopy.engine.checks.background import check_background, check_policy_update
from kyvernopy.engine.checks.blocks import check_resources
from kyvernopy.engine.checks.conditions import check_conditions, check_deprecated_operators
from kyvernopy.engine.checks.context_entries import check_context_entries
from kyvernopy.engine.checks.exceptions import check_exception
from kyvernopy.engine.checks.expressions import check_elements, check_expressions
from kyvernopy.engine.checks.kinds import check_kinds, check_kinds_are_named
from kyvernopy.engine.checks.labels import check_labels, check_subresources
from kyvernopy.engine.checks.modes import check_action_spelling, check_cluster_policy_namespace, check_modes
from kyvernopy.engine.checks.overrides import check_overrides
from kyvernopy.engine.checks.patches import check_json_patch, check_mutate
from kyvernopy.engine.checks.spots import checked_policy
from kyvernopy.engine.checks.structure import check_structure
from kyvernopy.engine.checks.variables import check_variables
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.kubernetes.api_resources import API_RESOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from typing import TypeAlias

    from kyvernopy.engine.checks.spots import Checked, CheckedRule
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import Policy

    Check: TypeAlias = Callable[[Checked], Iterator[Finding]]
    RuleCheck: TypeAlias = Callable[[Checked, CheckedRule], Iterator[Finding]]

__all__ = ["CLUSTER_KINDS", "check_exception", "check_policy"]

MOST_FINDINGS = 200  # of one policy; what comes after them rarely helps

# Kinds without namespaces, as rules may write them: with and without group and version.
CLUSTER_KINDS = frozenset(
    name
    for one in API_RESOURCES
    if not one.namespaced and "/" not in one.plural
    for name in (one.kind, "/".join(filter(None, (one.group, one.version, one.kind))))
)


def check_policy(
    policy: Policy, *, cluster_kinds: Collection[str] = CLUSTER_KINDS, dialect: Dialect | None = None
) -> list[Finding]:
    """All that Kyverno would refuse or warn of, in the order in which it looks, and what cannot work besides.

    `cluster_kinds` are the kinds that a namespaced policy may not name. Kyverno's commands know none without a cluster.
    `dialect` has the functions that expressions may call.
    """
    checked = checked_policy(policy, cluster_kinds, dialect or Dialect())
    findings = (finding for check in CHECKS for finding in check(checked))
    return [_placed(finding, policy) for finding in islice(findings, MOST_FINDINGS)]


def _placed(finding: Finding, policy: Policy) -> Finding:
    """The finding with line and column, if the policy was read from a text: those of its field, or in its expression."""
    if not policy.source or not policy.source.name:
        return finding
    from kyvernopy.documents.load import place_of  # noqa: PLC0415  only who finds something pays

    expression, _, mark = finding.excerpt.partition("\n")
    column = len(mark) - 1 if mark.strip() == "^" else 0
    return replace(finding, place=place_of(policy.source, finding.place.path, (expression, column)))


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
    # 4, later: match conditions
    check_background,  # 5: spec 03 §14.4
    each_rule(check_variables),
    check_structure,  # 6
    check_overrides,  # 7
    check_modes,  # 8, 9
    # 10, later: updates of generate rules
    each_rule(check_kinds),  # 11
    each_rule(  # 12: spec 03 §14.5
        check_json_patch,  # 1, 2
        check_resources,  # 3
        check_conditions,
        check_elements,  # 4
        check_context_entries,  # 5
        check_image_extractors,  # 6
        check_kinds_are_named,  # 7
        check_validate,  # 8, spec 03 §14.6; later: generate
        check_mutate,
        # 9, later: images
        check_autogen_annotation,  # 10
        check_labels,  # 11
        check_subresources,  # 12; later: predicate types
        check_deprecated_operators,
    ),
    check_policy_update,
    # 13 asks a cluster for its schemas
    each_rule(check_expressions),
)
