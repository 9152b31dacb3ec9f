"""What does a JSON patch of three operations on a Pod cost, and the patch that leads back, against the `jsonpatch` package?

A Pod of three containers gets a label, another image and a field of a security context. All give a new Pod and leave
the old one as it is; the hand-written function copies just what it changes and knows where that is.
What the number does not say: an operation that does not apply, which is an error, and text, which has to be read first.
"""

from __future__ import annotations

import copy
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from _inputs import CAREFUL
from _table import compare, duration, table, versions

from kyvernopy import json_diff
from kyvernopy.kubernetes.json_patch import apply_patch, parse_patch

if TYPE_CHECKING:
    from collections.abc import Callable

OPERATIONS = [
    {"op": "add", "path": "/metadata/labels/tier", "value": "edge"},
    {"op": "replace", "path": "/spec/containers/0/image", "value": "registry.example.com/shop/front:1.8.3"},
    {"op": "add", "path": "/spec/containers/1/securityContext/runAsUser", "value": 1000},
]
HAND, OURS, PACKAGE = "hand-written Python", "kyvernopy", "jsonpatch"


def run() -> None:
    try:
        package = import_module("jsonpatch")
    except ImportError:  # the line of versions says so
        package = None
    patched = by_hand(CAREFUL)
    shared, apart = apply_patch(CAREFUL, parse_patch(OPERATIONS)), copy.deepcopy(patched)
    assert shared == patched
    assert apply_patch(CAREFUL, parse_patch(json_diff(CAREFUL, apart))) == patched

    prepared: dict[str, Callable[[], object]] = {
        HAND: partial(by_hand, CAREFUL),
        OURS: partial(apply_patch, CAREFUL, parse_patch(OPERATIONS)),
    }
    decoded: dict[str, Callable[[], object]] = {OURS: lambda: apply_patch(CAREFUL, parse_patch(OPERATIONS))}
    diffs: dict[str, Callable[[], object]] = {
        f"{OURS}, of the Pod that it patched": partial(json_diff, CAREFUL, shared),
        f"{OURS}, of a Pod that shares nothing": partial(json_diff, CAREFUL, apart),
    }
    if package:
        assert package.apply_patch(CAREFUL, OPERATIONS) == patched
        prepared[PACKAGE] = partial(package.JsonPatch(OPERATIONS).apply, CAREFUL)
        decoded[PACKAGE] = partial(package.apply_patch, CAREFUL, OPERATIONS)
        diffs[PACKAGE] = partial(package.make_patch, CAREFUL, apart)

    rows: list[tuple[str, ...]] = [("", "one patch", "jsonpatch / this")]
    parts = {"prepared, applied": prepared, "decoded and applied": decoded, "made: the difference of two Pods": diffs}
    for title, functions in parts.items():
        seconds = compare(functions)
        rows.append((title, "", ""))
        for name, one in seconds.items():
            faster = f"{seconds[PACKAGE] / one:.1f}" if package else ""
            rows.append((f"  {name}", duration(one), faster))
    table("A JSON patch of three operations on a Pod of three containers", rows)
    print("Not in these numbers: reading the text of a patch, and a path that leads nowhere.")
    print(versions("kyvernopy", "jsonpatch"))


def by_hand(pod: dict[str, Any]) -> dict[str, Any]:
    spec, metadata = pod["spec"], pod["metadata"]
    first, second, *others = spec["containers"]
    first = {**first, "image": "registry.example.com/shop/front:1.8.3"}
    second = {**second, "securityContext": {**second["securityContext"], "runAsUser": 1000}}
    return {
        **pod,
        "metadata": {**metadata, "labels": {**metadata["labels"], "tier": "edge"}},
        "spec": {**spec, "containers": [first, second, *others]},
    }


if __name__ == "__main__":
    run()
