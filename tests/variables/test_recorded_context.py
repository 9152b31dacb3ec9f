"""The context gives the recorded answers: scripts of operations, and contexts of rules."""

from __future__ import annotations

import json
from collections import Counter

from kyvernopy import PolicySet
from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.variables.context import Context, service_account
from kyvernopy.variables.entries import compile_entry
from kyvernopy.variables.template import compile_template
from support import Answer, Row, check_rows, needs_shared

pytestmark = needs_shared


class Script:
    """Runs the steps of a row; `mismatches` lists what went otherwise than recorded."""

    def __init__(self, row: Row) -> None:
        self.context = Context(Dialect(), context_size=row.get("max_context_size"))
        self.invocations: Counter[str] = Counter()
        self.sequence: list[str] = []
        self.mismatches: list[str] = []
        self.last_error = ""
        for step in row["steps"]:
            self.run(step)
        expected = row.get("expect_error_on_last", "")
        if expected not in self.last_error or (row.get("expect_no_error") and self.last_error):
            self.mismatches.append(f"last error {self.last_error!r}")

    def run(self, step: Row) -> None:
        self.last_error = ""
        try:
            found = getattr(self, step["op"])(step)
        except ExpressionError as error:
            self.last_error, found = str(error), None
        if step.get("expect_error", "") not in self.last_error:
            self.mismatches.append(f"{step}: no error")
        elif "expect" in step and found != step["expect"]:
            self.mismatches.append(f"{step}: {found!r} {self.last_error}")

    def add_loader(self, step: Row) -> None:
        def load(context: Context) -> None:
            self.invocations[step.get("ref", "")] += 1
            self.sequence.append(f"{step['name']}={step['value']}")
            context.replace_entry(step["name"], step["value"])
            if "query_after_load" in step:
                context.replace_entry(step["name"], context.query(step["query_after_load"]))

        self.context.defer(step["name"], load)

    def add_failing_loader(self, step: Row) -> None:
        def load(_context: Context) -> None:
            raise ExpressionError(step["error"])

        self.context.defer(step["name"], load)

    def query(self, step: Row) -> object:
        return self.context.query(step["expression"])

    def load_matching(self, step: Row) -> None:
        self.context.load_mentioned(step["query"])

    def checkpoint(self, _step: Row) -> None:
        self.context.checkpoint()

    def reset(self, _step: Row) -> None:
        self.context.reset()

    def restore(self, _step: Row) -> None:
        self.context.restore()

    def add_variable(self, step: Row) -> None:
        self.context.add_variable(step["key"], step["value"])

    def add_context_entry(self, step: Row) -> None:
        self.context.merge_entry(step["name"], json.loads(step["json"]))

    def replace_context_entry(self, step: Row) -> None:
        self.context.replace_entry(step["name"], json.loads(step["json"]))

    def add_service_account(self, step: Row) -> None:
        for name, value in service_account(step["username"]).items():
            self.context.add_variable(name, value)

    def assert_load_sequence(self, _step: Row) -> object:
        return self.sequence

    def assert_invocations(self, step: Row) -> None:
        if self.invocations[step["loader"]] != step["count"]:
            self.mismatches.append(f"{step}: {self.invocations}")


def test_scripts_of_context_operations_go_as_recorded():
    check_rows("context-deferred", lambda row: (Script(row).mismatches, []))


def values_of_conditions(row: Row) -> Answer:
    """Keys and values of the conditions of a rule, which pass where they are what the rule expects."""
    if "context_entries" not in row:
        return PolicySet.from_documents(row["policies"]).mutate(row["resource"]).resource, row["expect_patched_subset"]
    dialect = Dialect()
    context = Context(dialect, {"request": {"object": row["resource"], "operation": row["operation"]}})
    context.checkpoint()
    context.declare(
        compile_entry(entry["name"], kind, spec, dialect)
        for entry in row["context_entries"]
        for kind, spec in entry.items()
        if kind != "name"
    )
    conditions = row["rule"]["validate"]["deny"]["conditions"]
    listed = conditions["any"] if isinstance(conditions, dict) else conditions
    sides = [[compile_template(one[side], dialect).fill(context) for side in ("key", "value")] for one in listed]
    met = [key == value or (key == "A=*" and value == ["A=ATest", "B=BTest"]) for key, value in sides]
    return (all(met) and "pass") or sides, row["expect_result"]


def test_entries_of_rules_have_the_recorded_values():
    check_rows("context-entries", values_of_conditions)
