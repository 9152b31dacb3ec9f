"""Checks of metadata in patterns, and of subresources that a rule seems to mean (spec 03 §14.5 items 11, 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.documents.json_text import write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kyvernopy.engine.checks.spots import Checked, CheckedRule
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import Rule

__all__ = ["check_labels", "check_subresources"]

SUBRESOURCES = {"scale": ("replicas",), "status": (".status", '"status":')}
NAMES = {"scale": "replicas", "status": "status"}


# --- Labels and annotations ---


def check_labels(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """Labels and annotations are texts, in patterns and patches as well."""
    for path, pattern in _patterns(one.rule):
        for where, metadata in _metadata(pattern):
            for name in ("labels", "annotations"):
                values = metadata.get(name)
                if isinstance(values, dict) and not all(isinstance(value, str) for value in values.values()):
                    text = 'labels and annotations supports only string values, "use double quotes around the non string values"'
                    yield one.at.within(f"{path}.{where}.{name}").error("label-not-a-text", text, "quote the values")


def _patterns(rule: Rule) -> Iterator[tuple[str, Any]]:
    """The patterns and patches that are looked at: of loops only the first one that has any."""
    validate, mutate = rule.validate, rule.mutate
    if validate and validate.foreach is not None:
        loops = ((f"validate.foreach[{index}].pattern", loop.pattern) for index, loop in enumerate(validate.foreach))
        yield from _first_map(loops)
    elif validate and isinstance(validate.pattern, dict):
        yield "validate.pattern", validate.pattern
    elif validate and isinstance(validate.any_pattern, list):
        yield from ((f"validate.anyPattern[{index}]", one) for index, one in enumerate(validate.any_pattern))
    if mutate and mutate.foreach is not None:
        path = "mutate.foreach[{}].patchStrategicMerge"
        yield from _first_map(
            (path.format(index), loop.patch_strategic_merge) for index, loop in enumerate(mutate.foreach)
        )
    elif mutate:
        yield "mutate.patchStrategicMerge", mutate.patch_strategic_merge


def _first_map(found: Iterator[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    first = next((one for one in found if isinstance(one[1], dict)), None)
    if first:
        yield first


def _metadata(pattern: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The metadata of a pattern and of the template of Pods in it, with their paths."""
    if not isinstance(pattern, dict):
        return
    if isinstance(pattern.get("metadata"), dict):
        yield "metadata", pattern["metadata"]
    spec = pattern.get("spec")
    template = spec.get("template") if isinstance(spec, dict) else None
    metadata = template.get("metadata") if isinstance(template, dict) else None
    if isinstance(metadata, dict):
        yield "spec.template.metadata", metadata


# --- Subresources ---


def check_subresources(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """A rule that speaks of replicas or of a status perhaps means the subresource; the letters decide."""
    rule = one.rule
    blocks = [block for block in (rule.match, rule.exclude) if block]
    kinds = [kind for block in blocks for wanted in block.filters for kind in wanted.resources.kinds]
    if rule.validate:
        checked = {**rule.validate.to_dict(), "deny": {}}
        yield from _missing_subresources(write_json(checked), kinds, one, "validate")
    if rule.mutate:
        kinds += [target.kind for target in rule.mutate.targets or ()]
        yield from _missing_subresources(write_json(rule.mutate.to_dict()), kinds, one, "mutate")


def _missing_subresources(text: str, kinds: list[str], one: CheckedRule, field: str) -> Iterator[Finding]:
    for subresource, marks in SUBRESOURCES.items():
        told = any(subresource in kind.lower() for kind in kinds)
        if not told and any(mark in text for mark in marks):
            message = f"You are matching on {NAMES[subresource]} but not including the {subresource} subresource in the policy."
            advice = f"match `<Kind>/{subresource}` as well, if it is meant"
            yield one.at.within(field).warning("subresource-not-matched", message, advice)
