"""The cluster in memory: which paths it answers, how it fails, and its global context entries."""

from __future__ import annotations

from typing import Any

import pytest

from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.providers import ApiError, ApiRequest
from kyvernopy.variables.context import Context
from kyvernopy.variables.entries import compile_entry
from kyvernopy.variables.memory import MemoryCluster


def thing(api_version: str, kind: str, name: str, namespace: str = "", **fields: Any) -> dict[str, Any]:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


RESOURCES = [
    thing("v1", "Pod", "a", "x"),
    thing("v1", "Pod", "b", "y"),
    thing("v1", "Pod", "c"),
    thing("v1", "Namespace", "x"),
    thing("v1", "ConfigMap", "m", "x", data={"k": "v"}),
    thing("networking.k8s.io/v1", "Ingress", "i", "x"),
    thing("policy/v1", "PodDisruptionBudget", "p", "x"),
    thing("example.com/v1", "Cactus", "green", "x"),
    thing(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "cacti.example.com",
        spec={"group": "example.com", "names": {"kind": "Cactus", "plural": "cacti"}},
    ),
    thing(
        "kyverno.io/v2",
        "GlobalContextEntry",
        "pods",
        spec={
            "kubernetesResource": {"version": "v1", "resource": "pods", "namespace": "x"},
            "projections": [{"name": "names", "jmesPath": "[].metadata.name"}, {"name": "none", "jmesPath": "[9]"}],
        },
    ),
    thing(
        "kyverno.io/v2",
        "GlobalContextEntry",
        "called",
        spec={"apiCall": {"urlPath": "/api/v1/pods"}, "projections": [{"name": "none", "jmesPath": "items[9]"}]},
    ),
]
CLUSTER = MemoryCluster(RESOURCES)


def get(path: str) -> Any:
    return CLUSTER.api_calls(ApiRequest(path=path))


@pytest.mark.parametrize(
    ("path", "kind", "names"),
    [
        ("/api/v1/pods", "PodList", ["a", "b", "c"]),
        ("api/v1/pods/", "PodList", ["a", "b", "c"]),
        ("/api/v1/namespaces/x/pods", "PodList", ["a"]),
        ("/api/v1/namespaces/default/pods", "PodList", ["c"]),
        ("/api/v1/namespaces", "NamespaceList", ["x"]),
        ("/apis/networking.k8s.io/v1/ingresses", "IngressList", ["i"]),
        ("/apis/policy/v1/namespaces/x/poddisruptionbudgets", "PodDisruptionBudgetList", ["p"]),
        ("/apis/example.com/v1/cacti", "CactusList", ["green"]),
        ("/apis/apps/v1/statefulsets", "StatefulSetList", []),
        ("/apis/other.com/v1/berries", "BerryList", []),
        ("/apis/other.com/v1/boxes", "BoxList", []),
        ("/apis/policy/v2/poddisruptionbudgets", "PodDisruptionBudgetList", []),
    ],
)
def test_paths_without_a_name_give_lists(path, kind, names):
    found = get(path)
    assert found.keys() == {"apiVersion", "kind", "items"}
    assert (found["kind"], [item["metadata"]["name"] for item in found["items"]]) == (kind, names)


@pytest.mark.parametrize(
    ("path", "index"),
    [
        ("/api/v1/namespaces/x/pods/a", 0),
        ("/api/v1/namespaces/default/pods/c", 2),
        ("/apis/example.com/v1/namespaces/x/cacti/green", 7),
        ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/cacti.example.com", 8),
    ],
)
def test_paths_with_a_name_give_the_object_itself(path, index):
    assert get(path) is RESOURCES[index]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/api/v1/namespaces/x/pods/no", 'failed to get resource v1/Pod/no: pods "no" not found'),
        (
            "/apis/apps/v1/namespaces/x/deployments/no",
            'failed to get resource apps/v1/Deployment/no: deployments.apps "no" not found',
        ),
        ("/api/v1/namespaces/x", "failed to parse path: /api/v1/namespaces/x"),
        ("/api/v1", "failed to parse path: /api/v1"),
        ("/api", "failed to parse path: /api"),
        ("/apis/apps", "failed to parse path: /apis/apps"),
        ("/version", "failed to parse path: /version"),
        ("/api/v1/namespaces/x/pods/a/log", "failed to parse path: /api/v1/namespaces/x/pods/a/log"),
        ("/api/v1/pods?limit=1", "failed to parse path: /api/v1/pods?limit=1"),
    ],
)
def test_texts_of_paths_that_fail(path, message):
    with pytest.raises(ApiError) as caught:
        get(path)
    assert str(caught.value) == message


def test_only_reading_is_supported():
    with pytest.raises(ApiError, match=r"^method POST not supported for fake client$"):
        CLUSTER.api_calls(ApiRequest("POST", "/api/v1/pods"))
    with pytest.raises(ApiError, match="not part of the cluster"):
        CLUSTER.api_calls(ApiRequest(url="https://x"))


def test_config_maps_are_found():
    found = CLUSTER.config_maps("x", "m")
    assert found is not None
    assert found["data"] == {"k": "v"}
    assert CLUSTER.config_maps("y", "m") is None


def global_value(name: str) -> Any:
    dialect = Dialect(providers=CLUSTER.providers)
    context = Context(dialect)
    context.declare([compile_entry("e", "globalReference", {"name": name}, dialect)])
    try:
        return context.query("e")
    except Exception as error:  # noqa: BLE001  compared by its text
        return str(error).removeprefix("failed to marshal APICall data for context entry e: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pods", [RESOURCES[0]]),
        ("pods.names", ["a"]),
        ("pods.none", None),
        ("pods.other", 'projection "other" not found'),
        ("called.none", "no data available"),
        ("called.other", "no data available"),
        ("other", "failed to fetch entry key=other"),
    ],
)
def test_global_context_entries_are_backed_by_the_resources(name, value):
    assert global_value(name) == value


def test_calls_of_global_context_entries_are_answered_too():
    assert len(global_value("called")["items"]) == 3


def test_broken_resources_do_not_hide_the_others():
    broken = [{}, {"kind": 1, "metadata": []}, {"kind": "CustomResourceDefinition", "spec": 1}]
    broken += [{"kind": "GlobalContextEntry", "spec": {"projections": None}}, {"apiVersion": "v1", "kind": "Pod"}]
    cluster = MemoryCluster([*broken, RESOURCES[0]])
    assert cluster.api_calls(ApiRequest(path="/api/v1/namespaces/x/pods/a")) is RESOURCES[0]
    assert cluster.config_maps("x", "m") is None
    assert repr(cluster) == "<MemoryCluster 6 resources>"
