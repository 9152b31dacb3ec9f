"""Pods and their controllers."""

from __future__ import annotations

import pytest

from kyvernopy.kubernetes.api_resources import API_RESOURCES
from kyvernopy.kubernetes.pods import CONTROLLERS, QUALIFIED_KINDS, pod_spec, pod_template_path
from support import check_rows, vectors

SPEC = {"containers": []}


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Pod", ()),
        ("Deployment", ("spec", "template")),
        ("CronJob", ("spec", "jobTemplate", "spec", "template")),
        ("ConfigMap", None),
    ],
)
def test_kind_keeps_its_pod_here(kind, path):
    assert pod_template_path(kind) == path


@pytest.mark.parametrize("kind", ["Pod", *CONTROLLERS])
def test_pod_spec_lies_at_the_end_of_the_path(kind):
    resource = {"spec": SPEC}
    for key in reversed(pod_template_path(kind)):
        resource = {key: resource}
    assert pod_spec({"kind": kind, **resource}) is SPEC


@pytest.mark.parametrize("spec", [None, [], "text", {"template": None}, {"template": {"spec": []}}])
def test_malformed_controller_has_no_pod_spec(spec):
    assert pod_spec({"kind": "Deployment", "spec": spec}) is None


def test_resource_without_a_kind_has_no_pod_spec():
    assert pod_spec({"spec": SPEC}) is pod_spec({"kind": None, "spec": SPEC}) is pod_spec({"kind": [], "spec": SPEC})


def test_qualified_kinds_are_built_in_and_sorted():
    known = {"/".join(filter(None, (one.group, one.version, one.kind))) for one in API_RESOURCES}
    assert set(QUALIFIED_KINDS.values()) <= known
    assert list(QUALIFIED_KINDS) == sorted(QUALIFIED_KINDS)


def pod_spec_row(row):
    """Where the recorded answer is an error, ours is that there is none."""
    return pod_spec(row["fields"]["resource"]), row["fields"]["expectedPod"]


def test_recorded_pod_specs():
    check_rows("autogen", pod_spec_row, [row for row in vectors("autogen") if row["function"] == "extractPodSpec"])
