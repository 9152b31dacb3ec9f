"""The world as commands let policies see it."""

from __future__ import annotations

import socket

import pytest

from kyvernopy.cli.providers import GivenResources, looks_around, real_providers
from kyvernopy.policy_set import PolicySet
from kyvernopy.providers import ApiError, ApiRequest

NAMESPACE = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "shop"}}
CALL = {"name": "x", "apiCall": {"urlPath": "/api/v1/pods"}}


def test_the_clock_knows_its_zone():
    providers = real_providers()

    assert providers.clock is not None
    assert providers.clock().utcoffset() is not None


def test_chance_stays_below_its_bound():
    providers = real_providers()

    assert providers.random is not None
    assert {providers.random(3) for _ in range(200)} == {0, 1, 2}


def test_each_address_of_a_host_is_told_once(monkeypatch):
    found = [(family, 1, 6, "", (address, 0)) for family, address in ((2, "10.0.0.1"), (10, "::1"), (2, "10.0.0.1"))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    providers = real_providers()

    assert providers.resolve_host is not None
    assert providers.resolve_host("localhost") == ["10.0.0.1", "::1"]


def test_resources_are_looked_up_once_they_are_known():
    given = GivenResources()
    ask = given.providers.api_calls
    request = ApiRequest(path="/api/v1/namespaces/shop/configmaps/one")

    assert ask is not None
    assert given.providers.config_maps is None
    with pytest.raises(ApiError):
        ask(request)
    given.fill([NAMESPACE])
    assert ask(request) == NAMESPACE


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"context": [CALL]}, True),
        ({"context": [{"name": "x", "globalReference": {"name": "y"}}]}, True),
        ({"context": [{"name": "x", "variable": {"value": 1}}]}, False),
        ({"validate": {"foreach": [{"list": "a", "context": [CALL], "deny": {}}]}}, True),
        ({"validate": {"foreach": [{"list": "a", "foreach": [{"list": "b", "context": [CALL], "deny": {}}]}]}}, True),
        ({"validate": {"foreach": [{"list": "a", "deny": {}}]}}, False),
        ({}, False),
    ],
)
def test_only_some_policies_look_around(rule, expected):
    document = {
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "p"},
        "spec": {"rules": [{"name": "r", "match": {"any": []}, "validate": {"deny": {}}, **rule}]},
    }
    (policy,) = PolicySet.from_documents([document])

    assert looks_around(policy) is expected
