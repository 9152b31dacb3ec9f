"""Mutate rules change resources as recorded: rules, loops, targets, cascades, and the whole pipeline."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import kyvernopy
from kyvernopy import PolicySet, Status
from kyvernopy.engine.mutation.targets import is_meant
from kyvernopy.kubernetes.normalize import normalize
from kyvernopy.offline.judge import Judge
from kyvernopy.offline.values import read_values
from support import Answer, Row, check_rows, vectors

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]},
}


def mutating(*rules: Row, name: str = "change", kind: str = "Pod", **spec: Any) -> Row:
    match = {"any": [{"resources": {"kinds": [kind]}}]}
    named = [{"name": f"r{index}", "match": match, **rule} for index, rule in enumerate(rules)]
    return {
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": name},
        "spec": {"rules": named, **spec},
    }


def labels(**values: str) -> Row:
    return {"mutate": {"patchStrategicMerge": {"metadata": {"labels": values}}}}


# --- Recorded answers ---


def policy_row(row: Row) -> Answer:
    if row.get("mode") == "target_match":
        resource = {"kind": "K", "metadata": {"name": row["name"], "namespace": row["namespace"]}}
        fields = {"kind": "K", "name": row["name_pattern"], "namespace": row["namespace_pattern"]}
        return is_meant(resource, fields), row["expect"]
    return engine_row(row) if "resource" in row else command_row(row)


def engine_row(row: Row) -> Answer:
    """A row of the engine's own tests, which look at parts of the answer."""
    policies = PolicySet.from_documents([{"apiVersion": "kyverno.io/v1", **row["policy"]}])
    if "target_resources" in row:
        response = policies.mutate_existing(row["resource"], row["target_resources"])
        return list(response.targets), row["expect_patched_targets"]
    response = policies.mutate(row["resource"], variables=row.get("context_variables"))
    found = {name: facts(response)[name] for name in row if name in facts(response)}
    expected = {name: row[name] for name in found}
    if "expect_containers" in row:
        found["expect_containers"] = parts(response.resource, row["expect_containers"])
    if "expect_container_order" in row:
        names = [one["name"] for one in response.resource["spec"]["containers"]]
        found["expect_container_order"] = {at: names[int(at)] for at in row["expect_container_order"]}
    if "expect_message_contains" in row:
        found["expect_message_contains"] = row["expect_message_contains"] in response.results[0].message
        expected["expect_message_contains"] = True
    return found, expected


def facts(response: Any) -> Row:
    return {
        "expect_rule_count": len(response.results),
        "expect_rule_status": [str(result.status) for result in response.results],
        "expect_patched": response.resource,
        "expect_json_patch": response.patches,
        "expect_labels": response.resource["metadata"].get("labels"),
        "expect_containers": None,
        "expect_container_order": None,
    }


def parts(resource: Row, wanted: Row) -> Row:
    spec = resource["spec"]
    containers = {one["name"]: one for one in (*spec["containers"], *spec.get("initContainers", ()))}
    return {name: {key: containers[name].get(key) for key in fields} for name, fields in wanted.items()}


def command_row(row: Row) -> Answer:
    """A row of a test of the command: what one rule made of resources, as far as the row says what to expect.

    The command shows a resource as the policy of the row left it, after those that were loaded before.
    """
    documents = row.get("all_mutate_policies_in_order") or [row["policy"]]
    names = [document["metadata"]["name"] for document in documents]
    last = names.index(row["policy"]["metadata"]["name"])
    policies = PolicySet.from_documents(documents[: last + 1])
    expected = {identity(normalize(one)): tidied(normalize(one)) for one in row["expect_patched"]}
    statuses, found = set(), {}
    for resource in map(normalize, row["resources"]):
        if "target_resources" in row:
            response: Any = policies.mutate_existing(resource, map(normalize, row["target_resources"]))
            changed = [response.resource, *response.targets]
        else:
            response = mutated(policies, resource, row.get("values"))
            changed = [response.resource]
        known = {identity(one): tidied(one) for one in changed if identity(one) in expected}
        found.update(known)
        own = [result for result in response.results if result.rule.endswith(row["rule"])]
        statuses |= {str(result.status) for result in own if known}
    return (found, statuses), (expected, {row["expect_result"]})


def identity(resource: Row) -> str:
    metadata = resource["metadata"]
    return f"{resource['kind']}/{metadata.get('namespace')}/{metadata.get('name')}"


def tidied(value: Any) -> Any:
    """What the command compares: nothing is as good as something empty."""
    if isinstance(value, dict):
        below = {key: tidied(item) for key, item in value.items()}
        return {key: item for key, item in below.items() if item not in (None, {}, [])}
    return [tidied(item) for item in value] if isinstance(value, list) else value


