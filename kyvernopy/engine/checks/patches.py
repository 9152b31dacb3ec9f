"""Checks of mutate rules that read no more than the rule: JSON patches, and one kind of change each (spec 03 §14.5, §14.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.checks.spots import Spot
from kyvernopy.errors import LimitExceeded, PatchError
from kyvernopy.variables.occurrences import replace_all_variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kyvernopy.engine.checks.spots import Checked, CheckedRule
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import Mutate, MutateForEach

__all__ = ["check_json_patch", "check_mutate", "read_operations"]

PLACEHOLDER = "kyvernojsonpatchvariable"
DECODING = "failed to decode patches: "
OPERATIONS = "`add`, `remove`, `replace`, `move`, `copy`, `test`"


# --- JSON patches (spec 03 §14.5 items 1, 2; spec 04 §1.4) ---


def read_operations(text: str) -> list[Any] | str:
    """The operations of a patch in YAML or JSON, or why it is none; a text without anything has none."""
    from kyvernopy.engine.mutation.patch_text import read_patch  # noqa: PLC0415  few rules have such patches
    from kyvernopy.kubernetes.json_patch import parse_patch  # noqa: PLC0415  see above

    if not text:
        return []
    try:
        operations = read_patch(text)
        if not isinstance(operations, list):
            parse_patch(operations)
            return []
    except (PatchError, LimitExceeded) as error:
        return str(error).removeprefix(DECODING)
    return operations


def check_json_patch(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """Operations of a patch exist and are complete, whatever its variables stand for."""
    mutate = one.rule.mutate
    if not mutate or not mutate.patches_json6902:
        return
    at = one.at.within("mutate.patchesJson6902")
    # Upstream: a patch that cannot be decoded gets the words for a path without a slash.
    slash = f"path must begin with a forward slash: {one.at.shown}: "
    operations = read_operations(replace_all_variables(mutate.patches_json6902, PLACEHOLDER))
    if isinstance(operations, str):
        yield at.error("invalid-json-patch", slash + operations, "write a list of operations")
        return
    # Go decodes the list first, and then looks into its operations.
    refused = sorted(filter(None, map(_refusal, operations)), key=lambda text: not text.startswith("json: "))
    for complaint in refused:
        yield at.error("invalid-json-patch", slash + complaint, f"complete the operation; `op` is one of {OPERATIONS}")
    for operation in operations:
        if not _refusal(operation):
            yield from _check_operation(operation, at, slash)
    if "Pod" in one.rule.match.resources.kinds:
        text = (
            "Pods managed by workload controllers should not be directly mutated using policies. "
            "Use the autogen feature or write policies that match Pod controllers."
        )
        yield one.at.within("match.resources.kinds").warning("json-patch-of-pods", text, "use `patchStrategicMerge`")


def _refusal(operation: Any) -> str:
    """Why an operation cannot be decoded, or nothing."""
    from kyvernopy.kubernetes.json_patch import parse_patch  # noqa: PLC0415  see read_operations

    try:
        parse_patch([operation])
    except (PatchError, LimitExceeded) as error:
        return str(error).removeprefix(DECODING)
    return ""


def _check_operation(operation: dict[str, Any], at: Spot, slash: str) -> Iterator[Finding]:
    """What Kyverno refuses of an operation that it can decode."""
    if not operation["path"].startswith("/"):
        yield at.error("invalid-json-patch", f"{slash}{operation['path']}", "begin the path with a slash")
    if operation["op"] == "test" and "value" not in operation:
        text = f"invalid value: {at.shown}: operation, missing value field: missing value"
        yield at.error("invalid-json-patch", text, "give the operation a `value`")


# --- Kinds of changes (spec 03 §14.6) ---


def check_mutate(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """A mutate rule, and each of its loops, makes one kind of change."""
    mutate = one.rule.mutate
    if not mutate:
        return
    shown, at = f"path: {one.at.shown}.mutate", one.at.within("mutate")
    if one.rule.cel_preconditions:
        text = f"{shown}..: celPrecondition can only be used with validate.cel"
        place = one.at.within("celPreconditions")
        yield place.error("cel-preconditions", text, "say it in `preconditions`")
    if mutate.foreach:
        if _has_strategic(mutate) or mutate.patches_json6902:
            text = "only one of `foreach`, `patchStrategicMerge`, or `patchesJson6902` is allowed"
            yield at.error("several-changes", f"{shown}.foreach.: {text}", "make one rule of each")
        yield from _check_loops(mutate.foreach, Spot(f"{shown}.", f"{at.path}.foreach"))
    elif _has_strategic(mutate) and mutate.patches_json6902:
        text = "only one of `patchStrategicMerge` or `patchesJson6902` is allowed"
        yield at.error("several-changes", f"{shown}.foreach.: {text}", "make one rule of each")


def _check_loops(loops: Sequence[MutateForEach], at: Spot, *, asked: bool = True) -> Iterator[Finding]:
    """What is wrong with loops. Upstream: those after the first with loops in it are not asked; they fail when applied."""
    shown = at.shown
    for index, loop in enumerate(loops):
        shown += f"foreach[{index}]"  # Upstream: the numbers of the loops before are not taken away
        place = Spot(shown, f"{at.path}[{index}]")
        say = place.error if asked else place.warning
        strategic, patch = _has_strategic(loop), bool(loop.patches_json6902)
        if loop.foreach:
            if strategic or patch or loop.context or loop.preconditions:
                text = "a nested foreach cannot contain other declarations"
                yield say("loop-around-loops", f"{shown}.: {text}", "move them into the inner loops")
            yield from _check_loops(loop.foreach, place.within("foreach"), asked=asked)
            asked = False
        elif strategic == patch:
            text = "only one of `patchStrategicMerge` or `patchesJson6902` is allowed"
            advice = "make one loop of each" if strategic else "add a `patchStrategicMerge` or `patchesJson6902`"
            yield say("several-changes" if strategic else "no-change", f"{shown}.: {text}", advice)


def _has_strategic(change: Mutate | MutateForEach) -> bool:
    return change.patch_strategic_merge is not None
