"""Documents become policies, or all that is wrong with them is said."""

from __future__ import annotations

import dataclasses
import pickle
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.documents.read import read_documents
from kyvernopy.policies.decode import decode_policy
from kyvernopy.policies.model import Conditions, Policy, Rule
from kyvernopy.policies.reading import MOST_FINDINGS
from kyvernopy.source import Source
from support import examples

from .generators import JSON, policies

if TYPE_CHECKING:
    from kyvernopy.errors import Finding
    from support import Row


def document(spec: Any = None, **metadata: Any) -> Row:
    about = {"name": "p", **metadata}
    return {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": about, "spec": spec or {}}


def with_rule(**rule: Any) -> Row:
    return document({"rules": [{"name": "r", **rule}]})


def policy_of(value: Row, *, strict: bool = False) -> Policy:
    policy, findings = decode_policy(value, strict=strict)
    assert policy, findings
    return policy


def rule_of(**rule: Any) -> Rule:
    return policy_of(with_rule(**rule)).spec.rules[0]


def findings_of(value: Any, *, strict: bool = True) -> list[Finding]:
    return decode_policy(value, strict=strict)[1]


def said(finding: Finding) -> tuple[str, str, str]:
    return finding.place.path, finding.message, finding.help


# --- What is decoded ---


def test_policy_has_its_metadata() -> None:
    policy = policy_of(document(annotations={"a/b": "c"}, labels={"d": "e"}))
    assert (policy.name, policy.key, policy.namespace, policy.kind) == ("p", "p", "", "ClusterPolicy")
    assert (policy.annotations, policy.labels) == ({"a/b": "c"}, {"d": "e"})


def test_key_of_a_namespaced_policy_has_its_namespace() -> None:
    assert policy_of({**document(namespace="ns"), "kind": "Policy"}).key == "ns/p"
    assert policy_of({**document(), "kind": "Policy"}).key == "default/p"


@pytest.mark.parametrize("strict", [True, False])
def test_names_of_fields_match_in_any_case(*, strict: bool) -> None:
    policy = policy_of(
        {**document(), "Spec": {"Rules": [{"NAME": "r", "Match": {"clusterroles": ["x"]}}]}}, strict=strict
    )
    assert policy.spec.rules[0].match.cluster_roles == ("x",)
    assert policy.spec.to_dict()["rules"][0]["match"] == {"clusterRoles": ["x"]}


def test_null_is_absence() -> None:
    rule = rule_of(
        exclude=None, validate={"pattern": None, "message": None, "deny": {"conditions": None}}, context=None
    )
    assert (rule.exclude, rule.context) == (None, ())
    assert (rule.validate.pattern, rule.validate.message, rule.validate.deny.conditions) == (None, "", None)


@pytest.mark.parametrize("block", ["mutate", "validate", "generate", "exclude"])
def test_block_without_anything_in_it_is_absent(block: str) -> None:
    assert getattr(rule_of(**{block: {}}), block) is None


def test_block_of_which_kyverno_says_that_it_is_there_is_there() -> None:
    assert rule_of(validate={"foreach": []}).validate.foreach == ()
    assert rule_of(validate={"allowExistingViolations": False}).validate is not None
    assert rule_of(validate={"deny": {}}).validate.deny.conditions is None
    assert rule_of(generate={"generateExisting": False}).generate is not None
    assert rule_of(generate={"synchronize": False, "clone": {}}).generate is None


def test_targets_make_a_rule_change_existing_resources_even_if_there_are_none() -> None:
    assert rule_of(mutate={"targets": []}).mutates_existing
    assert not rule_of(mutate={"patchStrategicMerge": {}}).mutates_existing


def test_empty_selector_is_no_absent_selector() -> None:
    resources = rule_of(match={"resources": {"selector": {}}}).match.resources
    assert resources.selector == {}
    assert not resources.is_empty
    assert rule_of(match={"resources": {"kinds": [], "annotations": {}}}).match.resources.is_empty


def test_empty_user_fields_make_a_match_block_not_empty() -> None:
    assert rule_of().match.is_empty
    assert rule_of(match={"any": [], "resources": {}}).match.is_empty
    assert not rule_of(match={"roles": []}).match.is_empty


def test_conditions_keep_their_form() -> None:
    condition = {"key": 1, "operator": "Equals", "value": "x"}
    assert rule_of(preconditions={"any": []}).preconditions == Conditions(any=())
    assert rule_of(preconditions={"all": [condition]}).preconditions.any is None
    (legacy,) = rule_of(preconditions=[condition]).preconditions
    assert legacy.to_dict() == condition


def test_overrides_tell_no_namespaces_from_none() -> None:
    overrides = [{"action": "Audit"}, {"action": "Audit", "namespaces": []}]
    policy = policy_of(document({"validationFailureActionOverrides": overrides}))
    assert [one.namespaces for one in policy.spec.validation_failure_action_overrides] == [None, ()]


def test_text_gets_the_defaults_of_the_schema() -> None:
    rules = [{"name": "r", "validate": {"pattern": {}}, "verifyImages": [{"required": False}]}]
    rules[0]["context"] = [{"name": "c", "apiCall": {"urlPath": "/"}}]
    spec = policy_of(document({"rules": rules}), strict=True).spec
    assert (spec.admission, spec.background, spec.emit_warning) == (True, True, False)
    assert spec.validation_failure_action == "Audit"
    (rule,) = spec.rules
    assert rule.validate.allow_existing_violations is True
    assert rule.context[0].api_call["method"] == "GET"
    assert rule.verify_images[0] == {"required": False, "mutateDigest": True, "verifyDigest": True, "useCache": True}


def test_other_documents_get_no_defaults() -> None:
    spec = policy_of(document({"rules": [{"name": "r", "validate": {"pattern": {}}}]})).spec
    assert (spec.admission, spec.background, spec.validation_failure_action) == (None, None, "")
    assert spec.rules[0].validate.allow_existing_violations is None


def test_failure_policy_comes_from_the_webhook_first() -> None:
    spec = {"failurePolicy": "Ignore", "webhookConfiguration": {"failurePolicy": "Fail"}}
    assert policy_of(document(spec)).spec.fails_closed
    assert not policy_of(document({"failurePolicy": "Ignore", "webhookConfiguration": {}})).spec.fails_closed
    assert policy_of(document()).spec.fails_closed


def test_timeout_comes_from_the_webhook_first() -> None:
    spec = {"webhookTimeoutSeconds": 5, "webhookConfiguration": {"timeoutSeconds": 7}}
    assert policy_of(document(spec)).spec.effective_timeout_seconds == 7
    assert policy_of(document({**spec, "webhookConfiguration": {}})).spec.effective_timeout_seconds == 5


# --- Properties ---


@examples(150)
@given(policies, st.booleans())
def test_policy_comes_back_from_its_plain_data(value: Row, strict: bool) -> None:  # noqa: FBT001  drawn
    before = deepcopy(value)
    policy = policy_of(value, strict=strict)
    assert policy_of(policy.to_dict(), strict=strict) == policy
    assert pickle.loads(pickle.dumps(policy)) == policy  # noqa: S301  our own
    assert value == before


@examples(200)
@given(st.one_of(JSON, JSON.map(document), JSON.map(lambda value: with_rule(match=value, validate=value))))
def test_any_document_gives_a_policy_or_says_why_not(value: Any) -> None:
    for strict in (True, False):
        policy, findings = decode_policy(value, strict=strict)
        assert (policy is None) == any(one.severity == "error" or one.code == "not-a-policy" for one in findings)


def test_policy_is_frozen() -> None:
    policy = policy_of(with_rule(match={"resources": {"kinds": ["Pod"]}}))
    rule = policy.spec.rules[0]
    with pytest.raises(AttributeError, match="Rule is frozen"):
        rule.name = "other"
    with pytest.raises(AttributeError):
        policy.name = "other"
    with pytest.raises(TypeError, match="no field `nam`"):
        Rule(nam="x")
    assert dataclasses.replace(rule, name="other") == Rule(name="other", match=rule.match)
    assert hash(rule) == hash(policy_of(policy.to_dict()).spec.rules[0])
    assert repr(rule) == ("Rule(name='r', match=MatchBlock(resources=ResourceDescription(kinds=('Pod',))))")
    assert rule != policy.spec


# --- What is wrong ---


def test_every_mistake_of_a_document_is_said() -> None:
    rule = {
        "name": 1,
        "match": {"resources": {"kinds": "Pod"}},
        "validate": {"patern": {}, "failureAction": "enforced"},
    }
    value = document(
        {"validationFailureAciton": "Audit", "background": "no", "rules": [rule]}, annotations={"a.b/c": True}
    )
    assert list(map(said, findings_of(value))) == [
        ('metadata.annotations["a.b/c"]', "expected a string, found a boolean", ""),
        (
            "spec.validationFailureAciton",
            "unknown field `validationFailureAciton`",
            "did you mean `validationFailureAction`?",
        ),
        ("spec.background", "expected a boolean, found a string", ""),
        ("spec.rules[0].name", "expected a string, found a number", ""),
        ("spec.rules[0].match.resources.kinds", "expected a list, found a string", ""),
        ("spec.rules[0].validate.patern", "unknown field `patern`", "did you mean `pattern`?"),
        (
            "spec.rules[0].validate.failureAction",
            "expected one of `Audit`, `Enforce`, `audit`, `enforce`, found `enforced`",
            "did you mean `enforce`?",
        ),
    ]


@pytest.mark.parametrize(
    ("spec", "path", "expected", "found"),
    [
        ([], "spec", "a map", "a list"),
        ({"rules": {}}, "spec.rules", "a list", "a map"),
        ({"rules": [None]}, "spec.rules[0]", "a map", "null"),
        ({"webhookTimeoutSeconds": 1.5}, "spec.webhookTimeoutSeconds", "a whole number", "a number"),
        ({"webhookTimeoutSeconds": float("inf")}, "spec.webhookTimeoutSeconds", "a whole number", "a number"),
        ({"webhookTimeoutSeconds": True}, "spec.webhookTimeoutSeconds", "a whole number", "a boolean"),
        ({"rules": [{"reportProperties": []}]}, "spec.rules[0].reportProperties", "a map", "a list"),
        ({"rules": [{"preconditions": "x"}]}, "spec.rules[0].preconditions", "a map with `any` or `all`", "a string"),
        ({"rules": [{"match": {"any": [1]}}]}, "spec.rules[0].match.any[0]", "a map", "a number"),
        ({"rules": [{"validate": {"foreach": [{"preconditions": []}]}}]}, None, "a map", "a list"),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_wrong_type_is_an_error(spec: Any, path: str | None, expected: str, found: str, *, strict: bool) -> None:
    policy, (finding,) = decode_policy({**document(), "spec": spec}, strict=strict)
    assert policy is None
    assert finding.severity == "error"
    assert finding.message == f"expected {expected}, found {found}"
    assert path is None or finding.place.path == path


def test_unknown_field_of_a_dict_is_a_note() -> None:
    value = document({"rules": [{"name": "r", "mutate": {"overlay": {}, "patchesJson6902": "x"}}]})
    policy, (note,) = decode_policy(value, strict=False)
    assert (note.severity, note.code, note.place.path) == ("note", "unknown-field", "spec.rules[0].mutate.overlay")
    assert policy.spec.rules[0].mutate.to_dict() == {"patchesJson6902": "x"}


@pytest.mark.parametrize(
    "rule",
    [
        {"preconditions": {"any": [{"keys": 1}]}},
        {"preconditions": [{"keys": 1}]},
        {"validate": {"deny": {"conditions": {"al": []}}}},
        {"validate": {"foreach": [{"foreach": [{"patern": 1}]}]}},
        {"mutate": {"foreach": [{"foreach": [{"ordr": 1}]}]}},
        {"mutate": {"targets": [{"preconditions": {"al": []}}]}},
    ],
)
def test_unknown_field_is_a_note_where_there_is_no_schema(rule: Row) -> None:
    policy, (note,) = decode_policy(with_rule(**rule), strict=True)
    assert policy
    assert (note.severity, note.code) == ("note", "unknown-field")
    assert note.help


def test_operators_are_words_of_the_schema_only_where_there_is_one() -> None:
    conditions = {"all": [{"key": 1, "operator": "Equal", "value": 1}]}
    assert policy_of(with_rule(preconditions=conditions), strict=True)
    (finding,) = findings_of(with_rule(validate={"foreach": [{"list": "x", "preconditions": conditions}]}))
    assert finding.code == "wrong-value"
    assert finding.help == "did you mean `Equals`?"


@pytest.mark.parametrize("action", ["Audit", "Enforce", "audit", "enforce"])
def test_both_spellings_of_an_action_are_accepted(action: str) -> None:
    assert policy_of(document({"validationFailureAction": action}), strict=True)


def test_any_word_will_do_in_a_dict() -> None:
    assert policy_of(document({"validationFailureAction": "foo"})).spec.validation_failure_action == "foo"


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"match": {"resources": {"kinds": ["Pod"]}}}, "spec.rules[0].match.resources"),
        ({"match": {"roles": ["a:b"]}}, "spec.rules[0].match.roles"),
        ({"match": {"any": [{"resources": {"name": "x"}}]}}, "spec.rules[0].match.any[0].resources.name"),
        ({"validate": {"allowExistingViolations": False}}, "spec.rules[0].validate.allowExistingViolations"),
        ({"preconditions": []}, "spec.rules[0].preconditions"),
    ],
)
def test_v2beta1_lacks_some_fields_in_text_only(rule: Row, path: str) -> None:
    value = {**with_rule(**rule), "apiVersion": "kyverno.io/v2beta1"}
    (finding,) = findings_of(value)
    assert finding.place.path == path
    assert finding.code == "wrong-type" or finding.help == "version `kyverno.io/v1` has it"
    assert policy_of(value) == dataclasses.replace(policy_of(with_rule(**rule)), api_version="kyverno.io/v2beta1")
    assert policy_of(with_rule(**rule), strict=True)


