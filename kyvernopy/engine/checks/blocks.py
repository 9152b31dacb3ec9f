"""Checks of match and exclude: each block by itself, and whether exclude takes back all that match gives.

The second question is asked as Kyverno asks it, filter against filter (spec 03 §14.3.1); no resources are imagined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.kubernetes.selectors import SelectorError, compile_selector
from kyvernopy.kubernetes.wildcards import has_wildcard, matches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Any

    from kyvernopy.engine.checks.spots import Checked, CheckedRule, Spot
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import MatchBlock, ResourceDescription, ResourceFilter, Rule, Subject

__all__ = [
    "check_block",
    "check_description",
    "check_resources",
    "check_users",
    "match_exclude_conflict",
    "match_filters",
]

SUBJECT_KINDS = ("User", "Group", "ServiceAccount")


# --- One block ---


def check_block(block: MatchBlock, at: Spot, cluster_kinds: Collection[str] | None) -> Iterator[Finding]:
    """A block of match or exclude; `cluster_kinds` as in `check_description`."""
    if block.any and block.all:
        text = "Can't specify any and all together"
        yield at.invalid("any-and-all", block, text, "put `all` filters into a rule of their own")
    lists = (("any", block.any), ("all", block.all))
    places = [(at.child(name).item(index), one) for name, filters in lists for index, one in enumerate(filters)]
    for place, one in [*places, (at, block.legacy)]:
        yield from check_users(one, place)
        yield from check_description(one.resources, place, cluster_kinds)


def check_users(wanted: ResourceFilter, at: Spot) -> Iterator[Finding]:
    """The subjects and roles of a filter."""
    for index, subject in enumerate(wanted.subjects or ()):
        yield from _check_subject(subject, at.child("subjects").item(index))
    for index, role in enumerate(wanted.roles or ()):
        if role.count(":") != 1:
            text = "Role is expected to be in namespace:name format"
            yield at.child("roles").item(index).invalid("role-format", role, text, "write `namespace:name`")


def _check_subject(subject: Subject, at: Spot) -> Iterator[Finding]:
    kind = at.child("kind")
    if not subject.kind:
        yield kind.required("subject-incomplete", "", "write `User`, `Group` or `ServiceAccount`")
    elif subject.kind not in SUBJECT_KINDS:
        text = "kind must be 'User', 'Group', or 'ServiceAccount'"
        yield kind.invalid("subject-kind", subject.kind, text, "write `User`, `Group` or `ServiceAccount`")
    if not subject.name:
        yield at.child("name").required("subject-incomplete", "", "name the subject")
    if subject.kind == "ServiceAccount" and not subject.namespace:
        text = "namespace is required when Kind is ServiceAccount"
        yield at.child("namespace").required("subject-incomplete", text, "name the namespace of the service account")


def check_description(
    description: ResourceDescription, at: Spot, cluster_kinds: Collection[str] | None
) -> Iterator[Finding]:
    """The description of resources in a filter.

    `cluster_kinds` are the kinds that a namespaced policy may not name; it is None for a ClusterPolicy.
    """
    if description.name and description.names:
        text = "Both name and names can not be specified together"
        yield at.within("resources").invalid("name-and-names", description, text, "move `name` into `names`")
    yield from _check_selector(description.selector, at.child("selector", "resources.selector"))
    if cluster_kinds is None:
        return
    if description.namespaces:
        field = at.child("namespaces", "resources.namespaces")
        text = "Filtering namespaces not allowed in namespaced policies"
        yield field.forbidden("namespaces-in-namespaced-policy", text, "remove `namespaces`")
    for index, kind in enumerate(description.kinds):
        if kind in cluster_kinds:
            field = at.child("kinds", "resources.kinds").item(index)
            text = f"Cluster wide resource '{kind}' not allowed in namespaced policy"
            yield field.forbidden("cluster-kind-in-namespaced-policy", text, "make it a `ClusterPolicy`")


def _check_selector(selector: Mapping[str, Any] | None, at: Spot) -> Iterator[Finding]:
    """A selector of resources, unless wildcards stand in its labels; namespace selectors are not checked."""
    if selector is None or any(has_wildcard(key + value) for key, value in (selector.get("matchLabels") or {}).items()):
        return
    try:
        compile_selector(selector)
    except SelectorError as error:
        yield at.invalid("invalid-selector", selector, str(error), "write the selector as Kubernetes wants it")
    else:
        if not selector.get("matchLabels") and not selector.get("matchExpressions"):
            text = "The requirements are not specified in selector"
            yield at.invalid("empty-selector", selector, text, "remove the selector, or say what it selects")


# --- A block of a rule after autogen (spec 03 §14.5 item 3) ---


def check_resources(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """A block has filters in one place only, and each filter of match says which resources it means."""
    rule, prefix = one.rule, f"path: {one.at.shown}"
    for name, block in (("exclude", rule.exclude), ("match", rule.match)):
        if block and (block.any or block.all) and not block.resources.is_empty:
            text = f"can't specify any/all together with {name} resources"
            place = one.at.within(f"{name}.resources")
            yield place.error("filters-and-resources", f"{prefix}.{name}.: {text}", "make it one of the filters")
    for path, wanted in match_filters(rule):
        if wanted.resources.is_empty:
            place = one.at.within(path)
            text = f"{prefix}.match.resources.: match resources not specified"
            yield place.error("no-resources", text, "say which resources, at least their kinds")


def match_filters(rule: Rule) -> Iterator[tuple[str, ResourceFilter]]:
    """The filters that decide whether a rule matches, with their paths."""
    match = rule.match
    for name, filters in (("any", match.any), ("all", match.all)):
        if filters:
            yield from ((f"match.{name}[{index}]", one) for index, one in enumerate(filters))
            return
    yield "match", match.legacy


# --- Both blocks (spec 03 §14.3.1) ---


def match_exclude_conflict(rule: Rule) -> bool:
    """Whether exclude is seen to exclude all that the rule matches."""
    match, exclude = rule.match, rule.exclude
    if exclude is None or exclude.is_empty or match.all or exclude.all:
        return False
    if match.any and exclude.any:
        return any(one == other for one in match.any for other in exclude.any)
    # Upstream: where one side has `any` and the other has not, its legacy fields, all empty, are compared.
    return _covers(exclude.legacy, match.legacy)


def _covers(exclude: ResourceFilter, match: ResourceFilter) -> bool:
    """Whether one filter is at least as wide as another."""
    out, wanted = exclude.resources, match.resources
    users = (
        (exclude.roles, match.roles),
        (exclude.cluster_roles, match.cluster_roles),
        (exclude.subjects, match.subjects),
    )
    if not all(_includes(outer, inner) for outer, inner in users):
        return False
    if out.name and not matches(out.name, wanted.name):
        return False
    if out.names:  # Upstream: names decide alone, and one that is excluded is enough.
        return any(matches(pattern, name) for name in wanted.names for pattern in out.names)
    return (
        _includes(out.namespaces, wanted.namespaces)
        and _includes(out.kinds, wanted.kinds)
        and _covers_selector(out.selector, wanted.selector)
        and _covers_selector(out.namespace_selector, wanted.namespace_selector)
        and out.annotations == wanted.annotations
    )


def _includes(outer: Collection[Any] | None, inner: Collection[Any] | None) -> bool:
    """Whether a criterion of exclude lets through all that the same one of match does; without values it does."""
    return not outer or (bool(inner) and all(one in outer for one in inner or ()))


def _covers_selector(outer: Mapping[str, Any] | None, inner: Mapping[str, Any] | None) -> bool:
    if outer is None or inner is None:
        return outer is inner
    labels, wanted = outer.get("matchLabels"), inner.get("matchLabels") or {}
    return _includes(outer.get("matchExpressions"), inner.get("matchExpressions")) and (
        not labels or (bool(wanted) and all(labels.get(key, "") == value for key, value in wanted.items()))
    )
