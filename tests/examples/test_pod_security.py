"""The policies of examples/pod-security: each loads, is what Kyverno accepts, and says what its cases expect.

A case file is named as its policy and holds specs of Pods by the reason for which they are good or bad.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from kyvernopy import Status, load_policies, load_resources
from support import ROOT

HERE = Path(__file__).parent
POLICIES = sorted((ROOT / "examples" / "pod-security").glob("*.yaml"))


def cases(quality):
    return [pytest.param(name, spec, id=f"{name}: {reason}") for name, reason, spec in specs(quality)]


def specs(quality):
    for path in sorted((HERE / "cases").glob("*.yaml")):
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert case.keys() == {"good", "bad"}
        for reason, spec in case[quality].items():
            yield path.stem, reason, spec


def judged(name, spec):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}
    (result,) = load_policies(ROOT / "examples" / "pod-security" / f"{name}.yaml").validate(pod).results
    return result


def test_every_policy_has_a_case_file():
    assert [path.name for path in POLICIES] == sorted(path.name for path in (HERE / "cases").glob("*.yaml"))
    assert len(POLICIES) == 12


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_policy_is_named_as_its_file_and_has_no_findings(path):
    policies = load_policies(path)
    assert [policy.name for policy in policies] == [path.stem]
    assert (policies.notes, policies.check()) == ((), [])


@pytest.mark.parametrize(("name", "spec"), cases("good"))
def test_good_pod_passes(name, spec):
    result = judged(name, spec)
    assert result.status is Status.PASS, result.message


@pytest.mark.parametrize(("name", "spec"), cases("bad"))
def test_bad_pod_fails_with_the_message_of_the_policy(name, spec):
    result = judged(name, spec)
    assert result.status is Status.FAIL
    (policy,) = load_policies(ROOT / "examples" / "pod-security" / f"{name}.yaml")
    assert policy.spec.rules[0].validate.message.strip() in result.message


def test_a_careful_pod_passes_all_of_them():
    response = load_policies(ROOT / "examples" / "pod-security").validate(*load_resources(HERE / "good-pod.yaml"))
    assert {result.status for result in response.results} == {Status.PASS}
    assert len(response.results) == len(POLICIES)


def test_the_templates_of_controllers_are_judged_too():
    response = load_policies(ROOT / "examples" / "pod-security").validate(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "d"},
            "spec": {"template": {"spec": {"hostPID": True, "containers": [{"name": "a"}]}}},
        }
    )
    failed = {result.policy for result in response.results if result.status is Status.FAIL}
    assert failed == {"disallow-host-namespaces", "disallow-privilege-escalation", "restrict-seccomp"}
