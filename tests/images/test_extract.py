"""Images of resources: the known kinds, extractors of rules, and the texts of what goes wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.errors import ExpressionError
from kyvernopy.images.extract import extract_images, image_variables
from kyvernopy.images.extractors import compile_extractors
from kyvernopy.jmespath.dialect import Dialect
from reference import images as definition
from reference.values import ExpressionError as DefinitionError
from support import examples

POD = {
    "kind": "Pod",
    "spec": {
        "imagePullSecrets": [{"name": "pull"}, {"other": "x"}, 1],
        "initContainers": [{"name": "init", "image": "busybox"}],
        "containers": [{"name": "web", "image": "nginx:1"}, {"name": "empty", "image": " "}, {"name": "none"}],
        "ephemeralContainers": None,
    },
}


def test_images_of_a_pod_are_grouped_by_list_and_container():
    images = extract_images(POD)
    assert {group: list(members) for group, members in images.items()} == {
        "initContainers": ["init"],
        "containers": ["web"],
    }
    web = images["containers"]["web"]
    assert (web.pointer, web.pull_secrets) == ("/spec/containers/0/image", ("pull",))
    assert web.to_dict() == {
        "registry": "docker.io",
        "name": "nginx",
        "path": "nginx",
        "tag": "1",
        "reference": "docker.io/nginx:1",
        "referenceWithTag": "docker.io/nginx:1",
        "jsonPointer": "/spec/containers/0/image",
    }


@pytest.mark.parametrize(
    "resource", [{}, {"kind": "Service"}, {"kind": 1}, {"kind": "Pod"}, {"kind": "Pod", "spec": None}]
)
def test_resources_without_images_have_none(resource):
    assert extract_images(resource) == {}


def extracted(extractors: list[dict], spec: object) -> dict:
    custom = compile_extractors({"Task": extractors}, Dialect().compile)
    return image_variables(extract_images({"kind": "Task", "spec": spec}, custom))


@pytest.mark.parametrize(
    ("extractor", "spec", "group", "keys"),
    [
        ({"path": "/spec/steps/*/image"}, {"steps": [{"image": "a"}, None, {"image": "b"}]}, "custom", ["/spec/steps/0/image", "/spec/steps/2/image"]),
        ({"path": " spec / steps //*", "value": "i", "name": "n"}, {"steps": {"x": {"i": "a"}}}, "n", ["/spec/steps/x/i"]),
        ({"path": "/spec/*", "value": "i", "key": "k"}, [{"i": "a", "k": "1"}, {"i": "b", "k": "1"}], "custom", ["1"]),
        ({"path": "/spec/url", "jmesPath": "trim_prefix(@, 'docker://')"}, {"url": "docker://a"}, "custom", ["/spec/url"]),
    ],
)  # fmt: skip
def test_extractors_of_rules_find_images(extractor, spec, group, keys):
    found = extracted([extractor], spec)
    assert {group: list(members) for group, members in found.items()} == {group: keys}


def test_extractors_of_a_kind_stand_instead_of_the_known_ones():
    custom = compile_extractors({"Pod": [{"path": "/spec/initContainers/*/image"}]})
    assert list(extract_images(POD, custom)) == ["custom"]
    other = compile_extractors({"Task": []})
    assert list(extract_images(POD, other)) == ["initContainers", "containers"]


@pytest.mark.parametrize(
    ("extractors", "spec", "message"),
    [
        ([], {}, "no extractors found for Task"),
        ([{"path": "/spec/a/b"}], {"a": "text"}, "invalid image config"),
        ([{"path": "/spec/*/b"}], "text", "invalid type"),
        ([{"path": "/spec/*", "value": "i", "key": "k"}], [{"i": "a"}], "invalid key"),
        ([{"path": "/spec/i", "jmesPath": "a..b"}], {"i": "a"}, "invalid jmespath a..b: SyntaxError: "),
        (
            [{"path": "/spec/i", "jmesPath": "abs(@)"}],
            {"i": "a"},
            "failed to apply jmespath abs(@): Invalid type for: a",
        ),
        ([{"path": "/spec/i", "jmesPath": "[@]"}], {"i": "a"}, "jmespath [@] must produce a string, but produced [a]"),
        (
            [{"path": "/spec/i"}],
            {"i": "++"},
            (
                "invalid image '++' (bad image: docker.io/++, defaultRegistry: docker.io, "
                "enableDefaultRegistryMutation: true: invalid reference format)"
            ),
        ),
    ],
)
def test_texts_of_extractions_that_fail(extractors, spec, message):
    with pytest.raises(ExpressionError) as caught:
        extracted(extractors, spec)
    assert str(caught.value).startswith(message)


def test_paths_of_any_length_are_walked():
    custom = compile_extractors({"Task": [{"path": "a/" * 5_000 + "image"}]})
    deep: dict = {"image": "nginx"}
    for _ in range(5_000):
        deep = {"a": deep}
    assert len(extract_images({"kind": "Task", **deep}, custom)["custom"]) == 1


CONTAINERS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["a", "b", 1]),
            "image": st.sampled_from(["nginx", "x/y:1", "a.b/c", "UP/x", "", None, "r:1/i@sha256:" + "0" * 64]),
        },
    )
    | st.none()
    | st.just("text"),
    max_size=3,
) | st.sampled_from([None, "text", {"x": {"name": "a", "image": "nginx"}}])
SPECS = st.fixed_dictionaries({}, optional={"containers": CONTAINERS, "initContainers": CONTAINERS}) | st.none()


@examples(200)
@given(st.sampled_from(["Pod", "Service", "CronJob"]), SPECS)
def test_images_are_those_of_the_definition(kind, spec):
    resource = {"kind": kind, "spec": spec}
    if kind == "CronJob":
        resource["spec"] = {"jobTemplate": {"spec": {"template": {"spec": spec}}}}
    assert outcome(lambda: image_variables(extract_images(resource))) == outcome(lambda: definition.extract(resource))


def outcome(extract):
    try:
        return extract()
    except (ExpressionError, DefinitionError) as error:
        return str(error)