def mutated(policies: PolicySet, resource: Row, values: Row | None) -> Any:
    if values is None:
        return policies.mutate(resource)
    return Judge(policies, read_values(values, "", [])).judge(resource)


def checked_row(row: Row) -> Answer:
    """A row of the checks of mutate rules: whether there are findings, and the words of the first."""
    match row["mode"]:
        case "validate_rule":
            found = said(mutating({"mutate": row["mutate"]}))
            wanted = row.get("expect_error_contains", "")
            return (bool(found), any(wanted in message for message in found)), (bool(wanted), bool(wanted))
        case "validate_target_namespace":
            kind = "Policy" if row["namespaced_policy"] else "ClusterPolicy"
            metadata = {"name": "p", "namespace": "amritapuri"} if row["namespaced_policy"] else {"name": "p"}
            policy = {**mutating(row["rule"]), "kind": kind, "metadata": metadata}
            wanted = [one["detail"] for one in row["expect_errors"]]
            return [one for one in wanted if not any(one in message for message in said(policy))], []
    return "a forced mutation", row["expect_patched"]


def said(policy: Row) -> list[str]:
    """The errors that a policy is refused with."""
    findings = PolicySet.from_documents([policy]).check()
    return [one.message for one in findings if one.severity == "error" and "variable" not in one.message]


def test_recorded_checks():
    rows = [row for row in vectors("mutate_policies") if row.get("mode") not in (None, "target_match")]
    check_rows("mutate_policies", checked_row, rows)


def test_recorded_policies():
    # The rows with a note compare nothing.
    rows = [
        row for row in vectors("mutate_policies") if row.get("mode") in (None, "target_match") and "note" not in row
    ]
    check_rows("mutate_policies", policy_row, rows)


# --- Rules ---


def test_a_patch_changes_a_copy_that_shares_the_rest():
    before = copy.deepcopy(POD)
    response = PolicySet.from_documents([mutating(labels(app="web"))]).mutate(POD)
    assert before == POD
    assert response.resource["metadata"]["labels"] == {"app": "web"}
    assert response.resource["spec"] is POD["spec"]
    assert [(one.rule, one.status, one.message) for one in response.results] == [
        ("r0", Status.PASS, "mutated Pod/web in namespace shop")
    ]
    assert kyvernopy.json_patch(POD, response.patches) == response.resource


def test_what_changes_nothing_is_a_skip_and_the_same_object():
    response = PolicySet.from_documents([mutating({"mutate": {"patchStrategicMerge": {"kind": "Pod"}}})]).mutate(POD)
    assert response.resource is POD
    assert [(one.status, one.message) for one in response.results] == [(Status.SKIP, "no patches applied")]
    assert response.patches == []


def test_each_rule_sees_what_those_before_it_made():
    second = {
        "mutate": {
            "patchStrategicMerge": {"metadata": {"annotations": {"of": "{{ request.object.metadata.labels.app }}"}}}
        }
    }
    only_labelled = {"any": [{"resources": {"kinds": ["Pod"], "selector": {"matchLabels": {"app": "web"}}}}]}
    policy = mutating(labels(app="web"), {**second, "match": only_labelled})
    response = PolicySet.from_documents([policy, mutating(labels(last="yes"), name="other")]).mutate(POD)
    assert response.resource["metadata"]["annotations"] == {"of": "web"}
    assert response.resource["metadata"]["labels"] == {"app": "web", "last": "yes"}
    assert [one.status for one in response.results] == [Status.PASS] * 3


def test_an_error_drops_what_its_policy_did_and_the_next_policy_goes_on():
    broken = {"mutate": {"patchStrategicMerge": {"metadata": {"labels": {"x": "{{ nothing }}"}}}}}
    policy = mutating(labels(first="yes"), broken, labels(third="yes"))
    response = PolicySet.from_documents([policy, mutating(labels(last="yes"), name="other")]).mutate(POD)
    assert [(one.policy, one.status) for one in response.results] == [
        ("change", Status.PASS),
        ("change", Status.ERROR),
        ("other", Status.PASS),
    ]
    assert response.resource["metadata"]["labels"] == {"last": "yes"}
    assert not response.allowed
    text = response.blocked_message
    assert text.startswith(
        "mutation policy change error: failed to apply policy change rules [r1: variable substitution"
    )


def test_an_error_is_ignored_where_the_failure_policy_says_so():
    broken = {"mutate": {"patchesJson6902": "- {op: replace, path: /spec/nothing/at/all, value: 1}"}}
    response = PolicySet.from_documents([mutating(broken, failurePolicy="Ignore")]).mutate(POD)
    assert response.allowed
    assert response.resource is POD
    assert response.results[0].message.startswith("failed to patch resource: replace operation does not apply")


