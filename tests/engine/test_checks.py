"""Checks of policies: cases of our own, recorded answers, and that no policy in use is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given

from exemptions import LEFT_OUT
from kyvernopy import load_policies, parse_policies
from kyvernopy.documents.positions import parse_path
from kyvernopy.engine.checks import check_policy
from kyvernopy.engine.checks.background import find_on_update, find_users
from kyvernopy.engine.checks.blocks import check_description, check_resources, check_users, match_exclude_conflict
from kyvernopy.engine.checks.kinds import deals_only_with_metadata
from kyvernopy.engine.checks.pod_security import check_pod_security
from kyvernopy.engine.checks.spots import Spot, checked_policy
from kyvernopy.engine.checks.structure import check_target_namespaces
from kyvernopy.engine.checks.variables import find_forbidden_places, find_invalid_variables
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.policies.decode import decode_policy
from kyvernopy.policies.model import Rule
from kyvernopy.policies.reading import Reading
from policies.generators import policies
from support import SHARED, check_rows, needs_shared, vectors

CASES = sorted((Path(__file__).parent / "cases" / "checks").glob("*.yaml"))


def policy_of(document):
    policy, _ = decode_policy(document, strict=False)
    return policy


def decode_rule(rule):
    return Rule.SHAPE.read(rule, None, Reading(strict=False))


# --- Cases of our own ---


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_policy_has_these_findings(path):
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert case.keys() == {"policy", "findings"}
    found = [
        {"code": one.code, "severity": one.severity, "path": one.place.path, "message": one.message}
        for one in check_policy(policy_of(case["policy"]))
    ]
    assert found == case["findings"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_finding_says_what_to_do(path):
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert all(one.help for one in check_policy(policy_of(case["policy"])))


def test_without_a_cluster_kyverno_knows_no_kinds_without_namespaces():
    case = yaml.safe_load((CASES[0].parent / "a-namespaced-policy-keeps-to-its-namespace.yaml").read_text())
    codes = {one.code for one in check_policy(policy_of(case["policy"]), cluster_kinds=())}
    assert "cluster-kind-in-namespaced-policy" not in codes
    assert "namespaces-in-namespaced-policy" in codes


TEXT = """\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: anchors
spec:
  rules:
  - name: add
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate:
      pattern:
        spec:
          "+(hostPID)": false
