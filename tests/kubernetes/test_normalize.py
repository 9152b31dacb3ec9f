"""Resources as the commands see them."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.kubernetes.normalize import MAPS, normalize
from kyvernopy.source import Resource, Source

KEYS = st.sampled_from([*sorted(MAPS), "metadata", "namespace", "kind", "spec", "x"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(["", "Pod", "Node"])
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))
RESOURCES = st.dictionaries(KEYS, VALUES, max_size=5)


def plain(value, key=""):
    """The rules for values, one after the other."""
    if isinstance(value, dict):
        return {name: plain(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value is None and key in MAPS:
        return {}
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def types(value):
    """The value with the type of everything in it, because 1 equals 1.0 and True."""
    if isinstance(value, dict):
        return {key: types(item) for key, item in value.items()}
    return [types(item) for item in value] if isinstance(value, list) else (type(value), value)


@pytest.mark.parametrize(
    ("resource", "namespace"),
    [
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}, "default"),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": ""}}, "default"),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": None}}, "default"),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "a"}}, "a"),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": None}, "default"),
        ({"apiVersion": "v1", "kind": "Pod"}, "default"),
        ({"apiVersion": "example.com/v1", "kind": "Unknown", "metadata": {}}, "default"),
        ({"apiVersion": "v1", "kind": "List", "items": []}, "default"),
        ({"apiVersion": "v2", "kind": "Namespace", "metadata": {"name": "a"}}, None),
        ({"apiVersion": "v1", "kind": "Namespace", "metadata": {"namespace": "a"}}, "a"),
    ],
)
def test_resource_gets_this_namespace(resource, namespace):
    assert normalize(resource)["metadata"].get("namespace") == namespace


def test_nulls_that_mean_maps_become_maps_at_any_depth():
    pod = {"kind": "Pod", "metadata": {"namespace": "a", "labels": None, "name": None}, "spec": [{"matchLabels": None}]}
    maps = {"metadata": {"namespace": "a", "labels": {}, "name": None}, "spec": [{"matchLabels": {}}]}
    assert normalize(pod) == {"kind": "Pod", **maps}


@given(RESOURCES)
def test_values_follow_the_rules_and_the_input_stays_as_it_is(resource):
    before = copy.deepcopy(resource)
    found = normalize(resource)
    assert types(resource) == types(before)
    wanted = plain(resource)
    metadata = wanted.get("metadata")
    namespaced = wanted.get("kind") != "Node"
    if namespaced and isinstance(metadata, dict | None) and not (metadata or {}).get("namespace"):
        wanted["metadata"] = {**(metadata or {}), "namespace": "default"}
    assert types(found) == types(wanted)
    assert normalize(found) is found


def test_what_does_not_change_is_shared():
    spec = {"containers": [{"name": "a", "args": ["b"]}, {"name": "c", "port": 80}]}
    found = normalize({"kind": "Pod", "metadata": {"namespace": "a"}, "spec": spec})
    assert found["spec"]["containers"][0] is spec["containers"][0]
    assert types(found["spec"]["containers"][1]["port"]) == (float, 80.0)


def test_a_number_too_large_for_a_float_stays():
    assert normalize({"kind": "Pod", "x": [10**400]})["x"] == [10**400]


def test_a_resource_keeps_its_source():
    source = Source("a.yaml", 2, 7)
    found = normalize(Resource({"kind": "Pod", "spec": {"replicas": 1}}, source))
    assert isinstance(found, Resource)
    assert found.source is source
