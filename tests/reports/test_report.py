"""A report keeps what it is asked to keep, counts the rest, and gives flat rows."""

from __future__ import annotations

import gc
import json
import pickle
import subprocess
import sys
import weakref
from collections import Counter
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.errors import Finding
from kyvernopy.reports import Report
from kyvernopy.reports.entries import FIELDS
from kyvernopy.results import ResourceRef, RuleResult, Status
from kyvernopy.source import Place, Resource

from . import samples
from .samples import REQUIRE_TAG, WEB, mixed, resource

UNREADABLE = Finding("yaml", "error", "mapping values are not allowed here", Place("b.yaml", 3))


def collected(**options: object) -> Report:
    """A report of one passing and one failing Pod."""
    pods = (WEB, resource("Pod", "cache", line=9))
    statuses = (Status.PASS, Status.FAIL)
    responses = [([RuleResult(REQUIRE_TAG, status, "m", pod)], pod) for status, pod in zip(statuses, pods, strict=True)]
    return Report.collect(responses, **options)


def test_a_report_iterates_over_its_results_in_order():
    results = mixed()
    report = Report(results)
    assert list(report) == results == list(report.results)
    assert len(report) == len(results)


def test_an_empty_report_has_all_five_counts():
    assert Report().summary == {"pass": 0, "fail": 0, "warn": 0, "error": 0, "skip": 0}
    assert str(Report()) == "0 results"


@given(samples.results)
def test_the_summary_equals_the_counts_of_the_rows(results: list[RuleResult]):
    report = Report(results)
    counts = Counter(row["status"] for row in report.rows())
    assert report.summary == {str(status): counts[str(status)] for status in Status}


@given(samples.results, st.sets(st.sampled_from(Status)))
def test_results_that_are_not_kept_are_still_counted(results: list[RuleResult], keep: set[Status]):
    report = Report.collect([(results, {})], keep=keep)
    assert report.results == tuple(result for result in results if result.status in keep)
    assert report.summary == Report(results).summary


def test_messages_of_results_that_are_not_kept_are_never_made():
    def unwanted() -> str:
        raise AssertionError("nobody reads this message")

    result = RuleResult(REQUIRE_TAG, Status.PASS, unwanted, WEB)
    assert Report.collect([([result], WEB)], keep={"fail"}).summary["pass"] == 1


def test_a_status_to_keep_is_checked_before_the_scan_starts():
    with pytest.raises(ValueError, match="failed"):
        Report.collect(never(), keep={"failed"})


def never():
    raise AssertionError("asked for a response")
    yield


class Pod(Resource):
    """A resource whose life can be watched."""


def test_a_report_lets_go_of_the_resources():
    lives: list[weakref.ref[Pod]] = []

    def responses():
        pod = Pod({"kind": "Pod", "metadata": {"name": "web"}})
        lives.append(weakref.ref(pod))
        yield [RuleResult(REQUIRE_TAG, Status.FAIL, lambda: pod["kind"], pod)], pod

    report = Report.collect(responses())
    gc.collect()
    assert [life() for life in lives] == [None]
    assert report.results[0].message == "Pod"


def test_results_of_one_resource_share_their_reference():
    first, second = Report([RuleResult(REQUIRE_TAG, status, "", WEB) for status in (Status.PASS, Status.FAIL)])
    assert first.resource is second.resource


def test_equal_resources_of_two_places_keep_their_places():
    twice = [RuleResult(REQUIRE_TAG, Status.PASS, "", resource("Pod", "web", line=line)) for line in (1, 5)]
    assert [row["source"] for row in Report(twice).rows()] == ["manifests.yaml:1", "manifests.yaml:5"]


# --- Rows ---


def test_a_row_is_flat_and_says_all():
    row = Report(mixed()).rows()[1]
    assert row == {
        "policy": "disallow-latest-tag",
        "rule": "autogen-forbid-latest",
        "status": "fail",
        "severity": "medium",
        "category": "Best Practices",
        "kind": "Pod",
        "namespace": "default",
        "name": "web",
        "message": "validation error: no latest. rule forbid-latest failed",
        "source": "manifests.yaml:1",
    }
    assert tuple(row) == FIELDS
    assert type(row["status"]) is str


def test_a_resource_of_unknown_source_has_an_empty_one():
    assert Report([RuleResult(REQUIRE_TAG, Status.PASS, "", {"kind": "Pod"})]).rows()[0]["source"] == ""


def test_plain_data_of_a_report_is_json():
    plain = collected(errors=[UNREADABLE]).to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["errors"] == [
        {"code": "yaml", "severity": "error", "message": UNREADABLE.message, "place": "b.yaml:3"},
    ]
    assert plain["results"] == collected().rows()


