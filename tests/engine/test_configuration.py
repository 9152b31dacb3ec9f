"""The configuration: what of the ConfigMap is read, which requests are filtered, which users are excluded."""

from __future__ import annotations

import pickle
from dataclasses import asdict

import pytest

from kyvernopy.engine.configuration import Configuration, Exclusions, parse_filters
from kyvernopy.engine.match import never
from kyvernopy.engine.request import Request, User
from support import check_rows, needs_shared, vectors


def resource(kind="Pod", name="nginx", namespace="default", version="v1", **metadata):
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace, **metadata}}


def filtered(text, new, old=None, **more):
    return Configuration.from_data({"resourceFilters": text}).filters(Request(new, old, **more))


# --- Resource filters ---


@pytest.mark.parametrize(
    ("text", "new", "expected"),
    [
        ("[Pod,*,*]", resource(), True),
        ("[Pod,default,nginx]", resource(), True),
        ("[Pod,default,web]", resource(), False),
        ("[Pod,kube-*,*][*,default,n*]", resource(), True),
        ("[Pod]", resource(), False),
        ("[Pod]", resource(name="", namespace=""), True),
        ("[Pod,*]", resource(), False),
        ("[Pod, default, nginx]", resource(), False),
        ("[Node,*,*]", resource(), False),
        ("[*/*,kube-system,*]", resource("Namespace", "kube-system", ""), True),
        ("[*/*,kube-system,*]", resource("Namespace", "kube-system", "", "example.com/v1"), False),
        ("[*/*,kube-system,*]", resource("Namespace", "default", ""), False),
        ("[]", resource(), False),
        ("", resource(), False),
        ("[Pod,default,?*]", {"kind": "Pod", "metadata": {"generateName": "a", "namespace": "default"}}, False),
        ("[Pod,*,*]", {"apiVersion": "v1", "kind": "Pod", "metadata": None}, True),
        ("[Pod,,]", {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": 1}}, True),
    ],
)
def test_a_resource_is_filtered_by_kind_namespace_and_name(text, new, expected):
    assert filtered(text, new) is expected


def test_one_filtered_resource_of_a_request_is_enough():
    assert filtered("[Pod,default,old]", resource(name="new"), resource(name="old"))
    assert filtered("[Pod,default,old]", None, resource(name="old"), operation="DELETE")


def test_a_subresource_is_filtered_only_by_name():
    assert not filtered("[Pod,*,*]", resource(), subresource="ephemeralcontainers")
    assert filtered("[Pod/*,*,*]", resource(), subresource="exec")
    assert filtered("[Pod/exec,*,*]", resource(), subresource="exec")


def test_a_kind_without_filters_costs_nothing():
    configuration = Configuration.from_data({"resourceFilters": "[Node,*,*]"})
    assert configuration.for_kind(("", "v1", "Pod"), "") is never


# --- Users ---


@pytest.mark.parametrize(
    ("data", "user", "expected"),
    [
        ({"excludeUsernames": "amy"}, {"username": "amy"}, True),
        ({"excludeUsernames": "a*, !amy"}, {"username": "amy"}, False),
        ({"excludeUsernames": "a*"}, {"username": "bob"}, False),
        ({"excludeGroups": "system:nodes"}, {"username": "n", "groups": ["x", "system:nodes"]}, True),
        ({"excludeGroups": "system:*", "excludeUsernames": "!n"}, {"username": "n", "groups": ["system:nodes"]}, False),
        ({"excludeRoles": "kube-system:*"}, {"roles": ["kube-system:admin"]}, True),
        ({"excludeClusterRoles": "cluster-admin"}, {"clusterRoles": ["cluster-admin"]}, True),
        ({"excludeUsernames": ""}, {}, False),
        ({}, {"username": "amy"}, False),
    ],
)
def test_a_user_is_excluded_unless_included(data, user, expected):
    configuration = Configuration.from_data(data)
    assert configuration.excludes(User(user), admission=True) is expected
    assert not configuration.excludes(User(user), admission=False)


# --- Other values ---


def test_values_are_read_from_data_or_from_the_whole_config_map():
    data = {
        "defaultRegistry": "registry.example.com/mirror",
        "enableDefaultRegistryMutation": "F",
        "maxContextSize": "1.5Ki",
        "webhooks": "{}",
    }
    configuration = Configuration.from_data(data)
    assert configuration.default_registry == "registry.example.com/mirror"
    assert configuration.registry_mutation is False
    assert configuration.context_size == 1536
    assert configuration.notes == ()
    whole = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kyverno"}, "data": data}
    assert Configuration.from_data(whole) == configuration
    assert pickle.loads(pickle.dumps(configuration)) == configuration  # noqa: S301  our own bytes


@pytest.mark.parametrize("document", [{}, {"kind": "ConfigMap"}, {"kind": "ConfigMap", "data": None}])
def test_nothing_said_is_no_configuration(document):
    assert Configuration.from_data(document) == Configuration()


def test_python_booleans_and_numbers_are_taken():
    configuration = Configuration.from_data({"enableDefaultRegistryMutation": False, "maxContextSize": 0})
    assert (configuration.registry_mutation, configuration.context_size, configuration.notes) == (False, 0, ())


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("defaultRegistry", "http://x y", "expected the name of a host, found `http://x y`"),
        ("defaultRegistry", "", "expected the name of a host, found ``"),
        ("enableDefaultRegistryMutation", "yes", "expected a boolean, found `yes`"),
        ("maxContextSize", "2 MiB", "expected a quantity, found `2 MiB`"),
        ("maxContextSize", "-1", "expected a quantity, found `-1`"),
        ("excludeGroups", ["a"], "expected a text, found `['a']`"),
        ("excludeGroup", "a", "unknown key `excludeGroup`"),
    ],
)
def test_what_cannot_be_read_is_a_note_and_the_default_stays(key, value, complaint):
    configuration = Configuration.from_data({"kind": "ConfigMap", "data": {key: value}})
    assert configuration == Configuration()
    [note] = configuration.notes
    assert (note.severity, note.message, note.place.path) == ("note", complaint, f"data.{key}")
    assert note.help


def test_a_size_beyond_all_bounds_is_the_largest():
    assert Configuration.from_data({"maxContextSize": "1e1000000000"}).context_size == 2**63 - 1


# --- Recorded answers ---


def configuration_row(row):
    if row["function"] == "parseExclusions":
        ours = Exclusions.parse(row["input"])
        return {"exclusions": ours.excluded, "inclusions": ours.included}, row["expect"]
    filters = [
        {**asdict(one.kinds), "namespace": one.namespace, "name": one.name} for one in parse_filters(row["input"])
    ]
    return filters, row["expect"]


@needs_shared
@pytest.mark.parametrize("function", ["parseExclusions", "parseResourceFilters"])
def test_recorded_answers(function):
    check_rows("kinds", configuration_row, [row for row in vectors("kinds") if row["function"] == function])
