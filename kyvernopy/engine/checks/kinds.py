"""Checks of the kinds of a rule: those that match everything, and rules without any (spec 03 §14.2 item 11, §14.5).

Such a rule may deal with the metadata of resources only, which all kinds have. Whether a kind exists is for a cluster
to say and is not checked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kyvernopy.documents.json_text import parse_json
from kyvernopy.engine.checks.blocks import match_filters
from kyvernopy.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from kyvernopy.engine.checks.spots import Checked, CheckedRule, Spot
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import MatchBlock, Mutate, Rule, Validate

__all__ = ["check_kinds", "check_kinds_are_named", "deals_only_with_metadata"]

ONLY_METADATA = "policy can only deal with the metadata field of the resource if the rule does not match any kind"
ALLOWED_VARIABLE = re.compile(r"\{\{\s*(request\.|serviceAccountName|serviceAccountNamespace)[^{}]*\}\}")


def check_kinds(checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """What a list of kinds with `*` in it rules out (item 11)."""
    background = checked.policy.spec.background is not False
    blocks = (("match", one.rule.match), ("exclude", one.rule.exclude))
    for at, kinds in (found for name, block in blocks if block for found in _kind_lists(block, one.at.child(name))):
        problem = _wildcard_problem(kinds, one.rule, background=background) if "*" in kinds else None
        if problem:
            code, text, advice = problem
            yield at.error(code, f"path: {at.shown}: {text}", advice)


def _kind_lists(block: MatchBlock, at: Spot) -> Iterator[tuple[Spot, tuple[str, ...]]]:
    """Every list of kinds of a block; the legacy one comes last."""
    for name, filters in (("any", block.any), ("all", block.all)):
        for index, one in enumerate(filters):
            yield at.child(name).item(index).child("kinds", "resources.kinds"), one.resources.kinds
    yield at.child("kinds", "resources.kinds"), block.resources.kinds


def _wildcard_problem(kinds: tuple[str, ...], rule: Rule, *, background: bool) -> tuple[str, str, str] | None:
    """Code, text and help of the first reason why the rule cannot match every kind."""
    if background:
        text = (
            "wildcard policy not allowed in background mode. "
            "Set spec.background=false to disable background mode for this policy rule "
        )
        return "all-kinds-in-background", text, "set `spec.background: false`, or name the kinds"
    if len(kinds) > 1:
        return "all-kinds-and-more", "wildcard policy can not deal with more than one kind", "leave `*` alone"
    validate = rule.validate
    if rule.generate or rule.verify_images or (validate and validate.foreach is not None):
        return "all-kinds-of-this-action", "wildcard policy does not support rule type", "name the kinds"
    if not deals_only_with_metadata(rule) or (validate and _denies_by_more(validate)):
        return "all-kinds-beyond-metadata", ONLY_METADATA, "name the kinds, or look at `metadata` only"
    return None


def _denies_by_more(validate: Validate) -> bool:
    """Whether conditions, written as a plain list, look at more than metadata; others are not looked at."""
    conditions = validate.deny.conditions if validate.deny else None
    keys = [str(one.key) for one in conditions] if isinstance(conditions, tuple) else []
    return any(
        "request.object.metadata." not in key and (not ALLOWED_VARIABLE.search(key) or "request.object.spec" in key)
        for key in keys
    )


# --- Rules that name no kinds ---


def check_kinds_are_named(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """Each filter of match names kinds (§14.5 item 7); one that names nothing at all has been told."""
    for path, wanted in match_filters(one.rule):
        if not wanted.resources.kinds and not wanted.resources.is_empty:
            text = (
                "at least one element must be specified in a kind block, "
                "the kind attribute is mandatory when working with the resources element"
            )
            text = text if deals_only_with_metadata(one.rule) else ONLY_METADATA
            yield one.at.within(f"{path}.resources").error("no-kinds", text, "name the kinds that the rule is for")
            return


def deals_only_with_metadata(rule: Rule) -> bool:
    """Whether patterns and patches touch nothing but `metadata`; loops and conditions are not looked at."""
    return (not rule.mutate or _changes_metadata(rule.mutate)) and (not rule.validate or _asks_metadata(rule.validate))


def _changes_metadata(mutate: Mutate) -> bool:
    paths = _patch_paths(mutate.patches_json6902) if mutate.patches_json6902 else ()
    return _has_only_metadata(mutate.patch_strategic_merge) and all(path.startswith("/metadata") for path in paths)


def _patch_paths(text: str) -> Iterator[str]:
    """The paths of a JSON patch. Upstream: one that is written in YAML is taken for empty here."""
    try:
        patch = parse_json(text)
    except DocumentError:
        return
    for operation in patch if isinstance(patch, list) else ():
        path = operation.get("path") if isinstance(operation, dict) else None
        yield path if isinstance(path, str) else ""


def _asks_metadata(validate: Validate) -> bool:
    patterns = [] if validate.any_pattern is None else validate.any_pattern
    return isinstance(patterns, list) and all(map(_has_only_metadata, [validate.pattern, *patterns]))


def _has_only_metadata(pattern: Any) -> bool:
    return not isinstance(pattern, dict) or pattern.keys() <= {"metadata"}
