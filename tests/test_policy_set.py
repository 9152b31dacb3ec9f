"""The public API as a user holds it; nothing here imports what is not public."""

from __future__ import annotations

import copy
import pickle
import threading
from types import MappingProxyType

import pytest

import kyvernopy
from kyvernopy import Limits, PolicyError, PolicySet, PolicyViolation, Resource, Status

POLICY = """
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: require-team
  annotations: {policies.kyverno.io/severity: high}
spec:
  validationFailureAction: ENFORCED
  rules:
  - name: check-team
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate:
      message: "every Pod names its team"
      pattern: {metadata: {labels: {team: "?*"}}}
"""
POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}, "spec": {}}
GOOD = {**POD, "metadata": {**POD["metadata"], "labels": {"team": "a"}}}


def repr_of(value: object) -> str:
    return type(value).__name__


def policy_set(action: str = "Enforce", **replaced: str) -> PolicySet:
    text = POLICY.replace("ENFORCED", action)
    for old, new in replaced.items():
        text = text.replace(old, new)
    return kyvernopy.parse_policies(text)


def rule(body: dict, **spec: object) -> PolicySet:
    match = {"any": [{"resources": {"kinds": ["Pod"]}}]}
    rules = [{"name": "r", "match": match, **body}]
    document = {
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "p"},
        "spec": {"rules": rules, **spec},
    }
    return PolicySet.from_documents([document])


def test_an_enforced_failure_blocks_and_says_why():
    response = policy_set().validate(POD)
    assert not response.allowed
    assert response.warnings == ()
    [result] = response.results
    assert (result.policy, result.rule, result.status) == ("require-team", "check-team", Status.FAIL)
    assert result.message == (
        "validation error: every Pod names its team. rule check-team failed at path /metadata/labels/"
    )
    assert response.blocked_message == (
        "\n\nresource Pod/shop/web was blocked due to the following policies \n\n"
        f"require-team:\n  check-team: '{result.message}'\n"
    )
    with pytest.raises(PolicyViolation, match="was blocked"):
        response.raise_if_blocked()


def test_of_policies_with_one_name_the_last_is_told_when_blocked():
    def policy(namespace: str, rule: str) -> dict:
        match = {"any": [{"resources": {"kinds": ["Pod"]}}]}
        spec = {"rules": [{"name": rule, "match": match, "validate": {"message": "m", "deny": {}}}]}
        kind, metadata = ("Policy", {"namespace": namespace}) if namespace else ("ClusterPolicy", {})
        spec["validationFailureAction"] = "Enforce"
        return {"apiVersion": "kyverno.io/v1", "kind": kind, "metadata": {"name": "p", **metadata}, "spec": spec}

    policies = PolicySet.from_documents([policy("", "first"), policy("shop", "second")])
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}}
    assert policies.validate(pod).blocked_message.endswith("policies \n\np:\n  second: m\n")


def test_an_audited_failure_is_allowed_without_a_warning():
    response = policy_set("Audit").validate(POD)
    assert response.allowed
    assert (response.blocked_message, response.warnings) == ("", ())
    response.raise_if_blocked()


def test_an_audited_failure_warns_if_the_policy_emits_warnings():
    text = POLICY.replace("ENFORCED", "Audit").replace("  rules:", "  emitWarning: true\n  rules:")
    response = kyvernopy.parse_policies(text).validate(POD)
    assert response.allowed
    assert response.warnings == (f"policy require-team.check-team: {response.results[0].message}",)


@pytest.mark.parametrize(
    ("action", "failure_policy", "allowed"),
    [("Enforce", "Fail", False), ("Enforce", "Ignore", True), ("Audit", "Fail", True), ("Audit", "Ignore", True)],
)
def test_errors_block_only_if_enforced_and_failing_closed(action, failure_policy, allowed):
    unknown = {"validate": {"message": "no", "pattern": {"a": "{{ nothing }}"}}}
    policies = rule(unknown, validationFailureAction=action, failurePolicy=failure_policy)
    response = policies.validate(POD)
    assert response.results[0].status is Status.ERROR
    assert response.allowed is allowed


@pytest.mark.parametrize(
    "body",
    [
        {"validate": {"podSecurity": {"level": "baseline"}}},
        {"validate": {"cel": {"expressions": [{"expression": "true"}]}}},
        {"validate": {"manifests": {"attestors": [{"entries": []}]}}},
        {"validate": {"pattern": {"a": "b"}}, "celPreconditions": [{"name": "x", "expression": "true"}]},
    ],
)
def test_a_rule_of_a_kind_not_built_yet_is_an_error_and_never_a_pass(body):
    [result] = rule(body).validate(POD).results
    assert result.status is Status.ERROR
    assert "not supported by this version" in result.message


