"""Report documents have the fields, names and order of Kyverno's, and are read back as they were written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.documents.emit import emit
from kyvernopy.documents.json_text import parse_json, write_json
from kyvernopy.documents.read import read_documents
from kyvernopy.reports import Report, entries
from kyvernopy.reports.policy_report import KINDS, merged_report, namespaced_reports, policy_reports
from kyvernopy.results import PolicyRef, ResourceRef, RuleInfo, RuleResult, Status
from kyvernopy.source import Place

from . import samples
from .samples import CHECK_LABELS, DATABASE, FORBID_LATEST, REPLICAS, REQUIRE_TAG, WEB, mixed, resource

OPEN = "openreports.io/v1alpha1"
FAIL = RuleResult(REQUIRE_TAG, Status.FAIL, "no tag", WEB)

# --- Entries ---


def test_an_entry_has_every_field_in_the_order_of_the_alphabet():
    assert list(entries.entry(FAIL, timestamp=1_700_000_000, with_resource=True).items()) == [
        ("category", "Best Practices"),
        ("message", "no tag"),
        ("policy", "disallow-latest-tag"),
        ("properties", {"process": "background scan"}),
        ("resources", [{"apiVersion": "v1", "kind": "Pod", "name": "web", "namespace": "default"}]),
        ("result", "fail"),
        ("rule", "require-tag"),
        ("scored", True),
        ("severity", "medium"),
        ("source", "kyverno"),
        ("timestamp", {"nanos": 0, "seconds": 1_700_000_000}),
    ]


def test_empty_fields_are_absent_but_policy_and_source_stay():
    result = RuleResult(RuleInfo(PolicyRef("", annotations={samples.SCORED: "false"}), ""), Status.PASS, "", {})
    assert entries.entry(result) == {
        "policy": "",
        "properties": {"process": "background scan"},
        "result": "pass",
        "source": "kyverno",
    }


@pytest.mark.parametrize(
    ("seconds", "stamp"),
    [
        (0, {"nanos": 0, "seconds": 0}),
        (12.5, {"nanos": 500_000_000, "seconds": 12}),
        (1.9999999999, {"nanos": 0, "seconds": 2}),
    ],
)
def test_a_time_stamp_has_whole_seconds_and_nanoseconds(seconds: float, stamp: dict[str, int]):
    assert entries.entry(FAIL, timestamp=seconds)["timestamp"] == stamp


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({}, "no tag"),
        ({"passMessage": "other"}, "no tag"),
        ({"failMessage": "of failures"}, "of failures"),
        ({"failMessage": ""}, "no tag"),
        ({"failMessage": "of failures", "message": "of all"}, "of all"),
        ({"failMessage": "of failures", "message": ""}, "of failures"),
    ],
)
def test_properties_override_the_message_and_remain(properties: dict[str, str], message: str):
    entry = entries.entry(FAIL.with_properties(properties))
    assert entry["message"] == message
    assert entry["properties"] == {**properties, "process": "background scan"}


def test_the_message_for_failures_counts_before_the_failure_becomes_a_warning():
    result = RuleResult(REPLICAS, Status.FAIL, "few", DATABASE)
    entry = entries.entry(result.with_properties({"failMessage": "too few", "warnMessage": "hardly enough"}))
    assert (entry["result"], entry["message"], entry.get("scored")) == ("warn", "too few", None)


@pytest.mark.parametrize(
    ("kind", "source", "process", "policy"),
    [
        ("ClusterPolicy", "kyverno", "admission review", "p"),
        ("Policy", "kyverno", "admission review", "p"),
        ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicy", "background scan", "r"),
        ("MutatingAdmissionPolicy", "MutatingAdmissionPolicy", "background scan", "r"),
        ("ValidatingPolicy", "KyvernoValidatingPolicy", "admission review", "p"),
        ("NamespacedValidatingPolicy", "KyvernoValidatingPolicy", "admission review", "p"),
        ("ImageValidatingPolicy", "KyvernoImageValidatingPolicy", "admission review", "p"),
        ("GeneratingPolicy", "KyvernoGeneratingPolicy", "admission review", "p"),
        ("MutatingPolicy", "KyvernoMutatingPolicy", "admission review", "p"),
    ],
)
def test_source_process_and_policy_depend_on_the_kind(kind: str, source: str, process: str, policy: str):
    result = RuleResult(RuleInfo(PolicyRef("p", kind, background=False), "r"), Status.PASS, "", WEB)
    entry = entries.entry(result)
    assert (entry["source"], entry["properties"]["process"], entry["policy"]) == (source, process, policy)


def test_audit_warn_speaks_of_the_policy_and_only_of_classic_ones():
    def warned(kind: str, **actions: str) -> bool:
        result = RuleResult(RuleInfo(PolicyRef("p", kind), "r", **actions), Status.FAIL, "", WEB)
        assert entries.reported(result) is Status.FAIL
        return entries.reported(result, audit_warn=True) is Status.WARN

    assert warned("ClusterPolicy", action="Enforce", policy_action="Audit")
    assert warned("Policy", policy_action="audit")
    assert not warned("ClusterPolicy", action="Audit", policy_action="Enforce")
    assert not warned("ValidatingPolicy", policy_action="Audit")


# --- Reports about resources ---


def test_there_is_one_report_for_each_resource():
    reports = Report(mixed()).to_policy_reports()
    assert [(report["kind"], report["metadata"]["name"], len(report["results"])) for report in reports] == [
        ("PolicyReport", "pod-web", 3),
        ("PolicyReport", "deployment-database", 4),
        ("ClusterPolicyReport", "namespace-production", 3),
    ]


def test_a_report_of_either_api_has_the_same_content():
    one = Report([FAIL]).to_policy_reports(timestamp=1)
    two = Report([FAIL]).to_policy_reports(timestamp=1, api=OPEN)
    assert one == [
        {
            "apiVersion": "wgpolicyk8s.io/v1alpha2",
            "kind": "PolicyReport",
            "metadata": {
                "labels": {"app.kubernetes.io/managed-by": "kyverno"},
                "name": "pod-web",
                "namespace": "default",
            },
            "results": [entries.entry(FAIL, timestamp=1)],
            "scope": {"apiVersion": "v1", "kind": "Pod", "name": "web", "namespace": "default"},
            "summary": {"error": 0, "fail": 1, "pass": 0, "skip": 0, "warn": 0},
        }
    ]
    assert two == [{**one[0], "apiVersion": OPEN, "kind": "Report", "source": "kyverno"}]


def test_an_unknown_api_is_refused():
    with pytest.raises(ValueError, match="unknown report API `v1`"):
        Report().to_policy_reports(api="v1")


def test_a_known_uid_names_the_report_and_its_owner():
    pod = resource("Pod", "web")
    pod["metadata"]["uid"] = "6f1e"
    (report,) = policy_reports([RuleResult(REQUIRE_TAG, Status.PASS, "", pod)])
    assert report["metadata"] == {
        "labels": {"app.kubernetes.io/managed-by": "kyverno"},
        "name": "6f1e",
        "namespace": "default",
        "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "web", "uid": "6f1e"}],
    }
    assert report["scope"]["uid"] == "6f1e"


def test_results_are_sorted_by_policy_and_rule():
    (report,) = policy_reports(
        [RuleResult(info, Status.PASS, "", WEB) for info in (REPLICAS, REQUIRE_TAG, FORBID_LATEST)]
    )
    found = [(entry["policy"], entry["rule"]) for entry in report["results"]]
    assert found == sorted(found)


def test_the_summary_counts_what_the_document_says():
    (report,) = policy_reports([RuleResult(REPLICAS, Status.FAIL, "", DATABASE)])
    assert report["summary"] == {"error": 0, "fail": 0, "pass": 0, "skip": 0, "warn": 1}


def test_pods_without_a_name_are_told_apart_by_their_place():
    pods = [resource("Pod", "", line=line) for line in (1, 7)]
    reports = policy_reports([RuleResult(REQUIRE_TAG, Status.PASS, "", pod) for pod in pods for _ in "ab"])
    assert [len(report["results"]) for report in reports] == [2, 2]
    assert len({report["metadata"]["name"] for report in reports}) == 2


NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")


@given(samples.results)
def test_names_are_names_of_objects_and_stay_the_same(results: list[RuleResult]):
    reports = policy_reports(results)
    named = [report["metadata"]["name"] for report in reports]
    assert all(NAME.fullmatch(name) and len(name) <= 253 for name in named)
    assert named == [report["metadata"]["name"] for report in policy_reports(results)]


def test_names_that_become_the_same_are_told_apart():
    roles = [resource("ClusterRole", name, "") for name in ("system:node", "system-node", "system/node")]
    reports = policy_reports([RuleResult(REQUIRE_TAG, Status.PASS, "", role) for role in roles])
    first, second, third = (report["metadata"]["name"] for report in reports)
    assert second == "clusterrole-system-node"
    assert len({first, second, third}) == 3
    assert all(name.startswith("clusterrole-system-node-") for name in (first, third))


# --- Reports of the command ---


def test_the_merged_report_has_all_cluster_wide_policies():
    merged = merged_report(mixed(), timestamp=1)
    assert merged is not None
    assert {key: merged[key] for key in ("apiVersion", "kind", "metadata")} == {
        "apiVersion": OPEN,
        "kind": "ClusterReport",
        "metadata": {"name": "merged"},
    }
    assert [(entry["policy"], entry["resources"][0]["name"]) for entry in merged["results"]] == [
        ("disallow-latest-tag", "web"),
        ("disallow-latest-tag", "web"),
        ("disallow-latest-tag", "production"),
        ("disallow-latest-tag", "production"),
        ("add-labels", "web"),
        ("add-labels", "database"),
        ("require-replicas", "database"),
        ("check-replicas", "database"),
        ("make-quota", "production"),
    ]
    assert merged["summary"] == {"error": 3, "fail": 2, "pass": 1, "skip": 1, "warn": 2}


def test_each_response_of_a_namespaced_policy_has_a_report():
    other = resource("Deployment", "cache", "team-a")
    results = [RuleResult(CHECK_LABELS, Status.FAIL, "", each) for each in (DATABASE, other)]
    reports = namespaced_reports([*results, FAIL], audit_warn=True)
    assert [(report["kind"], report["apiVersion"], report["metadata"]) for report in reports] == [
        ("PolicyReport", OPEN, {"name": "check-labels", "namespace": "team-a"})
    ] * 2
    assert [report["summary"]["warn"] for report in reports] == [1, 1]
    assert merged_report(results) is None


@given(samples.results)
def test_every_result_is_in_one_report_of_the_command(results: list[RuleResult]):
    merged = merged_report(results)
    reports = [*([merged] if merged else []), *namespaced_reports(results)]
    assert sum(len(report["results"]) for report in reports) == len(results)


# --- Text ---


@given(samples.results, st.one_of(st.none(), st.integers(0, 2**33)), st.sampled_from([*KINDS]))
def test_documents_are_read_as_they_were_written(results: list[RuleResult], timestamp: int | None, api: str):
    reports = Report(results).to_policy_reports(timestamp, api)
    for report in [*reports, *namespaced_reports(results, timestamp=timestamp)]:
        (document,) = read_documents(emit(report))
        assert document.value == report
        assert parse_json(write_json(report)) == report


def test_a_place_is_no_part_of_an_identity():
    assert ResourceRef(name="a", place=Place("b")) == ResourceRef(name="a")


def test_an_entry_names_the_exceptions_that_were_applied():
    skipped = RuleResult(REQUIRE_TAG, Status.SKIP, "", WEB).with_exceptions(["shop/one", "two"])
    assert entries.entry(skipped)["properties"] == {"exceptions": "one,two", "process": "background scan"}
