"""What does a strategic merge cost, against Python written for the purpose, and against one decision?

A Pod of three containers gets a field in each of them, a label unless it has it, or nothing as a condition fails. All
give a new Pod that shares what did not change, or the old one. The overlay is prepared once.
What the number does not say: preparing an overlay, and a Pod in which two elements of a list have the same name, where
all lists have to be looked through. The hand-written functions do not look at lists that they do not change.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from _inputs import ARTICLE, CAREFUL
from _table import compare, duration, table, versions

from kyvernopy import load_policies
from kyvernopy.engine.mutation.overlay import compile_overlay

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy import PolicySet

    Pod = dict[str, Any]

DECISION = "one decision: the article's policy"


def run() -> None:
    policies = load_policies(ARTICLE).compile()
    functions: dict[str, Callable[[], object]] = {DECISION: partial(decide, policies)}
    for name, overlay, by_hand in CASES:
        merge = compile_overlay(overlay).apply
        for _ in range(1_000):  # a kind that is merged often gets a function of its own
            assert merge(CAREFUL) == by_hand(CAREFUL)
        functions |= {name: partial(merge, CAREFUL), f"{name}, by hand": partial(by_hand, CAREFUL)}
    functions["prepare the first overlay"] = partial(compile_overlay, CASES[0][1])
    seconds = compare(functions)
    rows = [("", "one merge", "of hand-written")]
    for name, one in seconds.items():
        by_hand_too = seconds.get(f"{name}, by hand")
        if not name.endswith("by hand"):
            rows.append((name, duration(one), f"{one / by_hand_too:.1f}" if by_hand_too else ""))
    table("A strategic merge into a Pod of three containers", rows)
    print("Not in these numbers: a Pod in which two elements of a list have the same name.")
    print(versions("kyvernopy"))


def decide(policies: PolicySet) -> None:
    response = policies.validate(CAREFUL)
    [(result.policy, result.rule, result.status) for result in response.results]
    response.allowed  # noqa: B018  it is worked out when it is read


# --- Overlays, and functions of the same effect ---


def pull_always(pod: Pod) -> Pod:
    spec = pod["spec"]
    containers = [{**container, "imagePullPolicy": "Always"} for container in spec["containers"]]
    return {**pod, "spec": {**spec, "containers": containers}}


def proc_mount(pod: Pod) -> Pod:
    spec = pod["spec"]
    containers = [
        {**container, "securityContext": {**container.get("securityContext", {}), "procMount": "Default"}}
        if container["image"].startswith("registry.example.com/")
        else container
        for container in spec["containers"]
    ]
    return {**pod, "spec": {**spec, "containers": containers}}


def with_tier(pod: Pod) -> Pod:
    metadata = pod["metadata"]
    labels = metadata.get("labels", {})
    return pod if "tier" in labels else {**pod, "metadata": {**metadata, "labels": {**labels, "tier": "edge"}}}


def unchanged(pod: Pod) -> Pod:
    return {**pod, "other": {}} if pod["spec"].get("hostNetwork") is True else pod


CASES: list[tuple[str, Any, Callable[[Pod], Pod]]] = [
    (
        "a field of each container",
        {"spec": {"containers": [{"(name)": "*", "imagePullPolicy": "Always"}]}},
        pull_always,
    ),
    (
        "a field below, of containers with an image of ours",
        {"spec": {"containers": [{"(image)": "registry.example.com/*", "securityContext": {"procMount": "Default"}}]}},
        proc_mount,
    ),
    ("a label, unless it is there", {"metadata": {"labels": {"+(tier)": "edge"}}}, with_tier),
    ("a condition that fails", {"spec": {"(hostNetwork)": True, "hostUsers": False}}, unchanged),
]


if __name__ == "__main__":
    run()
