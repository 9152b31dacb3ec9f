"""The command ends, counts and complains as Kyverno's own tests of its command line expect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kyvernopy.cli import version
from kyvernopy.cli.exceptions import exceptions_among_resources, exceptions_of_files
from kyvernopy.cli.output import skipped_text
from kyvernopy.errors import DocumentError
from kyvernopy.offline.user_info import load_user_info
from kyvernopy.source import Resource
from support import Answer, Row, check_rows, needs_shared, vectors

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.errors import Finding
    from kyvernopy.policies.exceptions import PolicyException

pytestmark = needs_shared

RUNS = ("cli_error", "cli_exit", "cli_output")


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(version, "_installed", lambda: "test")


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


# --- How a command ends ---


def test_commands_end_as_recorded(run):
    def check(row: Row) -> Answer:
        given, expected = row["input"], row["expect"]
        write(given.get("files", {}))
        ran = run(*given["command"].split(), *given["args"])
        # Wrong usage ends with 2 here, and with 1 in Kyverno.
        wrong_usage = expected["exit"] == 1 and bool(ran.stderr)
        return told(ran, expected), {**expected, "exit": 2} if wrong_usage else expected

    check_rows("cli_units", check, [row for row in vectors("cli_units") if row["function"] in RUNS])


def told(ran, expected: Row) -> Row:
    """What the expectation speaks of."""
    part = expected.get("stderr_contains", "")
    answers = {
        "exit": ran.exit,
        "stderr": ran.stderr.rstrip("\n"),
        "stderr_contains": part if part in ran.stderr else ran.stderr,
        "stdout_trimmed": ran.stdout.strip(),
        "stdout_contains": [part for part in expected.get("stdout_contains", []) if part in ran.stdout],
    }
    return {key: answers[key] for key in expected}


def test_user_info_files_are_read_as_recorded():
    def check(row: Row) -> Answer:
        write({"user.yaml": row["input"]["content"]})
        try:
            return load_user_info("user.yaml"), row.get("expect")
        except DocumentError:
            return "an error", "an error" if row.get("expect_error") else row.get("expect")

    check_rows("cli_units", check, [row for row in vectors("cli_units") if row["function"] == "load_userinfo"])


# --- What a run counts ---


def test_reports_of_apply_count_as_recorded(run):
    write({row["path"]: row["content"] for row in vectors("cli_apply_files")})
    check_rows("cli_apply", lambda row: apply_row(row, run))


def apply_row(row: Row, run: Callable) -> Answer:
    stdin = Path(row["stdin_file"]).read_bytes() if "stdin_file" in row else b""
    ran = run("apply", *arguments(row["flags"]), "--output-format=json", stdin=stdin)
    reports = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    results = [result for report in reports for result in report["results"]]
    summary = reports[0]["summary"] if reports else {}
    if "expect_report_summary" in row:
        merged = sum(report["kind"] == "ClusterReport" for report in reports)
        return (summary, merged), (row["expect_report_summary"], row["expect_cluster_reports"])
    if "expect_rule_counts" in row:
        expected = row["expect_rule_counts"]
        return {**summary, "rules": len(results)}, expected
    part = row["expect_failed_message_contains"]
    return any(part in result["message"] for result in results), True


def arguments(flags: Row) -> list[str]:
    """The flags of a row as arguments."""
    given = [*flags["policies"]]
    for name, value in flags.items():
        flag = "--" + name.replace("_", "-").removesuffix("s" if name.endswith("payloads") else "")
        if name in ("policies", "git_fixture"):
            continue
        values = value if isinstance(value, list) else [value]
        given += [f"{flag}={'true' if one is True else one}" for one in values]
    return given


# --- Exceptions and policies that are not evaluated ---


def test_exceptions_are_read_as_recorded():
    def check(row: Row) -> Answer:
        write({"exceptions.yaml": row["input"]["yaml"]})
        return told_of(*exceptions_of_files(["exceptions.yaml"])), row.get("expect", "an error")

    check_rows("cli_units", check, [row for row in vectors("cli_units") if row["function"] == "load_exceptions"])


def test_exceptions_are_found_among_resources_as_recorded():
    def check(row: Row) -> Answer:
        resources = [Resource({**one, "spec": {}}) for one in row["input"]]
        return told_of(*exceptions_among_resources(resources)), row["expect"]

    function = "select_exceptions_from_resources"
    check_rows("cli_units", check, [row for row in vectors("cli_units") if row["function"] == function])


def told_of(exceptions: list[PolicyException], findings: list[Finding]) -> object:
    """How many exceptions there are, or that something is wrong."""
    wrong = any(finding.severity == "error" for finding in findings)
    return "an error" if wrong else {"exceptions": len(exceptions), "cel_exceptions": 0}


def test_policies_that_are_not_evaluated_are_told_as_recorded():
    def check(row: Row) -> Answer:
        lists = (row["input"]["skipped"], row["input"]["invalid"])
        reasons = ("", "variable 'element.name' ")
        policies = [
            (one["name"], why + one["reason"]) for why, some in zip(reasons, lists, strict=True) for one in some
        ]
        text = skipped_text(policies).replace(reasons[1], "")
        expected = row["expect"]["stdout_contains"]
        return [part for part in expected if part in text], expected

    check_rows("cli_units", check, [row for row in vectors("cli_units") if row["function"] == "cli_skipped_policies"])