@pytest.mark.parametrize(
    ("mutate", "message"),
    [
        ({}, None),
        ({"patchStrategicMerge": {"spec": {"containers": {"a": 1}}}}, "failed to patch resource: wrong node kind"),
        ({"patchesJson6902": "- {op: add}"}, "failed to patch resource: failed to decode patches"),
        ({"patchesJson6902": "- {op: add, path: /spec/x/99999999999, value: 1}"}, "limit `output_size` exceeded"),
        ({"patchesJson6902": "- {op: replace, path: /kind, value: ''}"}, "failed to unmarshal patched resource"),
        (
            {"foreach": [{"list": "unknown(", "patchStrategicMerge": {"metadata": {}}}]},
            "failed to evaluate list unknown(",
        ),
        (
            {"foreach": [{"list": "request.object.spec.containers", "patchesJson6902": "{{ element.nothing }}"}]},
            "failed to mutate elements: variable substitution failed",
        ),
    ],
)
def test_what_cannot_be_applied_is_an_error_and_changes_nothing(mutate, message):
    response = PolicySet.from_documents([mutating({"mutate": mutate})]).mutate(POD)
    assert response.resource is POD
    if message is None:
        assert response.results == ()
    else:
        [result] = response.results
        assert (result.status, result.message[: len(message)]) == (Status.ERROR, message)


def test_a_loop_that_grows_without_end_crosses_a_limit():
    loops = [
        {
            "list": "request.object.metadata.annotations.text | split(@, '')",
            "patchStrategicMerge": {
                "metadata": {
                    "annotations": {
                        "text": "{{ request.object.metadata.annotations.text }}{{ request.object.metadata.annotations.text }}"
                    }
                }
            },
        }
    ] * 60
    pod = {**POD, "metadata": {**POD["metadata"], "annotations": {"text": "ab"}}}
    limits = kyvernopy.Limits(foreach_elements=200)
    response = PolicySet.from_documents([mutating({"mutate": {"foreach": loops}})], limits=limits).mutate(pod)
    assert response.resource is pod
    assert response.results[0].status is Status.ERROR
    assert "limit `" in response.results[0].message


# --- The whole pipeline ---


def test_the_pipeline_validates_what_mutation_made():
    check = {"validate": {"message": "no team", "pattern": {"metadata": {"labels": {"team": "?*"}}}}}
    policies = PolicySet.from_documents(
        [mutating(check, name="check", validationFailureAction="Enforce"), mutating(labels(team="a"))]
    )
    assert not policies.validate(POD).allowed
    response = policies.apply(POD)
    assert response.allowed
    assert [(one.policy, one.status) for one in response.results] == [("change", Status.PASS), ("check", Status.PASS)]
    assert response.resource["metadata"]["labels"] == {"team": "a"}
    assert response.patches == [{"op": "add", "path": "/metadata/labels", "value": {"team": "a"}}]


def test_a_rule_for_existing_resources_changes_its_targets_and_not_the_trigger():
    rule = {
        "mutate": {
            "targets": [{"apiVersion": "v1", "kind": "Secret", "name": "{{ request.object.metadata.name }}-*"}],
            "patchStrategicMerge": {"metadata": {"labels": {"was": "{{ target.metadata.name }}"}}},
        }
    }
    secrets = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "x"}} for name in ("web-1", "db")
    ]
    policies = PolicySet.from_documents([mutating(rule)])
    assert policies.mutate(POD).results == ()
    response = policies.mutate_existing(POD, secrets)
    assert response.resource is POD
    assert [one["metadata"]["labels"] for one in response.targets] == [{"was": "web-1"}]
    assert [(one.status, one.message) for one in response.results] == [
        (Status.PASS, "mutated Secret/web-1 in namespace x")
    ]


SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "x"}}


def of_secrets(**mutate: Any) -> Row:
    return {"mutate": {"targets": [{"apiVersion": "v1", "kind": "Secret"}], **mutate}}


def of_secrets_with(**given: str) -> Row:
    return of_secrets(**labels(**given)["mutate"])


def test_one_rule_for_existing_resources_is_enough_where_the_policy_says_so():
    rules = of_secrets_with(a="1"), of_secrets_with(b="1")
    policies = PolicySet.from_documents([mutating(*rules, applyRules="One")])
    response = policies.mutate_existing(POD, [SECRET])
    assert [one["metadata"]["labels"] for one in response.targets] == [{"a": "1"}]
    assert len(response.results) == 1
    unchanged = {**SECRET, "metadata": {**SECRET["metadata"], "labels": {"a": "1"}}}
    assert [one.status for one in policies.mutate_existing(POD, [unchanged]).results] == [Status.SKIP, Status.PASS]


