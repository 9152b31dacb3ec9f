"""What does a decision cost that looks around: conditions, loops, variables in patterns and context entries?

One policy with one rule, on a Pod of three containers that is in memory already; status and message of the result are
read. By hand is the same question in Python, without a message and without the rules for missing keys.
What the number does not say: the first decision, which compiles.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from _inputs import CAREFUL
from _table import compare, duration, table, versions

from kyvernopy import PolicySet

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "{{ request.object.metadata.name }}"
NETWORK = "{{ request.object.spec.hostNetwork || `false` }}"
USER = "{{ element.securityContext.runAsUser || `1` }}"
CONTAINERS = "request.object.spec.containers"

RULES: dict[str, dict[str, Any]] = {
    "deny, two conditions": {
        "validate": {
            "deny": {
                "conditions": {
                    "any": [
                        {"key": NAME, "operator": "Equals", "value": "default"},
                        {"key": NETWORK, "operator": "Equals", "value": True},
                    ]
                }
            }
        }
    },
    "foreach, deny": {
        "validate": {
            "foreach": [
                {
                    "list": CONTAINERS,
                    "deny": {"conditions": {"all": [{"key": USER, "operator": "Equals", "value": 0}]}},
                }
            ]
        }
    },
    "foreach, pattern": {"validate": {"foreach": [{"list": CONTAINERS, "pattern": {"image": "!*:latest"}}]}},
    "pattern with a variable": {"validate": {"pattern": {"spec": {"containers": [{"image": f"!{NAME}:*"}]}}}},
    "preconditions, pattern": {
        "preconditions": {"all": [{"key": "{{ request.operation }}", "operator": "NotEquals", "value": "DELETE"}]},
        "validate": {"pattern": {"spec": {"containers": [{"image": "!*:latest"}]}}},
    },
    "context entry, deny": {
        "context": [{"name": "wanted", "variable": {"jmesPath": "request.object.metadata.name"}}],
        "validate": {
            "deny": {"conditions": {"all": [{"key": "{{ wanted }}", "operator": "Equals", "value": "default"}]}}
        },
    },
}
BY_HAND: dict[str, Callable[[dict[str, Any]], bool]] = {
    "deny, two conditions": lambda pod: (
        pod["metadata"]["name"] != "default" and not pod["spec"].get("hostNetwork", False)
    ),
    "foreach, deny": lambda pod: all(
        one.get("securityContext", {}).get("runAsUser", 1) != 0 for one in pod["spec"]["containers"]
    ),
    "foreach, pattern": lambda pod: all(not one["image"].endswith(":latest") for one in pod["spec"]["containers"]),
    "pattern with a variable": lambda pod: all(
        not one["image"].startswith(pod["metadata"]["name"] + ":") for one in pod["spec"]["containers"]
    ),
    "preconditions, pattern": lambda pod: all(
        not one["image"].endswith(":latest") for one in pod["spec"]["containers"]
    ),
    "context entry, deny": lambda pod: pod["metadata"]["name"] != "default",
}


def run() -> None:
    rows: list[tuple[str, ...]] = [("", "one decision", "by hand", "of hand-written")]
    for name, rule in RULES.items():
        policies, by_hand = policy_set(rule), BY_HAND[name]
        assert [str(result.status) for result in policies.validate(CAREFUL).results] == ["pass"]
        assert by_hand(CAREFUL)
        ours, theirs = compare({"ours": partial(read, policies), "theirs": partial(by_hand, CAREFUL)}).values()
        rows.append((name, duration(ours), duration(theirs), f"{ours / theirs:.0f}"))
    table("One rule that looks around, on a Pod of three containers", rows)
    print("Not in these numbers: the first decision. By hand there is no message, and missing keys are not told apart.")
    print(versions("kyvernopy"))


def policy_set(rule: dict[str, Any]) -> PolicySet:
    match = {"any": [{"resources": {"kinds": ["Pod"]}}]}
    spec = {"rules": [{"name": "check", "match": match, **rule}]}
    document = {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "policy"}, "spec": spec}
    return PolicySet.from_documents([document]).compile()


def read(policies: PolicySet) -> None:
    for result in policies.validate(CAREFUL).results:
        _ = result.status, result.message


if __name__ == "__main__":
    run()