def test_errors_are_read_after_the_last_response():
    errors: list[Finding] = []

    def responses():
        yield [], WEB
        errors.append(UNREADABLE)

    assert Report.collect(responses(), errors=errors).errors == (UNREADABLE,)


@given(samples.results)
def test_a_report_survives_pickling(results: list[RuleResult]):
    report = Report(results, errors=[UNREADABLE])
    copy = pickle.loads(pickle.dumps(report))  # noqa: S301  (our own bytes)
    assert (copy.rows(), copy.summary, copy.errors) == (report.rows(), report.summary, report.errors)


# --- Columns ---


def test_columns_are_specs_over_the_resource():
    rows = collected(columns={"team": "metadata.labels.team", "where": ("metadata", "namespace")}).rows()
    assert [(row["team"], row["where"]) for row in rows] == [("shop", "default"), ("", "default")]
    assert list(rows[0]) == [*FIELDS, "team", "where"]


@pytest.mark.parametrize(
    ("spec", "cell"),
    [
        ("metadata.labels", '{"team":"shop"}'),
        ("metadata.nothing", ""),
        (lambda pod: len(pod["metadata"]), 3),
        (lambda pod: pod["metadata"]["nothing"], ""),
        (lambda _: None, ""),
        (lambda _: True, True),
        (lambda _: date(2026, 1, 2), "2026-01-02"),
        (lambda _: [{date(2026, 1, 2)}], "[{datetime.date(2026, 1, 2)}]"),
    ],
)
def test_a_cell_is_a_scalar_or_text(spec: object, cell: object):
    found = collected(columns={"own": spec}).rows()[0]["own"]
    assert (found, type(found)) == (cell, type(cell))


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"name": "metadata.name"}, "column name `name` is taken"),
        ({"resource": "metadata.name"}, "column name `resource` is taken"),
        ({"": "metadata.name"}, "column name `` is not a text"),
        ({1: "metadata.name"}, "column name `1` is not a text"),
        ({"team": "metadata..team"}, "column `team`: the path `metadata..team` has an empty part"),
        ({"team": ""}, "column `team`: the path `` has an empty part"),
        ({"team": 5}, "column `team`: `5` is no glom spec"),
        ({"team": None}, "column `team`: `None` is no glom spec"),
    ],
)
def test_a_wrong_column_is_an_error_before_the_scan_starts(columns: dict[str, object], complaint: str):
    with pytest.raises(ValueError, match=complaint.replace(".", r"\.")):
        Report.collect(never(), columns=columns)


def test_columns_stay_with_their_results_when_some_are_not_kept():
    rows = collected(columns={"own": "metadata.name"}, keep={Status.FAIL}).rows()
    assert [(row["name"], row["own"]) for row in rows] == [("cache", "cache")]


def test_glom_is_imported_only_for_columns():
    script = "import sys, kyvernopy.reports as r; str(r.Report()); sys.exit('glom' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


# --- For people ---


def test_the_short_form_has_the_counts():
    assert repr(Report(mixed())) == "<Report pass: 1, fail: 4, warn: 1, error: 3, skip: 1>"


class Cells(HTMLParser):
    """Collects the tags and the texts of a table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not attrs

    def handle_data(self, data):
        self.texts.append(data)


HOSTILE = "<script>alert(1)</script>&amp;\"'"


def test_html_escapes_what_policies_and_resources_say():
    pod = resource("Pod", HOSTILE, HOSTILE)
    result = RuleResult(REQUIRE_TAG, Status.FAIL, HOSTILE, pod)
    finding = Finding("yaml", "error", HOSTILE)
    shown = Cells(
        Report.collect([([result], pod)], columns={HOSTILE: lambda _: HOSTILE}, errors=[finding])._repr_html_()
    )
    assert set(shown.tags) == {"table", "caption", "br", "thead", "tr", "th", "tbody", "td"}
    assert shown.texts.count(HOSTILE) == 3  # the title and the cell of the column, the message
    assert f"{HOSTILE}/Pod/{HOSTILE}" in shown.texts
    assert f"error: {HOSTILE}" in shown.texts


def test_html_shows_a_bounded_number_of_rows():
    report = Report([RuleResult(REQUIRE_TAG, Status.PASS, "", ResourceRef(name=str(number))) for number in range(501)])
    shown = Cells(report._repr_html_())
    assert shown.tags.count("tr") == 501  # with the header
    assert "501 results: 501 pass, the first 500 are shown" in shown.texts