def test_a_policy_with_match_conditions_is_an_error_too():
    webhook = {"matchConditions": [{"name": "x", "expression": "true"}]}
    [result] = rule({"validate": {"pattern": {"a": "b"}}}, webhookConfiguration=webhook).validate(POD).results
    assert (result.status, "matchConditions" in result.message) == (Status.ERROR, True)


def test_rules_that_change_or_make_say_nothing_when_validating():
    assert rule({"mutate": {"patchStrategicMerge": {"a": 1}}}).validate(POD).results == ()


def test_what_is_being_deleted_has_nothing_to_compare():
    assert policy_set().validate(POD, operation="DELETE").results == ()


def test_violations_that_were_there_before_do_not_block_an_update():
    response = policy_set().validate(POD, old=copy.deepcopy(POD), operation="UPDATE")
    assert response.allowed
    assert response.results[0].message == "skipping the rule evaluation as pre-existing violations are allowed"
    assert not policy_set().validate(POD, old=GOOD, operation="UPDATE").allowed


def test_inputs_are_never_changed():
    pod = copy.deepcopy(POD)
    policy_set().validate(pod).to_dict()
    assert pod == POD


def test_resources_may_be_any_mapping_or_have_to_dict():
    class Lightkube:
        def to_dict(self) -> dict:
            return GOOD

    for resource in (MappingProxyType(GOOD), Resource(GOOD), Lightkube()):
        assert [str(result.status) for result in policy_set().validate(resource).results] == ["pass"]


def test_models_of_the_official_client_are_read_by_their_own_field_map():
    class Meta:
        attribute_map = MappingProxyType({"name": "name", "labels": "labels", "uid": "uid"})
        name, labels, uid = "web", MappingProxyType({"team": "a"}), None

    class Pod:
        attribute_map = MappingProxyType({"api_version": "apiVersion", "kind": "kind", "metadata": "metadata"})
        api_version, kind, metadata = "v1", "Pod", Meta()

        def to_dict(self) -> dict:
            return {"api_version": "v1", "kind": "Pod"}

    [result] = policy_set().validate(Pod()).results
    assert (result.status, result.resource.api_version) == (Status.PASS, "v1")


@pytest.mark.parametrize("resource", [None, "pod", 5, [POD]])
def test_what_is_no_resource_is_refused_with_advice(resource):
    with pytest.raises(TypeError, match="convert it to a dict"):
        policy_set().validate(resource)


@pytest.mark.parametrize(
    "resource",
    [
        {},
        {"kind": 5},
        {"kind": ["Pod"], "apiVersion": {}},
        {"kind": "Pod", "apiVersion": "v1", "metadata": 7},
        {"metadata": None},
    ],
    ids=str,
)
def test_no_resource_makes_deciding_raise(resource):
    assert all(result.message for result in policy_set().validate(resource).results)


def test_a_set_pickles_as_its_source_and_compares_equal():
    policies = policy_set()
    policies.compile().validate(POD)
    copied = pickle.loads(pickle.dumps(policies))  # noqa: S301  our own bytes
    assert copied == policies
    assert copied.validate(POD).results == policies.validate(POD).results
    assert repr(copied) == "<PolicySet 1 policies, 1 rules>"


def test_results_and_responses_pickle_with_their_messages():
    response = policy_set().validate(POD)
    copied = pickle.loads(pickle.dumps(response))  # noqa: S301  our own bytes
    assert copied.results == response.results
    assert copied.blocked_message == response.blocked_message
    assert copied.results[0].to_dict() == response.results[0].to_dict()