def test_text_without_a_name_or_a_spec_is_no_policy() -> None:
    value = {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy"}
    assert [one.code for one in findings_of(value)] == ["missing-field", "missing-field"]
    assert policy_of(value).name == ""


def test_notes_do_not_hide_an_error() -> None:
    value = document({**{f"x{number}": 1 for number in range(200)}, "rules": 1})
    policy, findings = decode_policy(value, strict=False)
    assert policy is None
    assert findings[-1].place.path == "spec.rules"


def test_findings_of_a_document_are_capped() -> None:
    assert len(findings_of(document({f"x{number}": 1 for number in range(200)}))) == MOST_FINDINGS


# --- Kinds ---


@pytest.mark.parametrize(
    ("version", "kind", "code", "advice"),
    [
        ("policies.kyverno.io/v1", "ValidatingPolicy", "unsupported-policy-kind", "take the document out"),
        ("kyverno.io/v2", "CleanupPolicy", "unsupported-policy-kind", "take the document out"),
        ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "unsupported-policy-kind", ""),
        ("kyverno.io/v1", "ClusterPolcy", "unknown-policy-kind", "did you mean `ClusterPolicy`?"),
        ("policies.kyverno.io/v1", "SomeNewPolicy", "unknown-policy-kind", ""),
        ("kyverno.io/v2", "ClusterPolicy", "unsupported-policy-version", "write `kyverno.io/v1`"),
        ("v1", "ClusterPolicy", "unsupported-policy-version", "write `kyverno.io/v1`"),
        ("", "ClusterPolicy", "missing-field", ""),
        ("v1", "", "missing-field", ""),
        ("v1", 5, "missing-field", ""),
    ],
)
def test_policy_that_is_not_decoded_does_not_vanish(version: str, kind: Any, code: str, advice: str) -> None:
    (finding,) = findings_of({"apiVersion": version, "kind": kind}, strict=False)
    assert (finding.severity, finding.code) == ("error", code)
    assert finding.help.startswith(advice)


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("v1", "ConfigMap"),
        ("kyverno.io/v2alpha1", "GlobalContextEntry"),
        ("audit.k8s.io/v1", "Policy"),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
        ("cli.kyverno.io/v1alpha1", "Test"),
    ],
)
def test_other_kind_is_left_out_with_a_note(version: str, kind: str) -> None:
    policy, (note,) = decode_policy({"apiVersion": version, "kind": kind}, strict=True)
    assert policy is None
    assert (note.severity, note.code) == ("note", "not-a-policy")