@pytest.mark.parametrize(("operations", "results"), [([], 0), (["CREATE"], 0), (["CREATE", "DELETE"], 1)])
def test_a_deletion_triggers_only_rules_that_name_it(operations: list[str], results: int):
    match = {"any": [{"resources": {"kinds": ["Pod"], "operations": operations}}]}
    policies = PolicySet.from_documents([mutating({**of_secrets_with(a="1"), "match": match})])
    assert len(policies.mutate_existing(POD, [SECRET], operation="DELETE").results) == results


def test_an_error_of_one_target_leaves_nothing_behind_for_the_next():
    loops = [
        {"list": "target.items || `[]`", "patchesJson6902": '[{"op": "add", "path": "/data/first", "value": "1"}]'},
        {
            "list": "`[1]`",
            "patchesJson6902": '- {op: "{{ target.op }}", path: /data/kind, value: "{{ request.object.kind }}"}',
        },
    ]
    policies = PolicySet.from_documents([mutating(of_secrets(foreach=loops))])
    response = policies.mutate_existing(POD, [{**SECRET, "items": [1], "op": "none"}, {**SECRET, "op": "add"}])
    assert [one.status for one in response.results] == [Status.ERROR, Status.PASS]
    assert [one["data"] for one in response.targets] == [{"kind": "Pod"}]


@pytest.mark.parametrize("place", ["preconditions", "targets"])
def test_a_bound_that_a_trigger_crosses_is_an_error_of_the_rule(place: str):
    rule = of_secrets_with(a="1")
    long = "{{ join('', request.object.spec.containers[].name) }}"
    if place == "preconditions":
        rule["preconditions"] = {"all": [{"key": long, "operator": "Equals", "value": "a"}]}
    else:
        rule["mutate"]["targets"] = [{"apiVersion": "v1", "kind": "Secret", "name": long}]
    limits = kyvernopy.Limits(output_size=1000)
    policies = PolicySet.from_documents([mutating(rule)], limits=limits)
    pod = {**POD, "spec": {"containers": [{"name": "x" * 300} for _ in range(10)]}}
    (result,) = policies.mutate_existing(pod, [SECRET]).results
    assert result.status is Status.ERROR
    assert "output_size" in result.message


def test_targets_that_cannot_be_looked_up_are_one_error_before_the_others():
    rule = of_secrets_with(a="1")
    rule["mutate"]["targets"] = [
        {"apiVersion": "v1", "kind": "Secret", "namespace": "x", "name": "gone"},
        {"apiVersion": "v1", "kind": "Secret"},
        {"apiVersion": "v1", "kind": "Secret", "namespace": "x", "name": "lost"},
        {"apiVersion": "v1", "kind": "Secret", "name": "s"},
    ]
    response = PolicySet.from_documents([mutating(rule)]).mutate_existing(POD, [SECRET])
    assert [(one.status, one.message) for one in response.results] == [
        (Status.ERROR, ': failed to get target: "gone" not found; failed to get target: "lost" not found'),
        (Status.PASS, "mutated Secret/s in namespace x"),
        (Status.SKIP, "no patches applied"),
    ]
    assert response.originals == (SECRET,)


def test_triggers_that_the_configuration_leaves_alone_change_nothing():
    policies = PolicySet.from_documents([mutating(of_secrets_with(a="1"))])
    configured = policies.with_config({"resourceFilters": "[Pod,*,*]"})
    assert configured.mutate_existing(POD, [SECRET]).results == ()


def test_names_that_are_no_texts_are_left_out_of_messages():
    patch = "- {op: replace, path: /metadata, value: {name: [1], namespace: 7}}"
    response = PolicySet.from_documents([mutating({"mutate": {"patchesJson6902": patch}})]).mutate(POD)
    assert response.results[0].message == "mutated Pod/"


# --- Explanations ---


def test_an_explanation_shows_the_patch_and_the_target():
    rule = {"mutate": {"targets": [{"apiVersion": "v1", "kind": "Pod"}], **labels(a="b")["mutate"]}}
    policies = PolicySet.from_documents([mutating(labels(team="a"), rule)])
    changed = policies.mutate(POD).results[0].explain()
    assert changed.children[-1].title == "patch"
    assert changed.children[-1].found == [{"op": "add", "path": "/metadata/labels", "value": {"team": "a"}}]
    target = policies.mutate_existing(POD, [POD]).results[0].explain()
    assert str(target.children[-1]) == "pass target shop/Pod/web"
