"""Autogen: the rules that Kyverno makes for pod controllers out of rules for Pods (spec 03 §6).

All or nothing for a whole policy: one rule that cannot be translated stops all. What a controller is called and where
it keeps its template are facts of Kubernetes (`kubernetes.pods`); the rewriting of a rule is `rewriting.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kyvernopy.kubernetes.kinds import contains_kind
from kyvernopy.kubernetes.pods import CONTROLLERS, CRON_JOB, POD, QUALIFIED_KINDS
from kyvernopy.policies.model import Validate
from kyvernopy.policies.rewriting import move_paths, with_kinds, wrap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kyvernopy.policies.model import MatchBlock, Policy, ResourceDescription, ResourceFilter, Rule

__all__ = [
    "ANNOTATION",
    "autogen_name",
    "compute_rules",
    "controllers",
    "is_autogen_name",
    "is_eligible",
    "requested_controllers",
]

ANNOTATION = "pod-policies.kyverno.io/autogen-controllers"
NAME_LENGTH = 63


# --- Which rules a policy has (spec 03 §6.4) ---


def compute_rules(policy: Policy, kind: str = "") -> tuple[Rule, ...]:
    """The rules of a policy and those made from them, for one kind or, without one, for all requested controllers."""
    rules = policy.spec.rules
    requested = controllers(policy)
    if not requested or (kind and kind not in requested) or (not kind and requested == ("none",)):
        return rules
    chosen = (kind,) if kind else requested
    made = [one for rule in rules for one in _expand(rule, chosen)]
    return (*(rule for rule in rules if not is_autogen_name(rule.name)), *made) if made else rules


def controllers(policy: Policy) -> tuple[str, ...]:
    """The controllers that a policy is to be expanded for: what its annotation says, else all; none if it cannot be."""
    if not is_eligible(policy.spec.rules):
        return ()
    requested = requested_controllers(policy.annotations)
    return CONTROLLERS if requested is None else requested


def requested_controllers(annotations: Mapping[str, str]) -> tuple[str, ...] | None:
    """What the annotation lists; None without one. Blanks belong to the names (spec 03 §6.2)."""
    wanted = annotations.get(ANNOTATION)
    return None if wanted is None else tuple(wanted.split(","))


def autogen_name(prefix: str, name: str) -> str:
    """The name of a rule made from another one, cut to the length that names may have."""
    return f"{prefix}-{name}"[:NAME_LENGTH]


def is_autogen_name(name: str) -> bool:
    """Whether a rule of that name counts as made by autogen."""
    return name.startswith("autogen-")


# --- Whether a policy can be expanded (spec 03 §6.1) ---


def is_eligible(rules: Sequence[Rule]) -> bool:
    """No rule stands against it, and some block names Pod or a controller without its group."""
    descriptions = [one.resources for rule in rules for one in _filters(rule)]
    if any(map(_has_other_action, rules)) or any(map(_is_narrow, descriptions)):
        return False
    return any(kind == POD or kind in CONTROLLERS for one in descriptions for kind in one.kinds)


def _filters(rule: Rule) -> tuple[ResourceFilter, ...]:
    """All filters of match and exclude."""
    return (*rule.match.filters, *(rule.exclude.filters if rule.exclude else ()))


def _has_other_action(rule: Rule) -> bool:
    """The rule generates or has a JSON patch; patches of nested loops are not looked at."""
    if rule.generate or not rule.mutate:
        return rule.generate is not None
    return bool(rule.mutate.patches_json6902) or any(one.patches_json6902 for one in rule.mutate.foreach or ())


def _is_narrow(resources: ResourceDescription) -> bool:
    """It singles out resources by what a template does not have, or mixes Pod with other kinds."""
    if resources.name or resources.names or resources.selector is not None or resources.annotations is not None:
        return True
    return len(resources.kinds) > 1 and contains_kind(resources.kinds, POD)


# --- The rules made from one (spec 03 §6.3) ---


def _expand(rule: Rule, chosen: tuple[str, ...]) -> list[Rule]:
    """The rule for plain controllers, then the one for CronJobs."""
    kinds_of = [[kind for one in block.filters for kind in one.resources.kinds] for block in _blocks(rule)]
    others = [kinds for kinds in kinds_of[1:] if kinds]
    if is_autogen_name(rule.name) or not all(contains_kind(kinds, POD) for kinds in (kinds_of[0], *others)):
        return []
    plain = wrap(rule, "template")
    made = [_plain_rule(rule, plain, chosen), _cronjob_rule(rule, plain, chosen)] if plain else []
    return [one for one in made if one]


def _blocks(rule: Rule) -> list[MatchBlock]:
    return [rule.match, rule.exclude] if rule.exclude else [rule.match]


def _plain_rule(rule: Rule, plain: Rule, chosen: tuple[str, ...]) -> Rule | None:
    """For the controllers with a `spec.template`; unknown names count only if there is no known one."""
    others = tuple(name for name in chosen if name != CRON_JOB)
    if not "".join(others):
        return None
    named = CONTROLLERS if chosen == ("all",) else others
    known = tuple(QUALIFIED_KINDS[kind] for kind in CONTROLLERS if kind in named and kind != CRON_JOB)
    made = _for_kinds(plain, autogen_name("autogen", rule.name), known or others, cronjob=False)
    return move_paths(made, "spec.template")


def _cronjob_rule(rule: Rule, plain: Rule, chosen: tuple[str, ...]) -> Rule | None:
    """The plain rule wrapped once more."""
    text = ",".join(chosen)
    wrapped = wrap(plain, "jobTemplate") if CRON_JOB in text or "all" in text else None
    if wrapped is None:
        return None
    made = _for_kinds(wrapped, autogen_name("autogen-cronjob", rule.name), (QUALIFIED_KINDS[CRON_JOB],), cronjob=True)
    return move_paths(made, "spec.jobTemplate.spec.template")


def _for_kinds(rule: Rule, name: str, kinds: tuple[str, ...], *, cronjob: bool) -> Rule:
    """The rule under its new name and for its new kinds. Filters without Pod stay as they are, but not for CronJobs."""

    def replaced(one: ResourceFilter) -> bool:
        return cronjob or contains_kind(one.resources.kinds, POD)

    exclude = rule.exclude
    if exclude and (exclude.any or exclude.all or exclude.resources.kinds):
        exclude = with_kinds(exclude, kinds, replaced)
    match = with_kinds(rule.match, kinds, replaced)
    # A block in which nothing is left counts as absent, as it does in a document.
    validate = None if rule.validate == Validate() else rule.validate
    return replace(rule, name=name, match=match, exclude=exclude, validate=validate)