def test_exception_among_policies_is_left_out_with_a_note() -> None:
    policy, (note,) = decode_policy({"apiVersion": "kyverno.io/v2", "kind": "PolicyException"}, strict=True)
    assert policy is None
    assert (note.severity, note.code) == ("note", "exception-among-policies")


@pytest.mark.parametrize("value", [None, 1, "text", [], True])
def test_document_that_is_no_map_is_an_error(value: Any) -> None:
    (finding,) = findings_of(value)
    assert finding.message.startswith("expected a map")


# --- Places ---


def test_finding_has_the_line_and_column_of_its_field() -> None:
    text = "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  rules:\n  - name: 3\n    patern: x\n"
    (document,) = read_documents(text, "p.yaml")
    _, findings = decode_policy(document.value, source=document.source, strict=True)
    assert [(one.place.source, one.place.line, one.place.column) for one in findings] == [
        ("p.yaml", 6, 5),
        ("p.yaml", 7, 5),
    ]


def test_finding_has_the_line_of_its_document_where_the_text_is_gone() -> None:
    source = Source("gone.yaml", document=2, line=7)
    _, (finding,) = decode_policy({**document(), "spec": 1}, source=source, strict=True)
    assert str(finding) == "gone.yaml:7: spec: expected a map, found a number"
