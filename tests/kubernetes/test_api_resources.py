"""The table of built-in resources."""

from __future__ import annotations

import json

import pytest

from kyvernopy.kubernetes.api_resources import API_RESOURCES, is_cluster_scoped, plural_of
from support import SHARED, needs_shared


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("Pod", "pods"),
        ("Endpoints", "endpoints"),
        ("Ingress", "ingresses"),
        ("NetworkPolicy", "networkpolicies"),
        ("Gateway", "gatewaies"),
        ("MyKind", "mykinds"),
    ],
)
def test_kind_has_this_plural(kind, plural):
    assert plural_of("example.com", kind) == plural


def test_scope_depends_on_group_and_kind():
    assert is_cluster_scoped("", "Namespace")
    assert is_cluster_scoped("rbac.authorization.k8s.io", "ClusterRole")
    assert not is_cluster_scoped("example.com", "Namespace")
    assert not is_cluster_scoped("", "Pod")
    assert not is_cluster_scoped("", "")


@needs_shared
def test_the_table_has_exactly_the_known_resources():
    known = json.loads((SHARED / "spec" / "08-api-resources.json").read_text(encoding="utf-8"))
    columns = ("group", "version", "kind", "plural", "namespaced")
    ours = {tuple(getattr(one, name) for name in columns) for one in API_RESOURCES}
    assert ours == {tuple(one[name] for name in columns) for one in known}
    assert len(API_RESOURCES) == len(known)
