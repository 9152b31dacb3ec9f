"""What does one search with a compiled expression cost, against Python written for it and the `jmespath` package?

One request with a Pod of three containers. The hand-written functions keep the dialect's rules: a key that is absent
from an object is an error unless the expression says otherwise, and a key of anything else is null.
What the number does not say: reading an expression, which the last table shows, happens once for each.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from _inputs import CAREFUL
from _table import compare, duration, table, versions

from kyvernopy import jmespath as ours

if TYPE_CHECKING:
    from collections.abc import Callable

REQUEST = {"request": {"operation": "CREATE", "object": CAREFUL}}
HAND, OURS, PACKAGE = "hand-written Python", "kyvernopy", "jmespath"


def run() -> None:
    try:
        package = import_module("jmespath")
    except ImportError:  # the line of versions says so
        package = None
    rows: list[tuple[str, ...]] = [("", "one search", "of hand-written", "jmespath / this")]
    for expression, by_hand in BY_HAND.items():
        functions = {HAND: by_hand, OURS: ours.compile(expression).search}
        if package:
            functions[PACKAGE] = package.compile(expression).search
        wanted = by_hand(REQUEST)
        assert all(search(REQUEST) == wanted for search in functions.values()), expression
        seconds = compare({name: partial(search, REQUEST) for name, search in functions.items()})
        rows.append((expression, "", "", ""))
        for name, one in seconds.items():
            faster = f"{seconds[PACKAGE] / one:.1f}" if package else ""
            rows.append((f"  {name}", duration(one), f"{one / seconds[HAND]:.2f}", faster))
    table("One search in a request with a Pod of three containers", rows)
    reading = {OURS: lambda: [ours.compile(expression) for expression in BY_HAND]}
    if package:
        reading[PACKAGE] = partial(read_with_package, package)
    rows = [("", "one expression")]
    rows += [(name, duration(one / len(BY_HAND))) for name, one in compare(reading).items()]
    table("Reading an expression: to a function, and to the tree that the package walks", rows)
    print("Not in these numbers: an error. The hand-written functions serve one expression each.")
    print(versions("kyvernopy", "jmespath"))


def read_with_package(package: Any) -> None:
    parser = package.parser.Parser()
    parser.purge()  # else it finds them in its cache
    for expression in BY_HAND:
        parser.parse(expression)


# --- By hand ---


class Absent(Exception):  # noqa: N818  named for what happened
    """A key that is absent from an object."""


def name(data: Any) -> Any:
    for key in ("request", "object", "metadata", "name"):
        if not isinstance(data, dict):
            return None
        if key not in data:
            raise Absent(key)
        data = data[key]
    return data


def name_directly(data: Any) -> Any:
    try:
        return data["request"]["object"]["metadata"]["name"]
    except (KeyError, TypeError, IndexError):
        return name(data)


def application(data: Any) -> Any:
    for key in ("request", "object", "metadata", "labels", "app"):
        data = data.get(key) if isinstance(data, dict) else None
    return "none" if data is None or data is False or data in ("", [], {}) else data


def images(data: Any) -> Any:
    for key in ("request", "object", "spec", "containers"):
        data = data.get(key) if isinstance(data, dict) else None
    if not isinstance(data, list):
        return None
    flat = [inner for item in data for inner in (item if isinstance(item, list) else [item])]
    found = [item.get("image") if isinstance(item, dict) else None for item in flat]
    return [image for image in found if image is not None]


def creates(data: Any) -> Any:
    for key in ("request", "operation"):
        data = data.get(key) if isinstance(data, dict) else None
    return data == "CREATE"


BY_HAND: dict[str, Callable[[Any], Any]] = {
    "request.object.metadata.name": name_directly,
    "request.object.metadata.labels.app || 'none'": application,
    "request.object.spec.containers[].image": images,
    "request.operation == 'CREATE'": creates,
}


if __name__ == "__main__":
    run()
