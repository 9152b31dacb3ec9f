"""Resources judged with values: which policy is asked what, and what stays as it was."""

from __future__ import annotations

import copy
import json

import pytest

import kyvernopy
from kyvernopy.errors import DocumentError
from kyvernopy.offline.judge import Judge
from kyvernopy.offline.values import Values, read_values
from kyvernopy.policy_set import PolicySet
from kyvernopy.source import Resource, Source
from support import Answer, Row, check_rows, needs_shared, vectors

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}}}


def policies(*names: str, message: str = "{{ request.operation }} {{ request.object.metadata.labels.app }}", **match):
    """Policies whose only rule refuses all, with a message that tells what it saw."""
    filters = {"any": [{"resources": {"kinds": ["*"], **match}}]}
    rule = {"name": "refuse", "match": filters, "validate": {"message": message, "deny": {}}}
    return PolicySet.from_documents(
        {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": name}, "spec": {"rules": [rule]}}
        for name in names
    )


def values(**data) -> Values:
    wrong: list[str] = []
    found = read_values(data, "", wrong)
    assert not wrong
    return found


def seen(judge: Judge, resource=POD) -> list[tuple[str, str]]:
    return [(one.policy, one.message) for one in judge.judge(resource).results]


def test_without_values_all_policies_are_asked_at_once():
    judge = Judge(policies("a", "b"))

    assert len(judge.judge(POD).validated) == 1
    assert seen(judge) == [("a", "CREATE web"), ("b", "CREATE web")]


def test_a_policy_with_values_of_its_own_is_asked_alone():
    own = {"name": "b", "resources": [{"name": "web", "values": {"request.operation": "UPDATE"}}]}
    judge = Judge(policies("a", "b", "c", "d"), values(policies=[own], globalValues={"request.operation": "CONNECT"}))

    assert len(judge.judge(POD).validated) == 3
    assert seen(judge) == [("a", "CONNECT web"), ("b", "UPDATE web"), ("c", "CONNECT web"), ("d", "CONNECT web")]


def test_values_change_what_rules_see_and_not_the_resource():
    before = copy.deepcopy(POD)
    judge = Judge(policies("a"), values(globalValues={"request.object.metadata.labels.app": "cache"}))

    assert seen(judge) == [("a", "CREATE cache")]
    assert before == POD


def test_a_deletion_is_about_the_old_object():
    message = "{{ request.oldObject.metadata.name }} of '{{ request.namespace }}'"
    judge = Judge(policies("a", message=message), values(globalValues={"request.operation": "DELETE"}))

    assert seen(judge) == [("a", "web of ''")]


def test_rules_are_matched_with_labels_of_namespaces_that_values_give():
    chosen = policies("a", namespaceSelector={"matchLabels": {"env": "prod"}})

    assert not seen(Judge(chosen, values()))
    assert seen(Judge(chosen, values(namespaceSelector=[{"name": "shop", "labels": {"env": "prod"}}])))


def test_values_of_rules_stand_in_for_context_entries():
    document = policies("a").policies[0].to_dict()
    document["spec"]["rules"][0] |= {
        "context": [{"name": "settings", "configMap": {"name": "settings", "namespace": "shop"}}],
        "validate": {"message": "{{ settings.data.key }}", "deny": {}},
    }
    rule = {"name": "refuse", "values": {"settings.data.key": "value"}}
    judge = Judge(PolicySet.from_documents([document]), values(policies=[{"name": "a", "rules": [rule]}]))

    assert seen(judge) == [("a", "value")]


def labelling(name: str, label: str, value: str) -> dict:
    rule = {
        "name": "label",
        "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
        "mutate": {"patchStrategicMerge": {"metadata": {"labels": {label: value}}}},
    }
    return {
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": name},
        "spec": {"rules": [rule]},
    }


def test_mutate_policies_come_first_and_see_what_those_before_them_made():
    documents = [
        policies("last").policies[0].to_dict(),
        labelling("one", "app", "cache"),
        labelling("two", "copy", "{{ request.object.metadata.labels.app }}"),
    ]
    before = copy.deepcopy(POD)
    for given in (None, values(globalValues={"x": 1})):
        judgement = Judge(PolicySet.from_documents(documents), given).judge(Resource(POD, Source("pod.yaml")))
        assert [(one.policy, str(one.status)) for one in judgement.results] == [
            ("one", "pass"),
            ("two", "pass"),
            ("last", "fail"),
        ]
        assert [step.response.resource["metadata"]["labels"] for step in judgement.steps] == [
            {"app": "cache"},
            {"app": "cache", "copy": "cache"},
        ]
        assert judgement.results[-1].message == "CREATE cache"
        assert judgement.results[-1].resource.place.source == "pod.yaml"
    assert before == POD


def test_a_review_is_a_request_whose_user_has_the_roles_of_the_file():
    review = {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "operation": "UPDATE",
            "kind": {"version": "v1", "kind": "Pod"},
            "namespace": "shop",
            "userInfo": {"username": "amy"},
            "object": POD,
            "oldObject": POD,
        },
    }
    message = "{{ request.operation }} by {{ request.userInfo.username }} with {{ request.roles[0] }}"
    judge = Judge(policies("a", message=message), values(), {"roles": ["shop:edit"], "userInfo": {"username": "bob"}})

    assert seen(judge, review) == [("a", "UPDATE by amy with shop:edit")]
    assert policies("a").validate_review(review).results
    with pytest.raises(DocumentError):
        judge.judge({**review, "request": None})


@pytest.mark.parametrize("metadata", [None, [], "web", {"name": 1}])
def test_a_resource_without_a_name_is_judged(metadata):
    judge = Judge(policies("a", message="seen"), values(globalValues={"request.operation": "UPDATE"}))

    assert seen(judge, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}) == [("a", "seen")]


def test_settings_of_the_policies_are_kept():
    loaded = kyvernopy.parse_policies(
        """
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: a}
spec:
  rules:
  - name: refuse
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate: {message: "{{ shout(request.object.kind) }}", deny: {}}
""",
        functions={"shout": lambda text: text.upper() + "!"},
    )
    own = {"name": "a", "resources": [{"name": "web", "values": {"x": 1}}]}

    assert seen(Judge(loaded, values(policies=[own]))) == [("a", "POD!")]


def test_a_rule_gets_the_first_values_that_are_for_it():
    rules = [{"name": "autogen-refuse", "values": {"x": "other"}}, {"name": "refuse", "values": {"x": "own"}}]
    loaded = policies("a", message="{{ x }}")

    assert seen(Judge(loaded, values(policies=[{"name": "a", "rules": rules}]))) == [("a", "own")]
    assert values(policies=[{"name": "a", "rules": rules}]).rule_values_for("a")["autogen-refuse"] == {"x": "other"}


@needs_shared
def test_requests_have_the_recorded_shape():
    judges = policies("a", message="{{ to_string(request) }}")

    def check(row: Row) -> Answer:
        given = row["input"]
        asked = values(globalValues={"request.operation": given["operation"]} if given["operation"] else {})
        ((_, message),) = seen(Judge(judges, asked), given["resource"])
        request = json.loads(message)
        return {name: request.get(name) for name in row["expect"]}, row["expect"]

    rows = [row for row in vectors("cli_units") if row["function"] == "admission_request_shape"]
    check_rows("cli_units", check, rows)