def test_threads_share_a_set():
    policies, seen = policy_set(), []

    def judge() -> None:
        seen.extend(str(policies.validate(GOOD).results[0].status) for _ in range(400))

    threads = [threading.Thread(target=judge) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["pass"] * 1600


def test_a_scan_reports_on_many_resources():
    report = policy_set().scan([POD, GOOD], columns={"team": "metadata.labels.team"})
    assert report.summary == {"pass": 1, "fail": 1, "warn": 0, "error": 0, "skip": 0}
    assert [(row["status"], row["team"], row["severity"]) for row in report.rows()] == [
        ("fail", "", "high"),
        ("pass", "a", "high"),
    ]
    assert len(policy_set().scan([POD, GOOD], keep={"fail"})) == 1


def test_a_scan_hands_on_labels_of_namespaces():
    selector = {"matchLabels": {"env": "prod"}}
    match = {"any": [{"resources": {"kinds": ["Pod"], "namespaceSelector": selector}}]}
    policies = rule({"match": match, "validate": {"pattern": {"a": "b"}}})
    assert policies.scan([POD]).summary["fail"] == 0
    assert policies.scan([POD], namespace_labels={"shop": {"env": "prod"}}).summary["fail"] == 1


def test_all_errors_of_all_documents_are_raised_together():
    text = POLICY + "---\n" + POLICY.replace("rules:", "ruels:") + "---\nkind: [\n"
    with pytest.raises(PolicyError) as caught:
        kyvernopy.parse_policies(text, source="team.yaml")
    codes = [finding.code for finding in caught.value.findings]
    assert "unknown-field" in codes
    assert len(codes) >= 2
    assert "did you mean `rules`?" in str(caught.value)


def test_collected_errors_leave_the_good_policies_usable():
    policies = kyvernopy.parse_policies(POLICY.replace("ENFORCED", "Audit") + "---\nkind: [\n", errors="collect")
    assert len(policies) == 1
    assert [finding.severity for finding in policies.errors] == ["error"]
    assert [policy.name for policy in policies] == ["require-team"]


def test_unknown_fields_of_plain_data_are_notes():
    policies = rule({"validate": {"pattern": {"a": "b"}, "colour": "red"}})
    assert [(note.code, note.severity) for note in policies.notes] == [("unknown-field", "note")]


def test_a_pattern_beyond_the_limits_is_an_error_result():
    deep: object = "x"
    for _ in range(100):
        deep = {"a": deep}
    [result] = rule({"validate": {"pattern": deep}}).validate(POD).results
    assert (result.status, "pattern_depth" in result.message) == (Status.ERROR, True)
    assert Limits().pattern_depth < 100


def test_plain_data_is_copied_and_held_to_the_limits():
    body = {"validate": {"pattern": {"metadata": {"labels": {"team": "?*"}}}}}
    policies = rule(body)
    body["validate"]["pattern"].clear()
    assert str(policies.validate(POD).results[0].status) == "fail"

    deep: object = "x"
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(PolicyError, match="limit `depth` exceeded"):
        rule({"validate": {"pattern": deep}})


@pytest.mark.parametrize("value", [{1: "x"}, {None: "x"}, b"x", {1, 2}, float("nan"), 10**400], ids=repr_of)
def test_plain_data_that_json_does_not_have_is_an_error_with_its_place(value):
    with pytest.raises(PolicyError, match=r"spec\.rules\[0\]\.validate\.pattern: .* is not of JSON"):
        rule({"validate": {"pattern": value}})


def test_a_whole_number_beyond_64_bits_is_a_float():
    [read] = rule({"validate": {"pattern": {"a": 2**64}}}).policies[0].spec.rules
    assert read.validate.pattern == {"a": float(2**64)}
    assert isinstance(read.validate.pattern["a"], float)


def test_a_message_read_after_a_change_says_so():
    pod = copy.deepcopy(POD)
    [result] = policy_set().validate(pod).results
    pod["metadata"]["labels"] = {"team": "a"}
    assert result.message == "the resource was changed after it was judged, and matches now"


def test_report_properties_of_a_rule_are_on_its_results():
    policies = rule({"validate": {"pattern": {"a": "b"}}, "reportProperties": {"team": "web", "message": "ask web"}})
    report = policies.scan([POD])
    assert [dict(result.properties) for result in report] == [{"team": "web", "message": "ask web"}]
    [entry] = report.to_policy_reports()[0]["results"]
    assert (entry["message"], entry["properties"]["team"]) == ("ask web", "web")


def test_check_finds_what_admission_would_refuse():
    twice = {"validate": {"pattern": {"+(a)": "b"}}}
    findings = rule(twice).check()
    assert [finding.severity for finding in findings] == ["error"]
    assert "unsupported anchor +(a)" in findings[0].message


def test_a_rule_that_says_nothing_still_answers_for_an_old_object():
    policies = rule({"validate": {"anyPattern": [], "failureAction": "Enforce"}})
    deployment = {**POD, "apiVersion": "apps/v1", "kind": "Deployment"}
    assert policies.validate(deployment).results == ()
    [result] = policies.validate(deployment, old=deployment).results
    assert (result.status, result.message) == (Status.SKIP, "failed to validate old object")


@pytest.mark.parametrize(
    "user",
    [{"groups": "abc"}, {"roles": "abc"}, {"userInfo": "x"}, {"username": 5}, {"userInfo": {"groups": [1]}}],
)
def test_a_user_of_another_shape_is_a_type_error(user):
    with pytest.raises(TypeError, match="texts"):
        policy_set().validate(POD, user=user)