"""


def test_a_finding_of_a_text_has_line_and_column():
    (finding,) = parse_policies(f"# none\n---\n{TEXT}", source="anchors.yaml").check()
    assert (finding.place.source, finding.place.line, finding.place.column) == ("anchors.yaml", 14, 11)


def test_a_finding_of_a_file_has_line_and_column(tmp_path):
    path = tmp_path / "anchors.yaml"
    path.write_text(TEXT, encoding="utf-8")
    (finding,) = load_policies(path).check()
    assert str(finding).startswith(f"{path}:12:11: spec.rules[0].validate.pattern.spec.+(hostPID): path: spec.rules[0]")


def test_a_finding_of_plain_data_has_its_path_only():
    (finding,) = check_policy(policy_of(yaml.safe_load(TEXT)))
    assert (finding.place.source, finding.place.line) == ("", 0)


@given(policies)
def test_checks_never_raise_and_speak_of_fields(document):
    policy = policy_of(document)
    assert all(parse_path(one.place.path)[0] in ("metadata", "spec") for one in check_policy(policy))


# --- Recorded answers ---

AT = Spot.same("dummy")
DIALECT = Dialect()


def checked(document):
    return checked_policy(policy_of(document), (), DIALECT)


def invalid_variables(document, *, background):
    """What Kyverno would say of variables, without what it puts before it."""
    for one in checked(document).rules:
        yield from (found.message for found in find_forbidden_places(one, ""))
        found = find_invalid_variables(one, DIALECT, background=background, prefix="")
        yield from (finding.message for finding in found)


def answers_of_variables(row):
    if "case" in row:
        condition = {"key": f"{{{{ {row['case']['input']} }}}}", "operator": "NotEquals", "value": ""}
        rule = {"name": "r", "match": {}, "preconditions": {"all": [condition]}, "validate": {"pattern": {}}}
        document = {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "spec": {"rules": [rule]}}
        return not list(invalid_variables(document, background=False)), row["case"]["pass"]
    return expected(list(invalid_variables(row["document"], background=False)), row["expect"])


def expected(messages, expect):
    """Whether there is an error, and the first one as the row tells it."""
    first = messages[0] if messages else ""
    ours, recorded = [bool(messages)], [expect["error"]]
    if "equals" in expect:
        ours, recorded = [*ours, first.strip()], [*recorded, expect["equals"]]
    ours += [part in first for part in expect.get("contains", ())]
    return ours, [*recorded, *(True for _ in expect.get("contains", ()))]


def answers_of_background_variables(row):
    return expected(background_errors(row["document"]), row["expect"])


def background_errors(document, *, background=True):
    users = [one.message for one in find_users(checked(document))] if background else []
    return [*users, *invalid_variables(document, background=background)]


def answers_of_users_in_background(row):
    return expected([one.message for one in find_users(checked(row["document"]))], row["expect"])


def answers_of_policy_update(row):
    return expected([one.message for one in find_on_update(checked(row["document"]))], row["expect"])


def answers_of_matched_description(row):
    rule = {"name": "r", "match": {"resources": row["document"]}}
    document = {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "spec": {"rules": [rule]}}
    policy = checked(document)
    found = [one.message for one in check_resources(policy, policy.rules[0])]
    return expected(found, row["expect"])


def answers_of_controls(row):
    messages = [one.message for one in check_pod_security(decode_rule(row["document"]), AT, None)]
    return [bool(messages), *(any(part in one for one in messages) for part in row["expect"]["contains"])], [
        row["expect"]["error"],
        *(True for _ in row["expect"]["contains"]),
    ]


def answers_of_validate(row):
    case = row.get("case") or {"policy": row["document"], "expectedOutput": not row["expect"]["error"]}
    findings = check_policy(policy_of(case["policy"]))
    errors = [one.message for one in findings if one.severity == "error"]
    expect = row.get("expect", {})
    ours, recorded = [not errors], [case["expectedOutput"]]
    if "equals" in expect:
        ours, recorded = [*ours, errors[:1]], [*recorded, [expect["equals"]]]
    if "warnings" in expect or "warningsNonEmpty" in expect:
        warnings = [one.message for one in findings if one.severity == "warning"]
        ours, recorded = [*ours, bool(warnings)], [*recorded, bool(expect.get("warningsNonEmpty"))]
    return ours, recorded


def answers_of_conflict(row):
    return match_exclude_conflict(decode_rule(row["document"])), row["expect"]["error"]


def answers_of_description(row):
    description = decode_rule({"match": {"resources": row["document"]}}).match.resources
    messages = [one.message for one in check_description(description, AT, () if row["namespaced"] else None)]
    wanted = row["expect"]["errorsContain"]
    return [text in message for message, text in zip(messages, wanted, strict=True)], [True] * len(wanted)


def answers_of_users(row):
    users = decode_rule({"match": row["document"]}).match.legacy
    return [one.place.path for one in check_users(users, AT)], row["expect"]["errorFields"]


def answers_of_targets(row):
    rule = decode_rule(row["document"])
    namespace = "amritapuri"  # of the policy, in the test that was recorded
    findings = list(check_target_namespaces(rule, AT, namespace)) if row["namespaced"] else []
    wanted = row["expect"]["contains"]
    return [text in one.message for one, text in zip(findings, wanted, strict=True)], [True] * len(wanted)


def answers_of_metadata(row):
    return deals_only_with_metadata(decode_rule(row["case"]["rule"])), row["case"]["expectedOutput"]


CALLS = {
    "Validate": answers_of_validate,
    "ValidateOnPolicyUpdate": answers_of_policy_update,
    "ValidateVariables": answers_of_background_variables,
    "containsUserVariables": answers_of_users_in_background,
    "hasInvalidVariables": answers_of_variables,
    "matchExcludeConflict": answers_of_conflict,
    "resourceDescription.Validate": answers_of_description,
    "rule.ValidateMutationRuleTargetNamespace": answers_of_targets,
    "rule.ValidatePSaControlNames": answers_of_controls,
    "ruleOnlyDealsWithResourceMetaData": answers_of_metadata,
    "userInfo.Validate": answers_of_users,
    "validateMatchedResourceDescription": answers_of_matched_description,
}


@needs_shared
@pytest.mark.parametrize("call", sorted(CALLS))
def test_recorded_answers(call):
    check_rows("policy_validation", CALLS[call], [row for row in vectors("policy_validation") if row["call"] == call])


@needs_shared
def test_every_recorded_question_is_answered_or_waits_for_its_check():
    later = {key.partition("/")[2] for key in LEFT_OUT if key.startswith("policy_validation/")}
    assert {row["call"] for row in vectors("policy_validation")} == CALLS.keys() | later


def static_row(row):
    document, background = row["policy"], row["background"]
    if row["check"] == "on_policy_update":
        messages = [one.message for one in find_on_update(checked(document))]
    else:
        users = row["check"] == "variables_and_user_info" and background
        messages = background_errors(document, background=users)
    wanted = row.get("expect_error")
    if wanted is True or wanted is None:
        return bool(messages), bool(wanted)
    if row["error_match"] == "exact":
        return messages[0], wanted
    parts = [wanted] if isinstance(wanted, str) else wanted
    return [part in messages[0] for part in parts], [True for _ in parts]


@needs_shared
def test_recorded_answers_about_variables():
    check_rows("static-variables", static_row)


# --- Policies in use ---


@needs_shared
def test_no_policy_that_kyverno_applied_is_refused():
    with gzip.open(SHARED / "goldens" / "apply.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    refused = []
    for row in rows:
        if row["group"] == "cel" or not row["results"]:
            continue
        policies = load_policies(SHARED / "conformance" / "policy-library" / row["policy"], errors="collect")
        refused += [str(one) for one in policies.check() if one.severity == "error"]
    assert refused == []
