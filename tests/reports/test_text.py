"""What people read: the printed results and the counts of the command, and tables. Whole texts lie in `golden/`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.errors import Finding
from kyvernopy.reports import Report
from kyvernopy.reports.counts import Counts, count
from kyvernopy.reports.table import draw, printable, results_table, width
from kyvernopy.reports.text import counts_line, path, results_text
from kyvernopy.results import PolicyRef, ResourceRef, RuleInfo, RuleResult, Status
from kyvernopy.source import Place

from . import samples
from .samples import ADD_LABELS, FORBID_LATEST, REPLICAS, REQUIRE_TAG, WEB, mixed, resource

GOLDEN = Path(__file__).parent / "golden"


def agrees(name: str, text: str) -> None:
    """Compare with a stored text; KYVERNOPY_WRITE_GOLDEN=1 stores it instead."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("KYVERNOPY_WRITE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


# --- Results as the command prints them ---


def test_printed_results_are_as_stored():
    agrees("results", results_text(mixed()) + counts_line(count(mixed())))


def test_printed_results_are_as_stored_where_audit_policies_warn():
    agrees("results-audit-warn", results_text(mixed(), audit_warn=True) + counts_line(count(mixed(), audit_warn=True)))


def test_the_line_of_counts_ends_in_a_blank():
    assert counts_line(Counts(1, 2, 3, 4, 5)) == "\npass: 1, fail: 2, warn: 3, error: 4, skip: 5 \n"


def test_a_cluster_scoped_resource_keeps_its_slash_and_a_payload_has_a_name():
    assert path(ResourceRef(kind="Namespace", name="prod")) == "/Namespace/prod"
    assert path(ResourceRef(api_version="v1")) == "JSON payload"


def test_failures_of_one_policy_and_resource_are_one_block():
    results = [RuleResult(info, Status.FAIL, "no", WEB) for info in (REQUIRE_TAG, FORBID_LATEST, REPLICAS)]
    blocks = results_text(results).split("policy ")[1:]
    assert [block.count("\n") for block in blocks] == [3, 2]


def test_what_could_command_a_terminal_is_escaped():
    text = results_text([RuleResult(REQUIRE_TAG, Status.FAIL, "a\x1b[2J\u202eb\ud800\tc\nd", WEB)])
    assert text.endswith("1 - require-tag a\\x1b[2J\\u202eb\\ud800\tc\nd\n")
    assert printable("Käse 👩‍🚒 漢字\xa0\n\t") == "Käse 👩‍🚒 漢字\xa0\n\t"


# --- Counts ---


def counted(kind: str, rule_type: str, status: Status, **annotations: str) -> str:
    result = RuleResult(RuleInfo(PolicyRef("p", kind, annotations), "r", rule_type), status, "", WEB)
    return ", ".join(part for part in str(count([result])).split(", ") if not part.endswith(": 0"))


@pytest.mark.parametrize(
    ("kind", "rule_type", "expected"),
    [
        ("ClusterPolicy", "Validation", "pass: 1|fail: 1|warn: 1|error: 1|skip: 1"),
        ("Policy", "ImageVerify", "pass: 1|fail: 1|warn: 1|error: 1|skip: 1"),
        ("ClusterPolicy", "Mutation", "pass: 1|fail: 1||error: 1|skip: 1"),
        ("ClusterPolicy", "Generation", "pass: 1|fail: 1|warn: 1|error: 1|skip: 1"),
        ("GeneratingPolicy", "Generation", "pass: 1|fail: 1|warn: 1|error: 1|skip: 1"),
        ("MutatingPolicy", "Mutation", "pass: 2|fail: 2||error: 2|skip: 2"),
        ("MutatingAdmissionPolicy", "Mutation", "pass: 1|fail: 1||error: 1|skip: 1"),
        ("ValidatingPolicy", "Validation", "pass: 1|fail: 1||error: 1|skip: 1"),
        ("ValidatingAdmissionPolicy", "Validation", "pass: 1|fail: 1||error: 1|"),
    ],
)
def test_what_counts_depends_on_kind_and_type(kind: str, rule_type: str, expected: str):
    assert [counted(kind, rule_type, status) for status in Status] == expected.split("|")


def test_failures_that_are_not_scored_count_as_warnings_where_rules_validate():
    unscored = {samples.SCORED: "false"}
    assert counted("ClusterPolicy", "Validation", Status.FAIL, **unscored) == "warn: 1"
    assert counted("ClusterPolicy", "Mutation", Status.FAIL, **unscored) == "fail: 1"


def test_failures_of_audit_policies_count_as_warnings_on_demand():
    results = [RuleResult(info, Status.FAIL, "", WEB) for info in (REQUIRE_TAG, FORBID_LATEST, ADD_LABELS)]
    assert count(results, audit_warn=True) == Counts(failed=2, warned=1)


def test_a_rule_counts_once_in_a_response():
    twice = [RuleResult(REQUIRE_TAG, status, "", WEB) for status in (Status.PASS, Status.FAIL)]
    assert count(twice) == Counts(passed=1)
    other = RuleResult(REQUIRE_TAG, Status.FAIL, "", resource("Pod", "other"))
    assert count([*twice, other]) == Counts(passed=1, failed=1)


def test_counts_add_up():
    assert count(mixed()) + Counts(errors=2) == Counts(1, 3, 2, 5, 1)


# --- Tables ---


def test_the_table_of_results_is_as_stored():
    agrees("table", results_table(mixed()))


def test_the_detailed_table_of_results_is_as_stored():
    agrees("table-detailed", results_table(mixed(), detailed=True, audit_warn=True))


def test_a_long_table_says_how_many_rows_it_has():
    agrees("table-long", draw(["id", "name"], [[str(number), "x" * number] for number in range(1, 12)]))


def test_cells_are_broken_at_blanks_or_else_anywhere():
    agrees("table-wrapped", draw(["ID", "MESSAGE"], [["1", "one two three\nfour"], ["2", "x" * 25]], limit=10))


def test_a_style_sees_plain_text_and_takes_no_room():
    seen: list[tuple[str, str]] = []

    def style(column: str, text: str) -> str:
        seen.append((column, text))
        return f"<{text}>" if text == "Fail" else text

    plain = draw(["ID", "RESULT"], [["1", "Fail"]])
    styled = draw(["ID", "RESULT"], [["1", "Fail"]], style=style)
    assert styled == plain.replace("Fail", "<Fail>")
    assert seen == [("", "ID"), ("", "RESULT"), ("ID", "1"), ("RESULT", "Fail")]


@given(st.lists(st.lists(st.text(max_size=30), min_size=2, max_size=2), max_size=12), st.integers(1, 20))
def test_all_lines_of_a_table_have_the_same_width(rows: list[list[str]], limit: int):
    assert len({width(line) for line in draw(["A", "B"], rows, limit=limit).split("\n")[:-1]}) == 1


def test_a_report_prints_as_stored():
    errors = [Finding("yaml", "error", "mapping values are not allowed here", Place("b.yaml", 3))]
    responses = [([result], {"metadata": {"labels": {"team": "shop"}}}) for result in mixed()]
    report = Report.collect(responses, columns={"team": "metadata.labels.team"}, keep={"fail", "warn"}, errors=errors)
    agrees("report", f"{report}\n")


def test_long_messages_are_cut_in_a_report():
    text = str(Report([RuleResult(REQUIRE_TAG, Status.FAIL, "m" * 101, WEB)]))
    assert "m" * 99 + "…" in text
    assert "m" * 100 not in text
