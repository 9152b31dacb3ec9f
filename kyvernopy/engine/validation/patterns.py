"""The action of a validate rule: `pattern` and `anyPattern` (spec 01 §8, spec 03 §5.5).

`compile_validate` chooses the handler once. A handler answers with a `Judgement`: the status and the message, where
the message of anything but a pass is a function, called only if somebody reads it. Upstream: of what is being deleted
there is no resource to compare with patterns, so the handler is given None and has nothing to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.patterns.parse import Parser
from kyvernopy.patterns.pattern import Pattern
from kyvernopy.results import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.limits import Limits
    from kyvernopy.policies.model import Rule, Validate

__all__ = ["Handler", "Judgement", "compile_validate", "not_built_yet"]

Judgement: TypeAlias = "tuple[Status, str | Callable[[], str]]"
Handler: TypeAlias = "Callable[[dict[str, Any] | None], Judgement | None]"

STATUSES = {Outcome.FAIL: Status.FAIL, Outcome.SKIP: Status.SKIP, Outcome.ERROR: Status.ERROR}


def compile_validate(rule: Rule, name: str, limits: Limits) -> tuple[Handler | None, list[Pattern]]:
    """The handler of a rule and the patterns it asks; no handler if the rule says nothing about resources."""
    validate = rule.validate
    if validate is None or (validate.pattern is None and validate.any_pattern is None):
        return None, []
    if validate.pattern is not None:
        pattern = Pattern(Parser(limits).parse(validate.pattern), name)
        return _pattern_handler(rule.name, validate.message, pattern), [pattern]
    if not isinstance(validate.any_pattern, list):
        return _no_list_handler(validate.any_pattern), []
    patterns = [
        Pattern(Parser(limits).parse(_as_floats(entry)), f"{name}[{index}]")
        for index, entry in enumerate(validate.any_pattern)
    ]
    return _any_pattern_handler(rule.name, validate.message, patterns), patterns


# Messages are made when read; this one is for a resource that was changed before anybody did.
CHANGED = "the resource was changed after it was judged, and matches now"

# --- pattern (spec 01 §8.2) ---


def _pattern_handler(rule: str, message: str, pattern: Pattern) -> Handler:
    passed: Judgement = (Status.PASS, f"validation rule '{rule}' passed.")

    def handle(resource: dict[str, Any] | None) -> Judgement | None:
        if resource is None:
            return None
        if pattern.passes(resource):
            return passed
        status = STATUSES[pattern.outcome(resource)]
        return status, lambda: _pattern_message(rule, message, pattern, resource)

    return handle


def _pattern_message(rule: str, message: str, pattern: Pattern, resource: dict[str, Any]) -> str:
    outcome, error = pattern.find(resource)
    if error is None:
        return CHANGED
    if outcome is Outcome.SKIP:
        return error.message
    place = f"failed at path {error.path}" if outcome is Outcome.FAIL else f"execution error: {error.message}"
    return _failure(message, f"rule {rule} {place}")


def _failure(message: str, failure: str) -> str:
    """The message of the rule, ended by a period, before what failed (spec 01 §9.2, §9.3)."""
    if not message:
        return f"validation error: {failure}"
    return f"validation error: {message if message.endswith('.') else message + '.'} {failure}"


# --- anyPattern (spec 01 §8.3) ---


def _any_pattern_handler(rule: str, message: str, patterns: list[Pattern]) -> Handler:
    passed: list[tuple[Pattern, Judgement]] = [
        (pattern, (Status.PASS, f"validation rule '{rule}' anyPattern[{index}] passed."))
        for index, pattern in enumerate(patterns)
    ]
    # Upstream: an empty list passes, with the message of the rule as it stands.
    nothing: Judgement = (Status.PASS, message)

    def handle(resource: dict[str, Any] | None) -> Judgement | None:
        if resource is None:
            return None
        for pattern, judgement in passed:
            if pattern.passes(resource):
                return judgement
        if not patterns:
            return nothing
        skipped = all(pattern.can_skip and pattern.outcome(resource) is Outcome.SKIP for pattern in patterns)
        return Status.SKIP if skipped else Status.FAIL, lambda: _any_pattern_message(rule, message, patterns, resource)

    return handle


def _any_pattern_message(rule: str, message: str, patterns: list[Pattern], resource: dict[str, Any]) -> str:
    """One failure is enough to leave the skips out."""
    skips, failures = [], []
    for index, pattern in enumerate(patterns):
        outcome, error = pattern.find(resource)
        if error is None:
            return CHANGED
        if outcome is Outcome.FAIL:
            failures.append(f"rule {rule}[{index}] failed at path {error.path}")
        elif outcome is Outcome.SKIP:
            skips.append(f"rule {rule}[{index}] skipped: {error.message}")
        else:
            failures.append(f"rule {rule}[{index}] failed: {error.message}")
    return _failure(message, " ".join(failures)) if failures else " ".join(skips)


def _no_list_handler(value: Any) -> Handler:
    kinds: dict[type, str] = {dict: "object", str: "string", bool: "bool"}
    cause = f"json: cannot unmarshal {kinds.get(type(value), 'number')} into Go value of type []interface {{}}"
    error: Judgement = (Status.ERROR, f"failed to deserialize anyPattern, expected type array: {cause}")
    return lambda resource: None if resource is None else error


def _as_floats(pattern: Any) -> Any:
    """Upstream reads the list once more with a decoder that knows floats only (spec 01 §1.1)."""
    if isinstance(pattern, dict):
        return {key: _as_floats(value) for key, value in pattern.items()}
    if isinstance(pattern, list):
        return [_as_floats(item) for item in pattern]
    return float(pattern) if isinstance(pattern, int) and not isinstance(pattern, bool) else pattern


# --- What a later version evaluates ---


def not_built_yet(rule: Rule) -> str:
    """Why a rule cannot be evaluated by this version; empty if it can."""
    validate = rule.validate
    if validate is None:
        return ""
    parts = [name for name, present in _unsupported(rule, validate) if present]
    return f"{parts[0]} is not supported by this version of kyvernopy" if parts else ""


def _unsupported(rule: Rule, validate: Validate) -> list[tuple[str, bool]]:
    patterns = (validate.pattern, validate.any_pattern, validate.message)
    return [
        ("a rule with `context`", bool(rule.context)),
        ("a rule with `preconditions`", rule.preconditions is not None),
        ("a rule with `celPreconditions`", bool(rule.cel_preconditions)),
        ("`validate.manifests`", bool(validate.manifests and validate.manifests.get("attestors"))),
        ("`validate.podSecurity`", validate.pod_security is not None),
        ("`validate.cel`", validate.cel is not None),
        ("`validate.deny`", validate.deny is not None),
        ("`validate.foreach`", bool(validate.foreach) and patterns[:2] == (None, None)),
        ("a pattern or message with variables", any(map(_has_variables, patterns))),
    ]


def _has_variables(node: Any) -> bool:
    """Whether there is a variable or a reference in any key or text."""
    if isinstance(node, str):
        return "{{" in node or "$(" in node
    if isinstance(node, dict):
        return any(_has_variables(key) or _has_variables(value) for key, value in node.items())
    return isinstance(node, list) and any(map(_has_variables, node))
