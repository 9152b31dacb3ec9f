"""A rule for Pods becomes one for the kinds that hold a Pod template (spec 03 §6.3): pure rewriting of a `Rule`.

Four steps in the order that Kyverno takes them: other kinds, patterns below the template, references of the message
below it too, and last the paths into the object, wherever they stand in any text of the rule. The last step is
textual and unanchored in Kyverno, which works on the rule's JSON; no name or path can span two texts of it, so that
rewriting each text by itself comes to the same.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from kyvernopy.golang.numbers import INT64_MAX, INT64_MIN
from kyvernopy.policies.fields import Node
from kyvernopy.policies.model import Conditions, Mutate, MutateForEach, Rule, Validate

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.policies.model import Condition, ForEach, MatchBlock, ResourceFilter
    from kyvernopy.policies.reading import Json

__all__ = ["move_paths", "move_paths_of_text", "with_kinds", "wrap"]

T = TypeVar("T")

_REFERENCE = re.compile(r"(?:^|[^\\])\$\(.[^ ]*\)")  # spec 02 §6.1


# --- Step 1: kinds ---


def with_kinds(block: MatchBlock, kinds: tuple[str, ...], replaced: Callable[[ResourceFilter], bool]) -> MatchBlock:
    """The block for other kinds: in those filters of `any`, else of `all`, that are to be `replaced`."""

    def changed(one: ResourceFilter) -> ResourceFilter:
        return replace(one, resources=replace(one.resources, kinds=kinds)) if replaced(one) else one

    if block.any:
        return replace(block, any=tuple(map(changed, block.any)))
    if block.all:
        return replace(block, all=tuple(map(changed, block.all)))
    return replace(block, resources=replace(block.resources, kinds=kinds))


# --- Steps 2, 3 and 5: the action ---


def wrap(rule: Rule, template: str) -> Rule | None:
    """The rule with its action moved below `spec.<template>`, without what does not survive; None if nothing is left."""
    mutate = _wrap_mutate(rule.mutate, template) if rule.mutate else None
    validate = _wrap_validate(rule.validate, template) if rule.validate and not mutate else None
    if not (mutate or validate or rule.verify_images):
        return None
    return Rule(
        name=rule.name,
        match=rule.match,
        exclude=rule.exclude,
        context=rule.context,
        preconditions=_settled(rule.preconditions),
        cel_preconditions=rule.cel_preconditions,
        mutate=mutate,
        validate=validate,
        verify_images=() if mutate or validate else rule.verify_images,
        skip_background_requests=rule.skip_background_requests,
        report_properties=rule.report_properties,
    )


def _wrap_mutate(mutate: Mutate, template: str) -> Mutate | None:
    """The patch, or the patch of each loop; targets, order and nested loops are dropped."""
    if mutate.patch_strategic_merge is not None:
        return Mutate(patch_strategic_merge=_below(mutate.patch_strategic_merge, template))
    if not mutate.foreach:
        return None
    loops = [
        MutateForEach(
            list=one.list,
            context=one.context,
            preconditions=_settled(one.preconditions),
            patch_strategic_merge=_below(one.patch_strategic_merge, template),
        )
        for one in mutate.foreach
    ]
    return Mutate(foreach=tuple(loops))


def _wrap_validate(validate: Validate, template: str) -> Validate | None:
    """The first block that there is, with what belongs to all of them."""
    pivot, kept = _first_block(validate, template)
    if kept is None:
        return None
    path = "/spec/template" if template == "template" else "/spec/jobTemplate/spec/template"
    return Validate(
        message=_shift(validate.message, pivot, path) if pivot else validate.message,
        failure_action=validate.failure_action,
        failure_action_overrides=validate.failure_action_overrides,
        allow_existing_violations=validate.allow_existing_violations,
        **kept,
    )


def _first_block(validate: Validate, template: str) -> tuple[str, dict[str, Any] | None]:
    """The block that decides, moved where it is a pattern, and the word after which references are shifted."""
    if validate.pattern is not None:
        return "pattern", {"pattern": _below(validate.pattern, template)}
    if validate.deny is not None:
        return "deny", {"deny": replace(validate.deny, conditions=_settled(validate.deny.conditions))}
    if validate.pod_security is not None:
        return "podSecurity", {"pod_security": validate.pod_security}
    if validate.any_pattern is not None:
        # Upstream: without patterns the block vanishes, so that there is nothing left to wrap for CronJobs.
        patterns = validate.any_pattern if isinstance(validate.any_pattern, list) else []
        return "anyPattern/[0-9]+", {"any_pattern": [_below(pattern, template) for pattern in patterns] or None}
    if validate.foreach:
        return "pattern", {"foreach": tuple(map(_settled_loop, validate.foreach))}
    return "", {"cel": validate.cel} if validate.cel else None


def _below(pattern: Json, template: str) -> Json:
    return {"spec": {template: _integral(pattern)}}


def _integral(pattern: Json) -> Json:
    """Upstream: a pattern that is moved is written as JSON and read again, which makes an integer of `1.0`."""
    if isinstance(pattern, float):
        return int(pattern) if pattern.is_integer() and INT64_MIN <= pattern <= INT64_MAX else pattern
    if isinstance(pattern, list):
        return [_integral(item) for item in pattern]
    return {key: _integral(item) for key, item in pattern.items()} if isinstance(pattern, dict) else pattern


def _shift(message: str, pivot: str, path: str) -> str:
    """Insert the path of the template after the pivot in each reference `$(...)`."""
    if "$(" not in message:
        return message
    return _REFERENCE.sub(lambda found: re.sub(f"({pivot})", rf"\1{path}", found[0]), message)


def _settled(conditions: Conditions | tuple[Condition, ...] | None) -> Any:
    """Upstream: writing JSON leaves out an empty `any`, which is false, so that it becomes true."""
    if not isinstance(conditions, Conditions):
        return conditions
    return Conditions(any=conditions.any or None, all=conditions.all or None)


def _settled_loop(loop: ForEach) -> ForEach:
    deny = replace(loop.deny, conditions=_settled(loop.deny.conditions)) if loop.deny else None
    nested = tuple(map(_settled_loop, loop.foreach))
    return replace(loop, preconditions=_settled(loop.preconditions), deny=deny, foreach=nested)


# --- Step 4: paths into the object ---


def move_paths(rule: Rule, template: str) -> Rule:
    """The rule with paths into the object moved below `template`, a dotted path such as `spec.template`."""
    cel = bool(rule.validate and rule.validate.cel)
    moved = _rewrite(rule, lambda text: move_paths_of_text(text, template, cel=cel))
    if rule.report_properties:
        # Upstream: the rewritten rule is read into the old one, whose map keeps its own names.
        moved = replace(moved, report_properties={**rule.report_properties, **(moved.report_properties or {})})
    return moved


def move_paths_of_text(text: str, template: str, *, cel: bool) -> str:
    """The text with the same replacements, one after the other."""
    if "bject." not in text:
        return text
    root = "" if cel else "request."
    for part in ("spec", "metadata"):
        for document in ("object", "oldObject"):
            text = text.replace(f"{root}{document}.{part}", f"{root}{document}.{template}.{part}")
    return text


def _rewrite(value: T, change: Callable[[str], str]) -> T:
    """The value with each text in it changed, names of maps included."""
    made: Any = value
    if isinstance(value, str):
        made = change(value)
    elif isinstance(value, Node):
        made = type(value)(**{entry.attribute: _rewrite(inner, change) for entry, inner in value.given()})
    elif isinstance(value, dict):
        made = {change(key): _rewrite(inner, change) for key, inner in value.items()}
    elif isinstance(value, list | tuple):
        made = type(value)(_rewrite(inner, change) for inner in value)
    return made  # type: ignore[no-any-return]  # each branch makes what it was given
