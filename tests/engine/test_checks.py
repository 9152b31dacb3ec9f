"""Checks of policies: cases of our own, recorded answers, and that no policy in use is refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given

from exemptions import LEFT_OUT
from kyvernopy import PolicyError, PolicySet, load_policies, parse_policies
from kyvernopy.documents.positions import parse_path
from kyvernopy.documents.read import read_documents
from kyvernopy.engine.checks import check_exception, check_policy
from kyvernopy.engine.checks.background import find_on_update, find_users
from kyvernopy.engine.checks.blocks import check_description, check_resources, check_users, match_exclude_conflict
from kyvernopy.engine.checks.kinds import deals_only_with_metadata
from kyvernopy.engine.checks.pod_security import check_pod_security
from kyvernopy.engine.checks.spots import Spot, checked_policy
from kyvernopy.engine.checks.structure import check_target_namespaces
from kyvernopy.engine.checks.variables import find_forbidden_places, find_invalid_variables
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.policies.decode import decode_policy
from kyvernopy.policies.exceptions import decode_exception
from kyvernopy.policies.model import Rule
from kyvernopy.policies.read import read_exceptions
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


EXPRESSIONS = """\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: expressions}
spec:
  rules:
  - name: r
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate:
      message: >-
        {{ request.object.metadata.name }} is
        {{ to_uper(request.object.kind) }}
      deny:
        conditions:
          all:
          - {key: '{{ request.object.spec[ }}', operator: Equals, value: "{{ \\"a b\\" }}"}
          - key: |-
              {{ request.object.metadata.labels
                 . app }} and {{ request.name.
                 [ }}
            operator: Equals
            value: {a: "{{ request.userInfo.username }}"}
"""


def test_a_finding_about_an_expression_points_into_it():
    lines = EXPRESSIONS.split("\n")
    found = {}
    for one in parse_policies(EXPRESSIONS, source="e.yaml").check():
        found[one.excerpt] = lines[one.place.line - 1][one.place.column - 1 :]
    assert found == {
        "request.object.spec[\n                    ^": ' }}\', operator: Equals, value: "{{ \\"a b\\" }}"}',
        "a b": 'a b\\" }}"}',  # in the file it stands between escaped quotes
        "{{ request.userInfo.username }}": '{{ request.userInfo.username }}"}',
        "   [\n    ^": " }}",
        "to_uper(request.object.kind)\n^": "to_uper(request.object.kind) }}",
    }


def test_the_text_of_a_finding_ends_with_its_excerpt():
    text = EXPRESSIONS.replace("[ }}'", "}}'").replace(". app", "").replace(".\n                 [", "")
    [*_, finding] = parse_policies(text, source="e.yaml").check()
    assert str(finding) == (
        "e.yaml:11:12: spec.rules[0].validate.message: there is no function `to_uper` (did you mean `to_upper`?)\n"
        "    to_uper(request.object.kind)\n"
        "    ^"
    )


def test_functions_of_the_user_are_known():
    policies = parse_policies(EXPRESSIONS, functions={"to_uper": str.upper})
    assert "unknown-function" not in {one.code for one in policies.check()}


def test_loading_checks_when_asked():
    good = TEXT.replace('"+(hostPID)"', "hostPID").replace("name: anchors", "name: good")
    with pytest.raises(PolicyError, match="unsupported anchor"):
        parse_policies(f"{good}---\n{TEXT}", check=True)
    policies = parse_policies(f"{good}---\n{TEXT}", check=True, errors="collect")
    assert ([one.name for one in policies], [one.code for one in policies.errors]) == (["good"], ["unsupported-anchor"])
    documents = [yaml.safe_load(text) for text in (good, TEXT)]
    assert [one.name for one in PolicySet.from_documents(documents, check=True, errors="collect")] == ["good"]
    assert len(parse_policies(f"{good}---\n{TEXT}")) == 2


@given(policies)
def test_checks_never_raise_and_speak_of_fields(document):
    policy = policy_of(document)
    assert all(parse_path(one.place.path)[0] in ("metadata", "spec") for one in check_policy(policy))


# --- Exceptions ---

EXCEPTION = """\
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: e, namespace: d}
spec:
  exceptions:
  - {policyName: "", ruleNames: [a]}
  match:
    any:
    - {resources: {kinds: [Pod], name: a, names: [b]}, roles: [a], subjects: [{kind: Robot, name: r}]}
    all:
    - {clusterRoles: [a]}
  podSecurity:
  - {controlName: Capabilities}
"""


def findings_of_exception(text):
    [exception], errors, _ = read_exceptions(read_documents(text, "e.yaml"), strict=True)
    assert errors == []
    return check_exception(exception)


def test_an_exception_has_these_findings():
    assert [(one.code, one.message.partition(": Invalid value")[0]) for one in findings_of_exception(EXCEPTION)] == [
        ("users-in-background", "spec.match.any[0].roles: Forbidden: Usage of user info is forbidden"),
        ("users-in-background", "spec.match.any[0].subjects: Forbidden: Usage of user info is forbidden"),
        ("users-in-background", "spec.match.all[0].clusterRoles: Forbidden: Usage of user info is forbidden"),
        ("any-and-all", "spec.match"),
        ("subject-kind", "spec.match.any[0].subjects[0].kind"),
        ("role-format", "spec.match.any[0].roles[0]"),
        ("name-and-names", "spec.match.any[0]"),
        ("no-policy-name", "spec.exceptions[0].policyName: Required value: An exception requires a policy name"),
        ("excluded-control-images", "spec.podSecurity[0].controlName"),
    ]


def test_findings_of_an_exception_have_line_and_column():
    finding = findings_of_exception(EXCEPTION)[0]
    assert (finding.place.source, finding.place.line, finding.place.column) == ("e.yaml", 9, 56)
    assert all(one.help for one in findings_of_exception(EXCEPTION))


def test_a_set_checks_its_exceptions():
    policies = parse_policies(TEXT.replace('"+(hostPID)"', "hostPID")).with_exceptions([yaml.safe_load(EXCEPTION)])
    assert {one.code for one in policies.check()} == {one.code for one in findings_of_exception(EXCEPTION)}


def test_users_may_be_named_outside_of_the_background():
    text = EXCEPTION.replace("spec:", "spec:\n  background: false")
    assert "users-in-background" not in {one.code for one in findings_of_exception(text)}


def test_a_finding_of_plain_data_about_an_exception_has_its_path_only():
    exception, _ = decode_exception(yaml.safe_load(EXCEPTION), strict=False)
    assert {one.place.line for one in check_exception(exception)} == {0}


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
