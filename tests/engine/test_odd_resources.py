"""Resources that no reader of JSON gives: deciding ends in results, whatever a resource holds."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest

import kyvernopy

POLICY = """\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: odd}
spec:
  validationFailureAction: Enforce
  rules:
    - name: inside-a-text
      match: {any: [{resources: {kinds: [ConfigMap]}}]}
      validate:
        message: "not {{ request.object.data }}"
        deny: {conditions: {all: [{key: "is {{ request.object.data }}", operator: Equals, value: a}]}}
    - name: in-a-pattern
      match: {any: [{resources: {kinds: [ConfigMap]}}]}
      validate: {message: m, pattern: {data: "{{ request.object.data }}"}}
    - name: one-of-many
      match: {any: [{resources: {kinds: [ConfigMap]}}]}
      validate:
        message: "not {{ request.object.data }}"
        deny: {conditions: {all: [{key: "{{ request.object.data }}", operator: AnyIn, value: [a]}]}}
"""
MANY_DIGITS = 10**5000  # which Python does not write as a text

ODD = {
    "a number as key": {1: "a"},
    "null as key": {None: "a"},
    "a date": dt.date(2024, 1, 1),
    "a set": {1, 2},
    "many digits": MANY_DIGITS,
    "a list of many digits": [MANY_DIGITS, -MANY_DIGITS],
    "not a number": float("nan"),
}


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in ODD.items()])
def test_a_resource_that_is_not_of_json_gets_results(data):
    policies = kyvernopy.parse_policies(POLICY)
    resource = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data}
    response = policies.validate(resource)
    assert [result.rule for result in response.results] == ["inside-a-text", "in-a-pattern", "one-of-many"]
    assert str(response.explain())
    assert str(policies.explain(resource))
    assert pickle.loads(pickle.dumps(response.results)) == response.results  # noqa: S301  what was just made
    assert bool(response.blocked_message) is not response.allowed


CHANGES = """\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: change}
spec:
  rules:
    - name: r
      match: {any: [{resources: {kinds: [ConfigMap]}}]}
      mutate:
"""
PATCHES = {
    "a value in an overlay": "patchStrategicMerge: {copy: '{{ request.object.data }}'}",
    "a value in a loop": "foreach: [{list: request.object.data, patchStrategicMerge: {copy: '{{ element }}'}}]",
    "a value in a text": 'patchesJson6902: \'[{"op": "add", "path": "/a", "value": {{ request.object.data }}}]\'',
    "a kind that is none": "patchesJson6902: '- {op: replace, path: /kind, value: 1}'",
    "a target": (
        "{targets: [{kind: ConfigMap, selector: {matchLabels: {a: '?*'}}}],"
        " patchStrategicMerge: {copy: '{{ target.data }}'}}"
    ),
}


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in ODD.items()])
@pytest.mark.parametrize("patch", [pytest.param(patch, id=name) for name, patch in PATCHES.items()])
def test_a_resource_that_is_not_of_json_is_changed_or_the_rule_has_an_error(patch, data):
    policies = kyvernopy.parse_policies(f"{CHANGES}        {patch}\n")
    resource = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "labels": {"a": data}}, "data": data}
    response = policies.mutate(resource)
    assert response.resource is resource or response.patches
    other = {**resource, "metadata": {"name": "d", "labels": {"a": "b"}}}
    targets = policies.mutate_existing(resource, [resource, other])
    assert len(response.results) + len(targets.results) == 1
    assert all(str(result.explain()) for result in (*response.results, *targets.results))


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"request": "x"}, "the variables leave no map at `request`"),
        ({"request.object": "x"}, "the variables leave no resource at `request.object`"),
        ({"request.object": [1]}, "the variables leave no resource at `request.object`"),
        ({"": 1}, "`` names no variable: EOF"),
        ({'a."b': 1}, '`a."b` names no variable: parse error'),
    ],
)
def test_variables_that_leave_no_resource_are_an_error_of_the_call(variables, message):
    policies = kyvernopy.parse_policies(POLICY)
    with pytest.raises(kyvernopy.DocumentError) as caught:
        policies.validate({"apiVersion": "v1", "kind": "ConfigMap"}, variables=variables)
    assert message in str(caught.value)
