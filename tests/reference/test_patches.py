"""The definition of the two mutation methods gives every recorded answer; of errors, only that they happen."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from support import Answer, Row, check_rows, same

from . import strategic_merge
from .json_patch import json_patch
from .merging import MERGE_KEYS, merge_document
from .patch_error import PatchError


class Failure:
    """The outcome of a row that ends in an error; all are equal."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Failure)

    __hash__ = None  # type: ignore[assignment]  # compared, never stored

    def __repr__(self) -> str:
        return f"error {self.text}"


def outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*copy.deepcopy(arguments))
    except PatchError as error:
        return Failure(str(error))


def status(before: Any, after: Any) -> str:
    return "error" if isinstance(after, Failure) else "skip" if same(before, after) else "pass"


def recorded(row: Row) -> Any:
    if "expect_error" in row:
        return Failure(str(row["expect_error"]))
    return row["resource"] if row.get("expect_unchanged") else row["expect"]


# Each kind of row: what the definition says, and what was recorded.


def fuzz_merge(row: Row) -> Answer:
    return outcome(strategic_merge.strategic_merge, row["resource"], row["overlay"]), recorded(row)


def fuzz_patch(row: Row) -> Answer:
    return outcome(json_patch, row["resource"], row["patch"]), recorded(row)


def merge_row(row: Row) -> Answer:
    patch: Any = copy.deepcopy(row.get("patch", row.get("pattern")))
    match row["op"]:
        case "apply":
            return outcome(strategic_merge.strategic_merge, row["resource"], patch), recorded(row)
        case "merge_only":
            return outcome(merge_document, row["resource"], patch), recorded(row)
        case "preprocess" if "error_kind" in row:
            return walked(patch, row["resource"]), row["error_kind"].removesuffix("_condition")
        case "validate_conditions":
            return walked(patch, row["resource"]), row.get("expect_error_kind", "ok")
        case "check_condition":
            return strategic_merge.holds(patch, row["resource"]), row.get("expect_ok", False)
        case "filter_condition_keys":
            return strategic_merge.keys_with(patch, strategic_merge.CONDITIONS), row["expect_keys"]
        case "preprocess" if "expect_patch" in row:
            return strategic_merge.preprocess(patch, row["resource"]), row["expect_patch"]
        case "preprocess":
            return list_length(row, strategic_merge.preprocess(patch, row["resource"]))
        case "strip_anchors":
            return list_length(row, strategic_merge.remove_anchors(patch))
    return None


def walked(pattern: Any, resource: Any) -> str:
    """How the walk ends."""
    try:
        strategic_merge.walk(pattern, resource)
    except strategic_merge.ConditionFailed:
        return "condition"
    except strategic_merge.GlobalConditionFailed:
        return "global"
    return "ok"


def list_length(row: Row, patch: Any) -> Answer:
    for step in row["expect_list_length"]["path"].split("."):
        patch = patch[step]
    first = row.get("expect_first_name", patch[0]["name"])
    return [len(patch), patch[0]["name"]], [row["expect_list_length"]["length"], first]


def patch_row(row: Row) -> Answer:
    if row.get("expect_roundtrip"):  # about the making of patches, chapter 4 §4.5
        return None
    before = row.get("document", row.get("resource", row.get("before")))
    patch = row.get("patch_text", row.get("patch", row.get("expect_ops_unordered", "")))
    after = outcome(json_patch, before, json.dumps(patch) if isinstance(patch, list) else patch)
    if "expect_rule_status" in row:
        changed = row.get("expect", before) if row["expect_rule_status"] != "error" else Failure("")
        return [status(before, after), after], [row["expect_rule_status"], changed]
    if "expect_diff_ops_subset_of" in row:
        return after, outcome(json_patch, before, row["expect_diff_ops_subset_of"])
    if "accepted" in row.get("note", ""):  # refused with fewer options than Kyverno sets
        return isinstance(after, Failure), False
    return after, row["after"] if row.get("op") == "diff" else recorded(row)


def schema_row(row: Row) -> Answer:
    table = MERGE_KEYS[f"{row['apiVersion']} {row['kind']}"]
    merge_lists = {entry["path"].replace("[]", ".[]"): entry["merge_keys"] for entry in row["merge_lists"]}
    return table, merge_lists


CHECKS: dict[str, Callable[[Row], Answer]] = {
    "strategic_merge": merge_row,
    "strategic_merge_schema": schema_row,
    "json6902": patch_row,
    "fuzz/strategic_merge": fuzz_merge,
    "fuzz/json6902": fuzz_patch,
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_definition_gives_the_recorded_answers(name: str) -> None:
    check_rows(name, CHECKS[name], others=True)
