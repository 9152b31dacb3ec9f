"""Checks of mutate rules that read no more than the rule: JSON patches, and one kind of change each (spec 03 §14.5, §14.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.documents.read import Document, read_documents
from kyvernopy.engine.checks.spots import Spot
from kyvernopy.variables.occurrences import replace_all_variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kyvernopy.engine.checks.spots import Checked, CheckedRule
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import Mutate, MutateForEach

__all__ = ["check_json_patch", "check_mutate", "read_patch"]

OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")
WITHOUT_VALUE = ("remove", "move", "copy")
PLACEHOLDER = "kyvernojsonpatchvariable"


# --- JSON patches (spec 03 §14.5 items 1, 2) ---


def read_patch(text: str) -> list[Any] | str:
    """The operations of a patch in YAML or JSON, or why it is none; a text without anything has none."""
    documents = list(read_documents(text))
    if not documents:
        return []
    first = documents[0]
    if not isinstance(first, Document):
        return first.finding.message
    if first.value is None:
        return []
    return first.value if isinstance(first.value, list) else "a JSON patch is a list of operations"


def check_json_patch(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """Operations of a patch exist and are complete, whatever its variables stand for."""
    mutate = one.rule.mutate
    if not mutate or not mutate.patches_json6902:
        return
    at = one.at.within("mutate.patchesJson6902")
    # Upstream: a text that is no patch gets the words for a path without a slash.
    slash = f"path must begin with a forward slash: {one.at.shown}: "
    operations = read_patch(replace_all_variables(mutate.patches_json6902, PLACEHOLDER))
    if isinstance(operations, str):
        yield at.error("invalid-json-patch", slash + operations, "write a list of operations")
        return
    for operation in operations:
        yield from _check_operation(operation if isinstance(operation, dict) else {}, at, slash)
    if "Pod" in one.rule.match.resources.kinds:
        text = (
            "Pods managed by workload controllers should not be directly mutated using policies. "
            "Use the autogen feature or write policies that match Pod controllers."
        )
        yield one.at.within("match.resources.kinds").warning("json-patch-of-pods", text, "use `patchStrategicMerge`")


def _check_operation(operation: dict[str, Any], at: Spot, slash: str) -> Iterator[Finding]:
    path, kind = operation.get("path"), operation.get("op", "unknown")
    if not isinstance(path, str):
        text = f"{slash}operation missing path field: missing value"
        yield at.error("invalid-json-patch", text, "give every operation a `path`")
    elif not path.startswith("/"):
        yield at.error("invalid-json-patch", f"{slash}{path}", "begin the path with a slash")
    if kind not in OPERATIONS:
        text = f"unexpected kind: {at.shown}: {kind}"
        yield at.error("invalid-json-patch", text, f"write one of {', '.join(f'`{name}`' for name in OPERATIONS)}")
    elif kind not in WITHOUT_VALUE and "value" not in operation:
        text = f"invalid value: {at.shown}: operation, missing value field: missing value"
        yield at.error("invalid-json-patch", text, "give the operation a `value`")


# --- Kinds of changes (spec 03 §14.6) ---


def check_mutate(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """A mutate rule, and each of its loops, makes one kind of change."""
    mutate = one.rule.mutate
    if not mutate:
        return
    shown, at = f"path: {one.at.shown}.mutate", one.at.within("mutate")
    if mutate.foreach:
        if _has_strategic(mutate) or mutate.patches_json6902:
            text = "only one of `foreach`, `patchStrategicMerge`, or `patchesJson6902` is allowed"
            yield at.error("several-changes", f"{shown}.foreach.: {text}", "make one rule of each")
        yield from _check_loops(mutate.foreach, Spot(f"{shown}.", f"{at.path}.foreach"))
    elif _has_strategic(mutate) and mutate.patches_json6902:
        text = "only one of `patchStrategicMerge` or `patchesJson6902` is allowed"
        yield at.error("several-changes", f"{shown}.foreach.: {text}", "make one rule of each")


def _check_loops(loops: Sequence[MutateForEach], at: Spot) -> Iterator[Finding]:
    shown = at.shown
    for index, loop in enumerate(loops):
        shown += f"foreach[{index}]"  # Upstream: the numbers of the loops before are not taken away
        place = Spot(shown, f"{at.path}[{index}]")
        strategic, patch = _has_strategic(loop), bool(loop.patches_json6902)
        if loop.foreach:
            if strategic or patch or loop.context or loop.preconditions:
                text = "a nested foreach cannot contain other declarations"
                advice = "move them into the inner loops"
                yield place.error("loop-around-loops", f"{shown}.: {text}", advice)
            yield from _check_loops(loop.foreach, place.within("foreach"))
        elif strategic == patch:
            text = "only one of `patchStrategicMerge` or `patchesJson6902` is allowed"
            advice = "make one loop of each" if strategic else "add a `patchStrategicMerge` or `patchesJson6902`"
            yield place.error("several-changes" if strategic else "no-change", f"{shown}.: {text}", advice)


def _has_strategic(change: Mutate | MutateForEach) -> bool:
    return change.patch_strategic_merge is not None
