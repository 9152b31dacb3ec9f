"""Rules for pod controllers: recorded answers, and the definition on arbitrary policies."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.kubernetes.pods import CONTROLLERS
from kyvernopy.policies.autogen import (
    ANNOTATION,
    autogen_name,
    compute_rules,
    controllers,
    is_autogen_name,
    requested_controllers,
)
from kyvernopy.policies.decode import decode_policy
from kyvernopy.policies.model import Policy, Rule
from kyvernopy.policies.reading import Reading
from kyvernopy.policies.rewriting import move_paths_of_text
from reference import autogen as definition
from reference.policy import read_policy
from support import check_rows, examples, vectors

from .generators import policies

if TYPE_CHECKING:
    from support import Answer, Row

TEMPLATES = {"Pod": "spec.template", "Cronjob": "spec.jobTemplate.spec.template"}


def decoded(document: Row) -> Policy:
    policy, findings = decode_policy(document, strict=False)
    assert policy, findings
    return policy


def canonical(rule: Row) -> Row:
    """A rule of the definition, or a recorded one, as our model writes it."""
    return Rule.SHAPE.read(rule, None, Reading(strict=False)).to_dict()


def policy_of(*rules: Row, annotation: str | None = None) -> Policy:
    annotations = {} if annotation is None else {ANNOTATION: annotation}
    document = {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "spec": {"rules": list(rules)}}
    return decoded({**document, "metadata": {"name": "p", "annotations": annotations}})


def pod_rule(name: str = "r", **rest: Any) -> Row:
    return {"name": name, "match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, **rest}


# --- Recorded answers ---


def autogen_row(row: Row) -> Answer:
    match row["function"]:
        case "rewriteFields":
            return move_paths_of_text(row["input"], TEMPLATES[row["target"]], cel=row["cel"]), row["expect"]
        case "autogenRuleName":
            return autogen_name(row["prefix"], row["ruleName"]), row["expect"]
        case "isAutogenRuleName":
            return is_autogen_name(row["ruleName"]), row["expect"]
        case "requestedControllers":
            return requested_controllers(row["metadata"].get("annotations", {})), row["expect"]
    return policy_row(row) if "policy" in row else None


def policy_row(row: Row) -> Answer:
    policy = decoded(row["policy"])
    names = [rule.name for rule in compute_rules(policy)]
    match row["function"]:
        case "canAutoGen":
            return controllers(policy) or ["none"], row["expect"]["controllers"]
        case "supportedControllers":
            return controllers(policy), row["expect"]
        case "autogenRuleNames":  # of the unused alternative, which lists them in another order
            return sorted(names), sorted(row["expect"])
        case "computeRules":
            rules = compute_rules(policy, row["kind"])
            count = row["expect"].get("ruleCount")
            if count is not None:
                return len(rules), count
            return [rule.to_dict() for rule in rules], list(map(canonical, row["expect"]["rules"]))
        case "statusAutogenRules":
            made = [rule.to_dict() for rule in compute_rules(policy) if is_autogen_name(rule.name)]
            return list(map(without_defaults, made)), list(map(without_defaults, row["expect"]["rules"]))
    return None


def without_defaults(rule: Row) -> Row:
    """A rule without what the API server adds to it."""
    rule = canonical(rule)
    rule.pop("skipBackgroundRequests", None)
    rule["validate"].pop("allowExistingViolations", None)
    return rule


def test_autogen_gives_the_recorded_answers() -> None:
    check_rows("autogen", autogen_row, [row for row in vectors("autogen") if row["function"] != "extractPodSpec"])


# --- The definition ---


@examples(10_000)
@given(policies, st.sampled_from(["", "", "Pod", "ConfigMap", *CONTROLLERS]))
def test_autogen_agrees_with_the_definition(document: Row, kind: str) -> None:
    before = deepcopy(document)
    ours = [rule.to_dict() for rule in compute_rules(decoded(document), kind)]
    assert ours == [canonical(rule) for rule in definition.compute_rules(read_policy(document), kind)]
    assert document == before


# --- What the definition leaves open, and traps worth a name ---


def test_policy_with_a_pattern_gets_a_rule_for_templates_and_one_for_cron_jobs() -> None:
    policy = policy_of(pod_rule(validate={"message": "see $(./x)", "pattern": {"spec": {"hostNetwork": False}}}))
    _, plain, cron_job = compute_rules(policy)
    assert plain.name == "autogen-r"
    assert plain.match.any[0].resources.kinds == (
        *("apps/v1/DaemonSet", "apps/v1/Deployment", "batch/v1/Job", "apps/v1/ReplicaSet"),
        *("v1/ReplicationController", "apps/v1/StatefulSet"),
    )
    assert plain.validate.pattern == {"spec": {"template": {"spec": {"hostNetwork": False}}}}
    assert cron_job.name == "autogen-cronjob-r"
    assert cron_job.match.any[0].resources.kinds == ("batch/v1/CronJob",)


def test_controllers_of_one_kind_get_one_rule() -> None:
    policy = policy_of(pod_rule(validate={"pattern": {"a": "b"}}))
    assert [rule.name for rule in compute_rules(policy, "Deployment")] == ["r", "autogen-r"]
    assert [rule.name for rule in compute_rules(policy, "CronJob")] == ["r", "autogen-cronjob-r"]
    assert compute_rules(policy, "Pod") == compute_rules(policy, "Service") == policy.spec.rules


@pytest.mark.parametrize(
    "resources",
    [
        {"kinds": ["Pod"], "selector": {}},
        {"kinds": ["Pod"], "annotations": {}},
        {"kinds": ["Pod"], "names": ["x"]},
        {"kinds": ["Pod", "Service"]},
    ],
)
def test_one_narrow_block_stops_the_whole_policy(resources: Row) -> None:
    narrow = {"name": "n", "match": {"any": [{"resources": resources}]}, "validate": {"pattern": {}}}
    assert controllers(policy_of(pod_rule(validate={"pattern": {}}), narrow)) == ()


def test_empty_generate_block_does_not_stop_a_policy() -> None:
    rule = pod_rule(validate={"pattern": {}}, generate={"synchronize": False, "clone": {}})
    assert controllers(policy_of(rule)) == CONTROLLERS


def test_policy_for_qualified_pods_only_is_not_expanded() -> None:
    rule = {"name": "r", "match": {"resources": {"kinds": ["v1/Pod"]}}, "validate": {"pattern": {}}}
    assert controllers(policy_of(rule)) == ()


def test_blanks_in_the_annotation_belong_to_the_names() -> None:
    policy = policy_of(pod_rule(validate={"pattern": {}}), annotation="Deployment, Job")
    assert controllers(policy) == ("Deployment", " Job")
    assert compute_rules(policy)[1].match.any[0].resources.kinds == ("apps/v1/Deployment",)


def test_loop_of_a_mutate_rule_loses_order_and_nested_loops() -> None:
    nested = {"list": "x", "patchStrategicMerge": {}}
    loop = {"list": "y", "order": "Ascending", "preconditions": {"any": []}, "patchStrategicMerge": {"a": 1}}
    _, plain, cron_job = compute_rules(policy_of(pod_rule(mutate={"foreach": [{**loop, "foreach": [nested]}]})))
    wrapped = {"spec": {"template": {"a": 1}}}
    assert plain.mutate.to_dict() == {"foreach": [{"list": "y", "preconditions": {}, "patchStrategicMerge": wrapped}]}
    assert cron_job.mutate.foreach[0].patch_strategic_merge == {"spec": {"jobTemplate": wrapped}}


def test_mutate_rule_without_a_patch_is_not_expanded() -> None:
    policy = policy_of(pod_rule(mutate={"targets": [{"kind": "Secret"}]}))
    assert compute_rules(policy) == policy.spec.rules


def test_rewritten_name_of_a_report_property_stands_beside_the_old_one() -> None:
    rule = pod_rule(reportProperties={"request.object.spec": "request.object.spec", "a": "b"}, validate={"pattern": {}})
    _, plain, _ = compute_rules(policy_of(rule))
    assert plain.report_properties == {
        "request.object.spec": "request.object.spec",
        "request.object.spec.template.spec": "request.object.spec.template.spec",
        "a": "b",
    }


def test_paths_are_moved_in_texts_that_only_look_like_them() -> None:
    _, plain, _ = compute_rules(policy_of(pod_rule(validate={"message": "request.object.specialField", "deny": {}})))
    assert plain.validate.message == "request.object.spec.template.specialField"
    assert plain.validate.deny is not None


def test_empty_any_vanishes_from_a_rule_that_is_made() -> None:
    original, plain, _ = compute_rules(policy_of(pod_rule(preconditions={"any": []}, validate={"pattern": {}})))
    assert original.preconditions.any == ()
    assert plain.preconditions.any is None


def test_pattern_that_is_moved_loses_its_point_but_a_condition_keeps_it() -> None:
    deny = {"conditions": {"all": [{"key": 1.0, "operator": "Equals", "value": 1.0}]}}
    first, second = pod_rule("a", validate={"pattern": {"spec": 1.0}}), pod_rule("b", validate={"deny": deny})
    made = {rule.name: rule for rule in compute_rules(policy_of(first, second))}
    assert type(made["autogen-a"].validate.pattern["spec"]["template"]["spec"]) is int
    assert type(made["autogen-b"].validate.deny.conditions.all[0].key) is float


def test_any_pattern_without_patterns_leaves_a_plain_rule_without_a_body() -> None:
    _, plain = compute_rules(policy_of(pod_rule(validate={"message": "m", "anyPattern": []})))
    assert (plain.name, plain.validate.to_dict()) == ("autogen-r", {"message": "m"})
    _, plain = compute_rules(policy_of(pod_rule(validate={"anyPattern": []})))
    assert (plain.name, plain.validate) == ("autogen-r", None)


def test_rule_with_a_generated_name_disappears_when_rules_are_made() -> None:
    mine = pod_rule("autogen-mine", validate={"pattern": {}})
    assert [rule.name for rule in compute_rules(policy_of(mine))] == ["autogen-mine"]
    both = compute_rules(policy_of(mine, pod_rule(validate={"pattern": {}})))
    assert [rule.name for rule in both] == ["r", "autogen-r", "autogen-cronjob-r"]
