"""Matching, failure actions and whole policies give every recorded answer."""

from __future__ import annotations

from typing import Any

import pytest

from kyvernopy import PolicySet
from kyvernopy.engine.actions import policy_action
from kyvernopy.engine.exceptions import ExceptionFilter, compile_exceptions
from kyvernopy.engine.match import Matcher
from kyvernopy.engine.request import Request, User
from kyvernopy.engine.response import Response
from kyvernopy.policies.autogen import ANNOTATION, compute_rules
from kyvernopy.policies.decode import decode_policy
from kyvernopy.policies.exceptions import PolicyException, decode_exception
from kyvernopy.results import PolicyRef, RuleInfo, RuleResult, Status
from support import Answer, Row, check_rows


def policy_of(*rules: Row, **spec: Any) -> Row:
    metadata = {"name": "p", "annotations": {ANNOTATION: "none"}}
    return {
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": metadata,
        "spec": {"rules": rules, **spec},
    }


def decoded(policy: Row) -> Any:
    found, findings = decode_policy({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", **policy}, strict=False)
    assert found is not None, findings
    return found


# --- Matching ---


def matching_row(row: Row) -> Answer:
    resource = row.get("resource") or {}
    match row["level"]:
        case "policyRules":
            found = {bool(reasons(rule, row)) for rule in compute_rules(decoded(row["policy"]))}
            return found == {row["expect"] == "noMatch"}, True
        case "rule":
            [rule] = decoded(policy_of(row["rule"])).spec.rules
            found, message = reasons(rule, row), row.get("expectMessage")
            return (bool(found), message and found), (row["expect"] == "noMatch", message and [message])
        case "name":
            return matches({"name": row["expected"]}, {"metadata": {"name": row["actual"]}}), row["expect"]
        case "namespaces":
            return matches({"namespaces": row["namespaces"]}, resource), row["expect"]
        case "annotations":
            return matches({"annotations": row["expected"]}, {"metadata": {"annotations": row["actual"]}}), row[
                "expect"
            ]
        case "labelSelector":
            return matches({"selector": row["expected"]}, {"metadata": {"labels": row["actual"]}}), row["expect"]
        case "subjects":
            users = {"subjects": row["subjects"] or [], "roles": [] if row["subjects"] else None}
            return matches({}, {}, users, {"userInfo": row["userInfo"]}), row["expect"]
        case "userInfo":
            return matches({}, {}, row["userInfo"], row.get("admissionInfo") or {}), row["expect"]
    return exception_row(row)


def exception_row(row: Row) -> Answer:
    match row["level"]:
        case "exceptionSelector":
            exceptions = [exception_of(spec) for spec in row["exceptions"]]
            return len(compile_exceptions(exceptions, row["policy"], row["rule"], None)), row["expectCount"]
        case "exceptionMatch":
            return exception_matches(row["match"], row), row["expect"]
        case "exceptionResourceFilter":
            return exception_matches({"any": [row["match"]]}, row), row["expect"]
        case "exceptionResourceDescription":
            wanted = {"any": [{"resources": {"kinds": ["*"], **row["resources"]}}]}
            return exception_matches(wanted, row), row["expect"]
    return None  # statements of namespaces, or functions that this design does not have


def exception_of(spec: Row) -> PolicyException:
    document = {"apiVersion": "kyverno.io/v2", "kind": "PolicyException", "metadata": {"name": "e"}, "spec": spec}
    exception, findings = decode_exception(document, strict=False)
    assert exception is not None, findings
    return exception


def exception_matches(match: Row, row: Row) -> bool:
    kind = (row["gvk"]["group"], row["gvk"]["version"], row["gvk"]["kind"])
    request = Request(row["resource"], None, "CREATE", User(row.get("admissionInfo")), None, kind)
    return ExceptionFilter(exception_of({"match": match}).spec.match).matches(request)


def reasons(rule: Any, row: Row) -> list[str]:
    details = (
        row["operation"],
        User(row["admissionInfo"]),
        row.get("namespaceLabels"),
        None,
        row.get("subresource", ""),
    )
    return Matcher(rule, row["policyNamespace"]).reasons(Request(row["resource"] or {}, None, *details))


def matches(description: Row, resource: Row, users: Row | None = None, user: Row | None = None) -> bool:
    """Whether a description of a kind `K`, or of users, includes a resource; asked in both ways."""
    resources = {"kinds": ["*"], **description}
    rule = {"name": "r", "match": {"any": [{"resources": resources, **(users or {})}]}, "validate": {"pattern": "?*"}}
    [read] = decoded(policy_of(rule)).spec.rules
    request = Request({"apiVersion": "v1", "kind": "K", **resource}, None, "CREATE", User(user))
    slow = not Matcher(read).reasons(request)
    fast = Matcher(read).for_kind(request.gvk, "")(request)
    assert fast is slow
    return fast


# --- Whole policies ---


def validate_rule_row(row: Row) -> Answer:
    policy = policy_of({"match": {"any": [{"resources": {"kinds": ["*"]}}]}, **row["rule"]})
    resource = {"apiVersion": "v1", "kind": "Pod", **row["resource"]}
    results = PolicySet.from_documents([policy]).validate(resource, operation=row.get("operation", "CREATE")).results
    if row["status"] is None:
        return len(results), 0
    [result] = results
    if "message_contains" in row:
        return (str(result.status), row["message_contains"] in result.message), (row["status"], True)
    return (str(result.status), result.message if "message" in row else None), (row["status"], row.get("message"))


def flow_row(row: Row) -> Answer:
    policy, expect = row["policy"], row["expect"]
    if "ruleIndex" in row:
        policy = {**policy, "spec": {**policy["spec"], "rules": [policy["spec"]["rules"][row["ruleIndex"]]]}}
    request = row.get("request") or {}
    user = {**(row.get("requestInfo") or {}), **({"userInfo": request["userInfo"]} if "userInfo" in request else {})}
    response = PolicySet.from_documents([{"apiVersion": "kyverno.io/v1", **policy}]).validate(
        row.get("resource") or request.get("object") or request["oldObject"],
        old=row.get("oldResource") or request.get("oldObject"),
        operation=row.get("operation", request.get("operation", "CREATE")),
        user=user,
        namespace_labels=row.get("namespaceLabels"),
        variables=row.get("contextVariables"),
    )
    return {name: facts(response, expect, row)[name] for name in expect}, expect


def facts(response: Response, expect: Row, row: Row) -> Row:
    statuses = [str(result.status) for result in response.results]
    messages = [result.message for result in response.results]
    by_rule = {result.rule: result.message for result in response.results}
    return {
        "status": statuses[0] if statuses else None,
        "statuses": statuses,
        "messages": messages,
        "ruleCount": len(statuses),
        "rulesApplied": sum(status in ("pass", "fail") for status in statuses),
        "ruleErrors": statuses.count("error"),
        "successful": not {"fail", "error"} & set(statuses),
        "failed": "fail" in statuses,
        "skipped": "skip" in statuses,
        "messageByRule": {name: by_rule.get(name) for name in expect.get("messageByRule", {})},
        "statusByIndex": {index: statuses[int(index)] for index in expect.get("statusByIndex", {})},
        "messageByIndex": {index: messages[int(index)] for index in expect.get("messageByIndex", {})},
        "messageContainsByIndex": {
            index: part if part in messages[int(index)] else messages[int(index)]
            for index, part in expect.get("messageContainsByIndex", {}).items()
        },
        "blocked": blocked(response, row),
    }


def blocked(response: Response, row: Row) -> bool:
    """The decision over all results, as the row asks for it: there, audited rules stand in the blocking pass."""
    if not response.results:
        return False
    ignore = row.get("failurePolicy") == "Ignore" or not response.results[0].info.policy.fails_closed
    failing = any(result.status is Status.FAIL and result.info.action == "Enforce" for result in response.results)
    return failing or (not ignore and any(result.status is Status.ERROR for result in response.results))


# --- Decisions ---

DECISIONS = {"validationFailureAction", "blockRequest", "blockedMessage", "warnings"}  # the rest is about reports


def decision_row(row: Row) -> Answer:
    match row["function"]:
        case "validationFailureAction":
            namespace = (row["resource"].get("metadata") or {}).get("namespace") or ""
            return policy_action(decoded(row["policy"]).spec, namespace, row["namespaceLabels"] or {}), row["expect"]
        case "blockRequest":
            return not block_response(row).allowed, row["expect"]
        case "blockedMessage":
            rules = [(rule["name"], rule["status"], rule.get("message", "")) for rule in row["rules"]]
            return response_of(rules, row["policyName"], row["resource"]).blocked_message, row["expect"]
        case "warnings":
            rules = [
                (rule["name"], rule["status"].replace("warning", "warn"), rule["message"]) for rule in row["rules"]
            ]
            info = RuleInfo(PolicyRef(row["policyName"], emit_warning=row["emitWarning"]), "", enforced=True)
            return list(response_of(rules, row["policyName"], {}, info).warnings), row["expect"]
    return None  # reports and texts have their tests elsewhere


def response_of(
    rules: list[tuple[str, str, str]], policy: str, resource: Row, info: RuleInfo | None = None
) -> Response:
    shared = info or RuleInfo(PolicyRef(policy), "", action="Enforce", enforced=True)
    results = [
        RuleResult(
            RuleInfo(shared.policy, name, action=shared.action, enforced=True), Status(status), message, resource
        )
        for name, status, message in rules
    ]
    return Response(results, resource, fails_closed=info is None)


def block_response(row: Row) -> Response:
    enforce = row["action"] == "Enforce"
    info = RuleInfo(PolicyRef("p"), "r", action="Enforce" if enforce else "Audit", enforced=True)
    status = Status(row["ruleStatus"].replace("warning", "warn"))
    return Response([RuleResult(info, status, "", {})], {}, fails_closed=row["failurePolicy"] == "Fail")


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("matching", matching_row),
        ("validate-rules", validate_rule_row),
        ("flow", flow_row),
        ("results", decision_row),
    ],
)
def test_recorded_answers(name, check, recorded):
    rows = [row for row in recorded(name) if row.get("function", "blockRequest") in DECISIONS]
    check_rows(f"engine/{name}", check, rows)


@pytest.fixture
def recorded():
    from support import vectors  # noqa: PLC0415  skips where there are none

    return vectors
