"""What does changing a resource cost: one rule, from the Pod to the patched Pod with its result and message?

One policy with one mutate rule, on a Pod of three containers that is in memory already. By hand is a function that makes
the same new Pod, sharing what it does not change, without anchors, messages or merge keys.
What the number does not say: the first decision, which compiles, and the JSON patch of an admission, made when asked.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from _inputs import CAREFUL
from _table import compare, duration, table, versions

from kyvernopy import PolicySet

if TYPE_CHECKING:
    from collections.abc import Callable

    Pod = dict[str, Any]

NAMES = "request.object.spec.containers"
ALWAYS = {"imagePullPolicy": "Always"}

MUTATE: dict[str, dict[str, Any]] = {
    "a label": {"patchStrategicMerge": {"metadata": {"labels": {"team": "shop"}}}},
    "a field of each container": {"patchStrategicMerge": {"spec": {"containers": [{"(name)": "*", **ALWAYS}]}}},
    "a label with a variable": {
        "patchStrategicMerge": {"metadata": {"labels": {"was": "{{ request.object.metadata.name }}"}}}
    },
    "a JSON patch of two operations": {
        "patchesJson6902": "- {op: add, path: /metadata/labels/team, value: shop}\n"
        "- {op: add, path: /spec/priorityClassName, value: high}"
    },
    "foreach over the containers": {
        "foreach": [
            {
                "list": NAMES,
                "patchStrategicMerge": {"spec": {"containers": [{"name": "{{ element.name }}", **ALWAYS}]}},
            }
        ]
    },
}


def with_label(pod: Pod, name: str, value: str) -> Pod:
    metadata = pod["metadata"]
    return {**pod, "metadata": {**metadata, "labels": {**metadata.get("labels", {}), name: value}}}


def with_policy(pod: Pod) -> Pod:
    containers = [{**one, **ALWAYS} for one in pod["spec"]["containers"]]
    return {**pod, "spec": {**pod["spec"], "containers": containers}}


def with_priority(pod: Pod) -> Pod:
    labelled = with_label(pod, "team", "shop")
    return {**labelled, "spec": {**labelled["spec"], "priorityClassName": "high"}}


BY_HAND: dict[str, Callable[[Pod], Pod]] = {
    "a label": lambda pod: with_label(pod, "team", "shop"),
    "a field of each container": with_policy,
    "a label with a variable": lambda pod: with_label(pod, "was", pod["metadata"]["name"]),
    "a JSON patch of two operations": with_priority,
    "foreach over the containers": with_policy,
}


def run() -> None:
    pod = with_label(CAREFUL, "app", "web")
    rows: list[tuple[str, ...]] = [("", "one decision", "by hand", "of hand-written")]
    for name, mutate in MUTATE.items():
        policies, by_hand = policy_set(mutate), BY_HAND[name]
        assert policies.mutate(pod).resource == by_hand(pod)
        ours, theirs = compare({"ours": partial(read, policies, pod), "theirs": partial(by_hand, pod)}).values()
        rows.append((name, duration(ours), duration(theirs), f"{ours / theirs:.0f}"))
    table("One mutate rule on a Pod of three containers", rows)
    print("Not in these numbers: the first decision. By hand there are no anchors, no merge keys and no message.")
    print(versions("kyvernopy"))


def policy_set(mutate: dict[str, Any]) -> PolicySet:
    match = {"any": [{"resources": {"kinds": ["Pod"]}}]}
    spec = {"rules": [{"name": "change", "match": match, "mutate": mutate}]}
    document = {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "policy"}, "spec": spec}
    return PolicySet.from_documents([document])


def read(policies: PolicySet, pod: Pod) -> None:
    response = policies.mutate(pod)
    for result in response.results:
        _ = result.status, result.message
    _ = response.resource


if __name__ == "__main__":
    run()
