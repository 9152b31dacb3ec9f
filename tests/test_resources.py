"""Resources from text and files, as a user loads them."""

from __future__ import annotations

import pickle

import pytest

import kyvernopy
from kyvernopy import DocumentError, Resource
from support import Answer, Row, check_rows, vectors

STREAM = """
apiVersion: v1
kind: Pod
metadata: {name: a}
---
---
kind: PodList
apiVersion: v1
items:
- metadata: {name: b}
- metadata: {name: c}
---
a: [
---
apiVersion: v1
kind: List
items: [{apiVersion: v1, kind: Service, metadata: {name: d}}]
---
metadata: {name: without kind}
---
- a list
"""


@pytest.fixture
def stream(tmp_path):
    path = tmp_path / "stream.yaml"
    path.write_text(STREAM)
    return path


def test_lists_are_unpacked_and_what_is_broken_is_collected(stream):
    resources = kyvernopy.load_resources(stream, errors="collect")
    assert [(one["kind"], one["metadata"]["name"]) for one in resources] == [
        ("Pod", "a"),
        ("Pod", "b"),
        ("Pod", "c"),
        ("Service", "d"),
    ]
    assert [finding.code for finding in resources.errors] == ["yaml-syntax", "not-a-resource", "not-a-resource"]
    assert str(resources.errors[1]).startswith(f"{stream}:19: Object 'Kind' is missing in ")


def test_what_is_broken_is_raised_when_its_turn_comes(stream):
    resources = kyvernopy.load_resources(stream)
    assert [next(resources)["metadata"]["name"] for _ in range(3)] == ["a", "b", "c"]
    with pytest.raises(DocumentError, match=r"stream\.yaml:1"):
        next(resources)


def test_a_resource_remembers_where_it_came_from(stream):
    first = next(kyvernopy.load_resources(stream))
    assert isinstance(first, Resource)
    assert (first.source.name, first.source.document, first.source.line) == (str(stream), 1, 2)
    copied = pickle.loads(pickle.dumps(first))  # noqa: S301  our own bytes
    assert (copied, copied.source) == (first, first.source)


def test_a_wrong_way_with_errors_is_refused():
    with pytest.raises(ValueError, match="collect"):
        kyvernopy.load_resources("x.yaml", errors="ignore")
    with pytest.raises(ValueError, match="collect"):
        kyvernopy.load_policies("x.yaml", errors="ignore")


def test_integral_floats_of_yaml_are_integers(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text("apiVersion: v1\nkind: X\na: 1.0\nb: 1\nc: 1.5\n")
    [plain] = kyvernopy.load_resources(path)
    [normal] = kyvernopy.load_resources(path, normalize=True)
    assert [type(plain[key]) for key in "abc"] == [int, int, float]
    assert [type(normal[key]) for key in "abc"] == [float, float, float]
    assert normal["metadata"] == {"namespace": "default"}


def value_at(resource: object, path: str) -> object:
    for step in path.strip("/").split("/"):
        resource = resource[int(step)] if isinstance(resource, list) else resource[step]  # type: ignore[index]
    return resource


def test_loading_normalizes_as_the_commands_do(tmp_path):
    def check(row: Row) -> Answer:
        path = tmp_path / "resource.yaml"
        path.write_text(row["input"]["yaml"])
        [resource] = kyvernopy.load_resources(path, normalize=True)
        wanted = row["expect"]["values_at"]
        return {at: value_at(resource, at) for at in wanted}, wanted

    check_rows("cli_units", check, [row for row in vectors("cli_units") if row["function"] == "load_resource_yaml"])


def test_null_maps_become_empty_as_in_the_commands():
    from kyvernopy.kubernetes.normalize import normalize  # noqa: PLC0415  not public

    def check(row: Row) -> Answer:
        changed = normalize(row["input"])
        changed["metadata"].pop("namespace")  # filled in as well
        return changed, {"metadata": {}, **row["expect"]}

    rows = [row for row in vectors("cli_units") if row["function"] == "normalize_nil_maps"]
    check_rows("cli_units", check, rows)
