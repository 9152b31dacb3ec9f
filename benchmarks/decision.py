"""What does one decision cost, with all that is read from it, against the same check written by hand?

The article's policy and the twelve of pod security, on Pods of three containers that are in memory already. Of each
result the policy, the rule and the status are read, then whether the request is allowed; messages where it says so.
What the number does not say: what reading the Pod from a text costs, and the first decision, which compiles.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from _by_hand import article, twelve
from _inputs import ARTICLE, CAREFUL, CARELESS, EACH_CONTAINER, TWELVE
from _table import compare, duration, table, versions

from kyvernopy import Status, load_policies

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy import PolicySet

    Pod = dict[str, Any]


def run() -> None:
    one, many = load_policies(ARTICLE).compile(), load_policies(TWELVE).compile()
    for pod in (CAREFUL, EACH_CONTAINER, CARELESS):
        assert statuses(one, pod) == [article(pod)]
        assert statuses(many, pod) == twelve(pod)
    rows = [
        ("", "one decision", "by hand", "of hand-written"),
        row("article: passes, first alternative", one, CAREFUL, read_all, article),
        row("article: passes, second alternative", one, EACH_CONTAINER, read_all, article),
        row("article: passes, without the message", one, CAREFUL, read_status, article),
        row("article: fails, without the message", one, CARELESS, read_status, article),
        row("article: fails, with the message", one, CARELESS, read_all, article),
        row("twelve: all pass, without messages", many, CAREFUL, read_status, twelve),
        row("twelve: all pass, with messages", many, CAREFUL, read_all, twelve),
        row("twelve: three fail, with messages", many, CARELESS, read_all, twelve),
    ]
    table("One decision on a Pod of three containers", rows)
    print("Not in these numbers: reading the Pod from a text, and the first decision. By hand there is no message.")
    print(versions("kyvernopy"))


def statuses(policies: PolicySet, pod: Pod) -> list[bool]:
    return [result.status is Status.PASS for result in policies.validate(pod).results]


def row(
    name: str, policies: PolicySet, pod: Pod, read: Callable[[PolicySet, Pod], None], by_hand: Callable[[Pod], object]
) -> tuple[str, str, str, str]:
    ours, theirs = compare({"ours": partial(read, policies, pod), "theirs": partial(by_hand, pod)}).values()
    return name, duration(ours), duration(theirs), f"{ours / theirs:.1f}"


def read_all(policies: PolicySet, pod: Pod) -> None:
    response = policies.validate(pod)
    for result in response.results:
        _ = result.policy, result.rule, result.status, result.message
    _ = response.allowed


def read_status(policies: PolicySet, pod: Pod) -> None:
    response = policies.validate(pod)
    for result in response.results:
        _ = result.policy, result.rule, result.status
    _ = response.allowed


if __name__ == "__main__":
    run()
