"""What a mutate rule came to: a status, a message, and the resource as it is now (spec 04 §2.2, §2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from kyvernopy.engine.mutation.patches import RuleError
from kyvernopy.engine.request import namespace_of, text_of
from kyvernopy.errors import ExpressionError, PolicyError
from kyvernopy.jmespath.values import json_text
from kyvernopy.results import Status

if TYPE_CHECKING:
    from kyvernopy.engine.mutation.patches import PatchSource
    from kyvernopy.engine.rule_context import RuleContext

__all__ = ["UNCHANGED", "Change", "apply_patch", "same", "success"]

UNCHANGED = "no patches applied"
ABSENT = object()


class Change(NamedTuple):
    """The outcome of a patch; after an error the resource is as it was before."""

    status: Status
    message: str
    resource: dict[str, Any]


def apply_patch(source: PatchSource, resource: dict[str, Any], context: RuleContext | None) -> Change:
    """Fill in a patch and apply it."""
    try:
        patched = source.filled(context).apply(resource)
    except RuleError as error:
        return Change(Status.ERROR, error.message, resource)
    except PolicyError as error:
        return Change(Status.ERROR, f"failed to patch resource: {error}", resource)
    if same(patched, resource):
        return Change(Status.SKIP, UNCHANGED, resource)
    problem = _undecodable(patched)
    if problem:
        return Change(Status.ERROR, f"failed to unmarshal patched resource: {problem}", resource)
    return Change(Status.PASS, "", patched)


def same(after: Any, before: Any) -> bool:
    """Whether nothing changed; what the two share is not walked. Upstream: compares texts, in which 1.0 is 1."""
    if after is before:
        return True
    if isinstance(after, dict):
        if not isinstance(before, dict) or len(after) != len(before):
            return False
        for key, value in after.items():  # a loop, because a generator takes twice as long
            other = before.get(key, ABSENT)
            if value is not other and not same(value, other):
                return False
        return True
    if isinstance(after, list):
        return isinstance(before, list) and len(after) == len(before) and all(map(same, after, before))
    return bool(after == before) and isinstance(after, bool) is isinstance(before, bool)


def _undecodable(patched: Any) -> str:
    """Why a document is no resource any more; empty if it is one."""
    if not isinstance(patched, dict):
        return f"json: cannot unmarshal {'array' if isinstance(patched, list) else 'value'} into a resource"
    kind = patched.get("kind")
    if kind and isinstance(kind, str):
        return ""
    try:
        return f"Object 'Kind' is missing in '{json_text(patched)}'"
    except (ExpressionError, ValueError):  # of values that are not of JSON
        return "Object 'Kind' is missing"


def success(patched: dict[str, Any]) -> str:
    """The message of a rule that changed something."""
    metadata = patched.get("metadata")
    kind, name = patched.get("kind"), text_of(metadata, "name") if isinstance(metadata, dict) else ""
    namespace = namespace_of(patched)
    return f"mutated {kind}/{name} in namespace {namespace}" if namespace else f"mutated {kind}/{name}"
