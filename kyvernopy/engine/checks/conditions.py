"""Checks of conditions: what each must have, operators that exist, and operators that will go (spec 03 §14.5 items 3, 12).

Conditions stand in many places of a rule. `condition_blocks` finds them all, and says of each how Kyverno calls the
place and how closely it looks there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.checks.spots import Spot
from kyvernopy.engine.conditions.operators import DEPRECATED
from kyvernopy.engine.request import OPERATIONS
from kyvernopy.golang.text import type_name
from kyvernopy.policies.model import Conditions, read_conditions
from kyvernopy.policies.reading import Reading, near_miss

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from kyvernopy.engine.checks.spots import Checked, CheckedRule
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import Condition, ForEach, MutateForEach, Rule

    Some: TypeAlias = "Conditions | tuple[Condition, ...] | None"

__all__ = ["check_conditions", "check_deprecated_operators"]

OPERATORS = (
    *("Equal", "Equals", "NotEqual", "NotEquals", "In", "AnyIn", "AllIn", "NotIn", "AnyNotIn", "AllNotIn"),
    *("GreaterThanOrEquals", "GreaterThan", "LessThanOrEquals", "LessThan"),
    *("DurationGreaterThanOrEquals", "DurationGreaterThan", "DurationLessThanOrEquals", "DurationLessThan"),
)


# --- Where conditions stand ---


@dataclass(frozen=True, slots=True)
class Block:
    """Conditions of a rule: whether their values are checked too, and whether deprecated operators are told."""

    at: Spot
    conditions: Some
    whole: bool = False
    warns: bool = True

    def each(self) -> Iterator[tuple[Spot, Condition]]:
        """Every condition with its place."""
        found = self.conditions
        lists = (("any", found.any), ("all", found.all)) if isinstance(found, Conditions) else (("", found),)
        for name, conditions in lists:
            at = self.at.child(name) if name else self.at
            for index, one in enumerate(conditions or ()):
                yield at.item(index), one


def condition_blocks(rule: Rule, at: Spot) -> Iterator[Block]:
    """All conditions of a rule, in Kyverno's order."""
    shown = Spot(f"{at.shown}.validate", at.path)
    yield Block(shown.child("preconditions"), rule.preconditions, whole=True, warns=False)
    validate, mutate = rule.validate, rule.mutate
    if validate and validate.deny:
        yield Block(at.child("validate.deny.conditions"), validate.deny.conditions, whole=True)
    if validate:
        yield from _loop_blocks(validate.foreach or (), at.child("validate.foreach"))
    if mutate:
        yield from _mutate_loop_blocks(mutate.foreach or (), at.child("mutate.foreach"))
    for index, entry in enumerate(rule.verify_images):
        yield from _image_blocks(entry, at, Spot.same(f"{at.path}.verifyImages[{index}]"))


def _loop_blocks(loops: Sequence[ForEach], at: Spot, level: int = 0) -> Iterator[Block]:
    """Upstream: the number of a loop is not shown, and one within another is shown from the rule on again."""
    for index, loop in enumerate(loops):
        place = Spot(at.shown, f"{at.path}[{index}]")
        yield Block(place.child("conditions", "preconditions"), loop.preconditions, warns=level == 0)
        if loop.deny:
            yield Block(place.child("deny.conditions"), loop.deny.conditions, warns=level == 0)
        inner = place.child("validate.foreach", "foreach")
        yield from _loop_blocks(loop.foreach, inner, level + 1)


def _mutate_loop_blocks(loops: Sequence[MutateForEach], at: Spot) -> Iterator[Block]:
    for index, loop in enumerate(loops):
        place = Spot(at.shown, f"{at.path}[{index}]")
        yield Block(place.child("conditions", "preconditions"), loop.preconditions, warns=False)
        yield from _mutate_loop_blocks(loop.foreach, place.child("mutate.foreach", "foreach"))


