"""Reports give what Kyverno's own tests expect of reports, result entries, tables and the counts of the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from kyvernopy import PolicySet
from kyvernopy.reports import Report, entries, policy_report, table
from kyvernopy.reports.counts import count
from kyvernopy.results import PolicyRef, RuleInfo, RuleResult, Status
from reference.decision import blocks, failure_action
from reference.rules import validate
from support import Answer, Row, check_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STATUSES = {"warning": Status.WARN}


def policy_of(document: dict[str, Any]) -> PolicyRef:
    metadata, spec = document["metadata"], document["spec"]
    namespace, name = metadata.get("namespace"), metadata["name"]
    return PolicyRef(
        f"{namespace}/{name}" if namespace else name,
        document["kind"],
        metadata.get("annotations", {}),
        background=spec.get("background", True),
        admission=spec.get("admission", True),
    )


RESOURCE: Row = {}  # one object, as all results of one request are about one


def result_of(policy: PolicyRef, rule: str, status: str, message: str = "", action: str = "Audit") -> RuleResult:
    return RuleResult(RuleInfo(policy, rule, policy_action=action), Status(status), message, RESOURCE)


# --- Small questions ---


def small_row(row: Row) -> Answer:
    match row["function"]:
        case "severity":
            return entries.severity({"policies.kyverno.io/severity": row["input"]}), row["expect"]
        case "process":
            policy = PolicyRef("any", background=row["background"], admission=row["admission"])
            return entries.process(policy), row["expect"]
        case "joinNonEmpty":
            return entries.join(row["elems"], row["sep"]), row["expect"]
        case "reportResult":
            status = STATUSES.get(row["ruleStatus"], row["ruleStatus"])
            return entries.entry(result_of(PolicyRef("any"), "any", status))["result"], row["expect"]
        case "policyReport":
            return report_row(row)
    return None


def unit_row(row: Row) -> Answer:
    answer = UNITS.get(row["function"])
    return answer(row["input"], row["expect"]) if answer else None


def flat(reports: list[Row]) -> Iterator[Row]:
    for report in reports:
        yield from report["results"]


def shape(document: Any, expected: Any) -> Any:
    """The part of a document that an expectation speaks of."""
    if isinstance(document, dict) and isinstance(expected, dict):
        return {key: shape(document[key], part) for key, part in expected.items() if key in document}
    if isinstance(document, list) and isinstance(expected, list) and len(document) == len(expected):
        return [shape(item, part) for item, part in zip(document, expected, strict=True)]
    return document


def merged_row(reports: list[Row], expected: Row) -> Answer:
    results = [result_of(PolicyRef(each["policy"]), "r", each["result"]) for each in flat(reports)]
    return shape(policy_report.merged_report(results), expected), expected


def entry_row(given: Row, expected: Row) -> Answer:
    document = yaml.safe_load(given["policy_yaml"])
    action = failure_action(document, {}, {})
    result = result_of(policy_of(document), given["rule"], given["status"], given["message"], action)
    entry = entries.entry(result, audit_warn=given["audit_warn"])
    entry["description"] = entry.pop("message")  # the name of the field in Go; in documents it is `message`
    return entry, expected


def reports_row(given: Row, expected: Row) -> Answer:
    policy = policy_of(yaml.safe_load(given["policy_yaml"]))
    results = [result_of(policy, each["rule"], each["status"]) for each in given["rules"]]
    merged, namespaced = policy_report.merged_report(results), policy_report.namespaced_reports(results)
    found = {"clustered": [merged] if merged else [], "namespaced": namespaced}
    ours = {key: [told(*pair, policy) for pair in zip(found[key], expected[key], strict=True)] for key in expected}
    return ours, expected


def told(report: Row, expected: Row, policy: PolicyRef) -> Row:
    """A report in the words of the expectation."""
    (first, *_), summary = report["results"], report["summary"]
    answers = {
        "kind": report["kind"],
        # Upstream checks the reports of single policies; the command only ever prints them merged.
        "name": "(policy name)" if report["metadata"]["name"] in (policy.name, "merged") else report["metadata"],
        "namespace": "(policy namespace)" if report["metadata"].get("namespace") == policy.key.split("/")[0] else None,
        "results": len(report["results"]),
        "summary.pass": summary["pass"],
        "results[0].severity": first.get("severity"),
        "results[0].category": first.get("category"),
    }
    return {key: answers[key] for key in expected}


def counts_row(given: Row, expected: Row) -> Answer:
    namespace = given["resource"]["metadata"]["namespace"]
    labels = given["namespace_labels"][namespace]
    policy = policy_of(given["policy"])
    answers = validate(given["policy"], given["resource"], namespace_labels=labels)
    counts = count(result_of(policy, *answer) for answer in answers)
    return str(counts), ", ".join(f"{name}: {number}" for name, number in expected.items())


UNITS: dict[str, Callable[[Any, Any], Answer]] = {
    "apply_counts": counts_row,
    "format_word": lambda given, expected: (table.word(given), expected),
    "merge_cluster_reports": merged_row,
    "policy_category": lambda given, expected: (entries.category(given or {}), expected),
    "policy_scored": lambda given, expected: (entries.is_scored(given or {}), expected),
    "policy_severity": lambda given, expected: (entries.severity(given or {}), expected),
    "report_result": entry_row,
    "reports_from_responses": reports_row,
    "resource_display": lambda given, expected: (table.display(given), expected),
    "table_rows_length_title": lambda given, expected: (
        f"({given})" in table.draw(["ID"], [["1"]] * given),
        expected,
    ),
}


# --- Whole reports of a cluster ---


def report_row(row: Row) -> Answer:
    """Each expected report is part of one that we make, and none is where there must be none."""
    ours = [document for resource in row["resources"] for document in documents(row, resource["resource"])]
    wrong = []
    for expected in row["expectReports"]:
        wanted = not ("error" in expected["file"] or "unexpected" in expected["file"])
        expected["report"]["metadata"].pop("generation", None)  # the API server counts changes of the report itself
        if any(contains(document, expected["report"]) for document in ours) != wanted:
            wrong.append(expected["file"])
    return wrong, []


def documents(row: Row, resource: Row) -> list[Row]:
    """The reports about one resource, in a cluster: it has a namespace and a uid, and blocked requests leave none."""
    labels = {
        item["resource"]["metadata"]["name"]: item["resource"]["metadata"].get("labels", {})
        for item in row["resources"]
    }
    metadata = {"uid": "6f1e", **resource["metadata"]}
    if resource["kind"] != "Namespace":
        metadata.setdefault("namespace", "default")
    resource = {**resource, "metadata": metadata}
    namespace_labels = labels.get(metadata.get("namespace"), {})
    results = []
    for document in row["policies"]:
        answers = validate(
            document,
            resource,
            namespace_labels=namespace_labels,
            exceptions=row["exceptions"],
            request={"operation": "CREATE"},
        )
        if "/admission/" in row["id"] and blocks(document, answers, resource, namespace_labels=namespace_labels):
            return []
        for rule, status, message in answers:
            results.append(RuleResult(RuleInfo(policy_of(document), rule), Status(status), message, resource))
        results += changes(document, resource, [item["resource"] for item in row["resources"]])
    return Report(results).to_policy_reports()


def changes(document: Row, resource: Row, others: list[Row]) -> list[RuleResult]:
    """The results of mutate rules, which the definition does not ask about."""
    policies = PolicySet.from_documents([document])
    return [*policies.mutate(resource).results, *policies.mutate_existing(resource, others).results]


def contains(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(key in found and contains(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(contains, found, wanted))
    return found == wanted


def test_reports_hold_what_clusters_hold():
    check_rows("results", small_row, others=True)


def test_units_of_the_command_agree():
    check_rows("cli_units", unit_row, others=True)
