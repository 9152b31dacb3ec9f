"""Whole policies of patterns give what the definition gives, whoever asks for whatever operation."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kyvernopy import PolicySet
from reference import matching
from reference.matching import mismatches
from reference.policy import read_policy
from reference.rules import validate
from support import examples

KINDS = [
    "Pod",
    "v1/Pod",
    "Deployment",
    "apps/v1/Deployment",
    "Namespace",
    "*",
    "Pod/status",
    "*/scale",
    "CronJob",
    "Job",
]
NAMES = ["web", "web-1", "db", "w*", "?b", "*", ""]
NAMESPACES = ["default", "prod", "prod-*", "kube-system", "*"]
LABELS = {"app": ["web", "db"], "tier": ["front", "x"], "example.com/team": ["a"]}

label_maps = st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in LABELS.items()})
wild_labels = st.dictionaries(
    st.sampled_from(["app", "tier", "*", "a*", "example.com/*", "bad/x/y"]),
    st.sampled_from(["web", "*", "w?b", "front"]),
    max_size=2,
)
expressions = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["app", "tier", "none"]),
        "operator": st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "Wrong"]),
    },
    optional={"values": st.lists(st.sampled_from(["web", "front"]), max_size=2)},
)
selectors = st.fixed_dictionaries(
    {}, optional={"matchLabels": wild_labels, "matchExpressions": st.lists(expressions, max_size=1)}
)
descriptions = st.fixed_dictionaries(
    {"kinds": st.lists(st.sampled_from(KINDS), min_size=1, max_size=2)},
    optional={
        "name": st.sampled_from(NAMES),
        "names": st.lists(st.sampled_from(NAMES), max_size=2),
        "namespaces": st.lists(st.sampled_from(NAMESPACES), max_size=2),
        "annotations": wild_labels,
        "selector": selectors,
        "namespaceSelector": selectors,
        "operations": st.lists(st.sampled_from(["CREATE", "UPDATE", "DELETE"]), max_size=2),
    },
)
subjects = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["User", "Group", "ServiceAccount", "Robot"]),
        "name": st.sampled_from(["amy", "a*", "*", "bot"]),
    },
    optional={"namespace": st.sampled_from(["ci", "*"])},
)
users = {
    "roles": st.lists(st.sampled_from(["prod:admin", "dev:admin"]), max_size=2),
    "clusterRoles": st.lists(st.sampled_from(["admin", "view"]), max_size=2),
    "subjects": st.lists(subjects, max_size=2),
}
few_kinds = st.fixed_dictionaries(
    {"kinds": st.lists(st.sampled_from(["Pod", "Deployment", "*"]), min_size=1, max_size=1)}
)
filters = st.fixed_dictionaries({"resources": st.one_of(few_kinds, descriptions)}, optional=users)
blocks = st.one_of(
    filters,
    st.builds(
        lambda group, some: {group: some}, st.sampled_from(["any", "all"]), st.lists(filters, min_size=1, max_size=2)
    ),
)

exception_filters = st.fixed_dictionaries(
    {}, optional={"resources": st.one_of(st.just({}), few_kinds, descriptions), **users}
)
exception_matches = st.fixed_dictionaries(
    {}, optional={name: st.lists(exception_filters, max_size=2) for name in ("any", "all")}
)

bodies = st.sampled_from(
    [
        {"pattern": {"metadata": {"labels": {"app": "?*"}}}},
        {"pattern": {"spec": {"replicas": ">=2"}}},
        {"pattern": {"spec": {"(kind)": "x", "replicas": 1}}},
        {"pattern": {"spec": {"^(containers)": [{"(name)": "a", "image": "x"}], "replicas": 3}}},
        {"anyPattern": [{"metadata": {"labels": {"tier": "front"}}}, {"spec": {"=(replicas)": 1}}]},
        {"anyPattern": [{"(x)": 1}, {"<(kind)": "Nothing", "y": 1}]},
        {"anyPattern": []},
        {"anyPattern": {"a": 1}},
    ]
)
rule_settings = st.fixed_dictionaries(
    {},
    optional={
        "message": st.sampled_from(["", "no", "no.", "no. "]),
        "failureAction": st.sampled_from(["Audit", "Enforce"]),
        "allowExistingViolations": st.booleans(),
    },
)
rules = st.fixed_dictionaries(
    {"match": blocks, "validate": st.builds(lambda body, more: {**body, **more}, bodies, rule_settings)},
    optional={"exclude": blocks},
)


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    named = [{"name": f"r{index}", **rule} for index, rule in enumerate(draw(st.lists(rules, min_size=1, max_size=2)))]
    spec = {"rules": named, "validationFailureAction": draw(st.sampled_from(["audit", "Enforce"]))}
    if draw(st.booleans()):
        spec["applyRules"] = draw(st.sampled_from(["One", "All"]))
    kind = draw(st.sampled_from(["ClusterPolicy", "ClusterPolicy", "Policy"]))
    metadata = {"name": "p"} | ({"namespace": "prod"} if kind == "Policy" else {})
    return {"apiVersion": "kyverno.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


@st.composite
def resources(draw: st.DrawFn) -> dict[str, Any]:
    version, kind = draw(
        st.sampled_from(
            [("v1", "Pod"), ("v1", "Pod"), ("apps/v1", "Deployment"), ("v1", "Namespace"), ("batch/v1", "CronJob")]
        )
    )
    metadata: dict[str, Any] = {"name": draw(st.sampled_from(["web", "web-1", "db"])), "labels": draw(label_maps)}
    if kind != "Namespace":
        metadata["namespace"] = draw(st.sampled_from(["default", "prod", "prod-eu"]))
    if draw(st.booleans()):
        metadata["annotations"] = draw(label_maps)
    inner = {
        "replicas": draw(st.sampled_from([1, 2, 3])),
        "containers": draw(st.sampled_from([[], [{"name": "a", "image": "y"}]])),
    }
    wrapped = {
        "Deployment": {"template": {"spec": inner}},
        "CronJob": {"jobTemplate": {"spec": {"template": {"spec": inner}}}},
    }
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": wrapped.get(kind, inner)}


askers = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {
            "userInfo": st.fixed_dictionaries(
                {
                    "username": st.sampled_from(["amy", "system:serviceaccount:ci:bot"]),
                    "groups": st.just(["amy", "dev"]),
                }
            )
        },
        optional={name: users[name] for name in ("roles", "clusterRoles")},
    ),
)


@examples(3_000)
@given(
    policies(),
    resources(),
    st.one_of(st.none(), resources()),
    st.sampled_from(["CREATE", "UPDATE", "DELETE"]),
    askers,
    label_maps,
)
def test_whole_policies_agree_with_the_definition(policy, resource, old, operation, user, labels):
    if operation == "UPDATE":
        old = {**resource, "spec": (old or resource)["spec"]}
    before = copy.deepcopy((policy, resource, old))
    wanted = validate(policy, resource, old=old, operation=operation, request=user, namespace_labels=labels)
    response = PolicySet.from_documents([policy]).validate(
        resource, old=old, operation=operation, user=user, namespace_labels=labels
    )
    assert [(one.rule, str(one.status), one.message) for one in response.results] == wanted
    assert before == (policy, resource, old), "inputs are not changed"


@examples(10_000)
@given(blocks, st.one_of(st.none(), blocks), resources(), askers, label_maps)
def test_reasons_agree_with_the_definition(match, exclude, resource, user, labels):
    from kyvernopy.engine.match import Matcher  # noqa: PLC0415  not public
    from kyvernopy.engine.request import Request, User  # noqa: PLC0415

    rule = {"name": "r", "match": match, "validate": {"pattern": "?*"}} | ({"exclude": exclude} if exclude else {})
    policy = {
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "p"},
        "spec": {"rules": [rule]},
    }
    request = Request(resource, None, "CREATE", User(user), labels)
    matcher = Matcher(PolicySet.from_documents([policy]).policies[0].spec.rules[0])
    wanted = mismatches(read_policy(policy)["spec"]["rules"][0], resource, _definition_request(request, user, labels))
    assert [_without_details(reason) for reason in matcher.reasons(request)] == [
        _without_details(one) for one in wanted
    ]
    assert matcher.for_kind(request.gvk, "")(request) is (wanted == [])


@examples(2_000)
@given(exception_matches, resources(), askers, label_maps)
def test_exceptions_agree_with_the_definition(match, resource, user, labels):
    from kyvernopy.engine.exceptions import ExceptionFilter  # noqa: PLC0415  not public
    from kyvernopy.engine.request import Request, User  # noqa: PLC0415
    from kyvernopy.policies.exceptions import decode_exception  # noqa: PLC0415

    document = {"apiVersion": "kyverno.io/v2", "kind": "PolicyException", "metadata": {"name": "e"}, "spec": {}}
    exception, _ = decode_exception({**document, "spec": {"match": match}}, strict=False)
    request = Request(resource, None, "CREATE", User(user), labels)
    one = ExceptionFilter(exception.spec.match)
    wanted = matching.exception_matches(match, resource, _definition_request(request, user, labels))
    assert one.matches(request) is wanted
    assert (one.explain(request).outcome == "true") is wanted


def _definition_request(request, user, labels):
    from reference.matching import Request  # noqa: PLC0415  beside the other class of this name

    return Request(request.gvk, "", "CREATE", user or {}, labels)


def _without_details(reason: str) -> str:
    """What exactly is wrong with a selector is said in words of our own."""
    return reason.partition(":")[0]
