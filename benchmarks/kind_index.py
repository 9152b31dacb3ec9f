"""What do policies cost that are loaded but for other kinds of resources?

One decision of the article's policy about a Pod, with 1 to 1,000 policies beside it that are for Services, ConfigMaps
and the like. What the number does not say: how long it takes to load so many, and the first decision about a kind.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import yaml
from _inputs import ARTICLE, CAREFUL
from _table import compare, duration, table, versions

from kyvernopy import PolicySet

KINDS = ("ConfigMap", "Ingress", "Namespace", "NetworkPolicy", "Role", "Secret", "Service", "ServiceAccount")


def run() -> None:
    article = yaml.safe_load(ARTICLE.read_text(encoding="utf-8"))
    decide = {}
    for count in (1, 10, 100, 1_000):
        policies = PolicySet.from_documents([article, *map(other, range(count))]).compile()
        decide[f"{count:,}"] = partial(read, policies)
    seconds = compare(decide)
    rows = [("policies of other kinds", "one decision", "of that with 1")]
    rows += [(count, duration(one), f"{one / seconds['1']:.2f}") for count, one in seconds.items()]
    table("One decision about a Pod, with policies of other kinds loaded", rows)
    print(
        "Not in these numbers: loading so many policies, and the first decision about a kind, which looks at each of them."
    )
    print(versions("kyvernopy"))


def read(policies: PolicySet) -> None:
    for result in policies.validate(CAREFUL).results:
        _ = result.status


def other(number: int) -> dict[str, Any]:
    """A policy that is not for Pods."""
    pattern = {"metadata": {"labels": {f"example.com/owner-{number}": "?*"}}}
    rule = {
        "name": "owner",
        "match": {"any": [{"resources": {"kinds": [KINDS[number % len(KINDS)]]}}]},
        "validate": {"message": "Name an owner.", "pattern": pattern},
    }
    metadata = {"name": f"require-owner-{number}"}
    return {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": metadata, "spec": {"rules": [rule]}}


if __name__ == "__main__":
    run()
