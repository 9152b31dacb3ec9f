"""The example that adds limits does it once, for Pods and their controllers, and what it makes is accepted."""

from __future__ import annotations

import pytest

from kyvernopy import load_policies, load_resources

POLICIES = load_policies("examples/limits")
MANIFESTS = list(load_resources("examples/manifests", normalize=True))


@pytest.mark.parametrize("resource", MANIFESTS, ids=lambda one: f"{one['kind']} {one['metadata']['name']}")
def test_changing_twice_is_changing_once(resource):
    once = POLICIES.mutate(resource).resource
    assert POLICIES.mutate(once).resource is once


@pytest.mark.parametrize("resource", MANIFESTS, ids=lambda one: f"{one['kind']} {one['metadata']['name']}")
def test_what_is_changed_is_accepted(resource):
    response = POLICIES.apply(resource)
    assert response.allowed
    assert all(result.status == "pass" for result in response.results)


def test_some_manifest_would_be_blocked_as_it_is():
    assert not all(POLICIES.validate(resource).allowed for resource in MANIFESTS)
