"""Patterns, leaves and anchors give every recorded answer, whichever way they are evaluated."""

from __future__ import annotations

import pytest

from kyvernopy.engine.validation.patterns import _as_floats
from kyvernopy.patterns import compile_pattern
from kyvernopy.patterns.anchors import Anchor, format_key, parse_key, strip_anchors
from kyvernopy.patterns.explain import Kind, Mismatch
from kyvernopy.patterns.leaves import leaf_test
from kyvernopy.patterns.nodes import MapNode, Range
from kyvernopy.patterns.parse import INSIDE, OUTSIDE, Parser, is_anchored, parse_condition
from support import Answer, Row, check_rows, vectors

from .evaluators import closures, explained, generated


def ours(pattern: object, resource: object) -> set[str]:
    """The outcomes that all evaluators give; one, if they agree."""
    compiled = compile_pattern(pattern)
    outcomes = {str(compiled.explain(resource).outcome), closures(compiled, resource)}
    if generated(compiled, resource) not in (None, "pass" in outcomes):
        outcomes.add("generated source differs")
    return outcomes


def pattern_row(row: Row) -> Answer:
    if "any_pattern" in row:
        outcomes = set().union(*(ours(_as_floats(entry), row["resource"]) for entry in row["any_pattern"]))
        return "pass" if "pass" in outcomes else "fail" if outcomes & {"fail", "error"} else "skip", row["expect"]
    _, path, message = explained(row["pattern"], row["resource"])
    details = {"path": path, "message": message}
    recorded = {name: row[name] for name in details if name in row}
    answer = ours(row["pattern"], row["resource"]), {name: details[name] for name in recorded}
    return [sorted(answer[0]), answer[1]], [[row["expect"]], recorded]


def fuzz_row(row: Row) -> Answer:
    answer = sorted(ours(row["pattern"], row["resource"])), *explained(row["pattern"], row["resource"])[1:]
    return answer, ([row["expect"]], row.get("path", ""), row.get("message", ""))


def leaf_row(row: Row) -> Answer:
    """A leaf by itself, which is never a list; lists as values are not looked into."""
    return leaf_test(Parser().parse(row["pattern"]))(row["value"]), row["expect"]


def scalar_row(row: Row) -> Answer:
    match row["op"]:
        case "operator":
            condition = parse_condition(row["pattern"])
            ranges = {True: "!-", False: "-"}
            return ranges[condition.outside] if isinstance(condition, Range) else condition.operator, row["expect"]
        case "range-split":
            found = (INSIDE if row["regex"] == "in-range" else OUTSIDE).fullmatch(row["pattern"])
            return found and list(found.groups()), row["expect"]
        case "validate":
            return leaf_row(row)
    return None


def anchor_kind(anchor: Anchor | None) -> str | None:
    return anchor and anchor.name.lower().replace("_", "-")


def tree(pattern: object) -> MapNode:
    node = Parser().parse(pattern)
    assert isinstance(node, MapNode)
    return node


def anchor_row(row: Row) -> Answer:
    match row["op"]:
        case "parse":
            key = parse_key(row["key"])
            return (anchor_kind(key.anchor), key.name if key.anchor else None), (row["kind"], row["inner"])
        case "format":
            anchor = next(anchor for anchor in Anchor if anchor_kind(anchor) == row["kind"])
            return format_key(anchor, row["inner"]), row["key"]
        case "strip-path":
            return strip_anchors(row["path"]), row["expect"]
        case "split":
            node = tree(row["pattern"])
            phases = [[key.key.text for key in keys] for keys in (node.phase_one, node.phase_two)]
            return [sorted(phase) for phase in phases], [sorted(row["anchors"]), sorted(row["resources"])]
        case "error-text":
            return Mismatch(Kind[row["kind"].upper()], "", lambda: row["inner_message"]).message, row["expect"]
        case "nested-anchors":
            return is_anchored(Parser().parse(row["pattern"])), row["expect"]
        case "key-order":
            return [key.key.text for key in tree(row["pattern"]).phase_two], row["expect"]
        case "key-order-first":
            return tree(row["pattern"]).phase_two[0].key.text, row["expect"]
    return None  # the others are about functions that this design does not have


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("patterns", pattern_row),
        ("patterns-library", pattern_row),
        ("fuzz/patterns", fuzz_row),
        ("scalars", scalar_row),
        ("fuzz/leaves", leaf_row),
        ("anchors", anchor_row),
    ],
)
def test_recorded_answers(name, check):
    # spec 01 §4.1: tree matching never hands a list or a map of a pattern to the leaf comparison
    rows = [
        row
        for row in vectors(name)
        if check not in (leaf_row, scalar_row) or not isinstance(row.get("pattern"), list | dict)
    ]
    check_rows(name, check, rows)