def _image_blocks(entry: Mapping[str, Any], rule: Spot, at: Spot) -> Iterator[Block]:
    for number, attestation in enumerate(entry.get("attestations") or ()):
        for index, conditions in enumerate(attestation.get("conditions") or ()):
            path = f"{at.path}.attestations[{number}].conditions[{index}]"
            yield Block(Spot(f"{rule.shown}.verifyImages.attestations.conditions", path), _read(conditions))
    deny = (entry.get("validate") or {}).get("deny") or {}
    if deny.get("conditions") is not None:
        shown = f"{rule.shown}.imageVerify.validate.deny.conditions"
        conditions = _read(deny["conditions"])
        yield Block(Spot(shown, f"{at.path}.validate.deny.conditions"), conditions, whole=True, warns=False)


def _read(conditions: Any) -> Some:
    return read_conditions(conditions, None, Reading(strict=False))


# --- Checks ---


def check_conditions(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """Conditions are whole, their operators exist, and operations of a request are such (item 3)."""
    for block in condition_blocks(one.rule, one.at):
        for at, condition in block.each():
            if block.whole:
                yield from _check_values(condition, at)
            if condition.operator not in OPERATORS and (condition.operator or not block.whole):
                words = " ".join(f'"{operator}"' for operator in OPERATORS)
                text = f"entered value of `operator` is invalid. valid values: [{words}]"
                advice = near_miss(condition.operator, OPERATORS) or "choose one of them"
                yield at.within("operator").error("unknown-operator", f"path: {at.shown}.: {text}", advice)


def _check_values(condition: Condition, at: Spot) -> Iterator[Finding]:
    if condition.key is None or condition.value is None or not condition.operator:
        text = "entered value of `key`, `value` or `operator` is missing or misspelled"
        missing = next(name for name in ("key", "value", "operator") if getattr(condition, name) in (None, ""))
        yield at.error("condition-incomplete", f"path: {at.shown}.: {text}", f"write `{missing}`")
    elif isinstance(condition.key, str) and condition.key.replace(" ", "") == "{{request.operation}}":
        problem = _operation_problem(condition.value)
        if problem:
            where, text = problem
            advice = f"write one of {', '.join(f'`{name}`' for name in OPERATIONS)}"
            yield at.within("value").error("unknown-operation", f"path: {at.shown}.{where}: {text}", advice)


def _operation_problem(value: Any) -> tuple[str, str] | None:
    """What is wrong with a value that an operation is compared with: where, in Kyverno's words, and the text."""
    allowed = f"Only the following values are allowed: [{', '.join(OPERATIONS)}]"
    if isinstance(value, str):
        if value in OPERATIONS or (len(value) >= len("{{}}") and value.startswith("{{") and value.endswith("}}")):
            return None
        return f"value: {value}", f"unknown value '{value}' found under the 'value' field. {allowed}"
    if isinstance(value, list):
        for index, item in enumerate(value):
            if not isinstance(item, str):
                text = f"'value[{index}]' found to be of the type {type_name(item)}."
                return f"value[{index}]", f"{text} The provided values are expected to be strings"
            if item not in OPERATIONS:
                return f"value[{index}]", f"unknown value '{item}' found under the 'value' field. {allowed}"
        return None
    text = f"'value' field found to be of the type {'map' if isinstance(value, dict) else type_name(value)}."
    return "value", f"{text} The provided value/values are expected to be either in the form of a string or list"


def check_deprecated_operators(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """Operators that have successors (item 12). Upstream: preconditions and inner loops are not looked at."""
    for block in condition_blocks(one.rule, one.at):
        for at, condition in block.each() if block.warns else ():
            if condition.operator in DEPRECATED:
                instead = DEPRECATED[condition.operator]
                text = (
                    f"Operator {condition.operator} has been deprecated and will be removed soon. "
                    f"Use these instead: [{' '.join(f'{chr(34)}{name}{chr(34)}' for name in instead)}]"
                )
                advice = f"write `{instead[0]}` or `{instead[1]}`"
                yield at.within("operator").warning("deprecated-operator", text, advice)
