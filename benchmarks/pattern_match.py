"""What does one pattern match cost, against Python written for the purpose and against validators of JSON Schema?

Three patterns, one Pod of three containers that passes them all. The definition is the reference evaluator of the tests;
closures serve the first hundreds of matches, generated source all later ones.
What the number does not say: the hand-written checks trust the types in the Pod, which the others test.
"""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import yaml
from _by_hand import PATTERNS
from _inputs import ARTICLE, CAREFUL, CARELESS, ROOT, TWELVE
from _table import compare, duration, table, versions

from kyvernopy import compile_pattern
from kyvernopy.patterns.compile import compile_closures
from kyvernopy.patterns.evaluation import Cache
from kyvernopy.patterns.source import compile_source
from kyvernopy.results import Outcome

sys.path.insert(0, str(ROOT / "tests"))
from reference import patterns as definition

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Check = Callable[[Any], bool]

HAND, SOURCE, DEFINITION = "hand-written Python", "kyvernopy, source", "definition (tests/reference)"


def run() -> None:
    rows: list[tuple[str, ...]] = [("", "one match", "of hand-written", "definition / this")]
    for name, pattern, by_hand, schema in zip(NAMES, patterns(), PATTERNS, SCHEMAS, strict=True):
        checks = {HAND: by_hand, **ours(pattern), **peers(schema)}
        for check in checks.values():
            assert check(CAREFUL) is True
            assert check(CARELESS) is by_hand(CARELESS)
        seconds = compare({label: partial(check, CAREFUL) for label, check in checks.items()})
        rows.append((name, "", "", ""))
        for label, one in seconds.items():
            times, faster = one / seconds[HAND], seconds[DEFINITION] / one
            rows.append((f"  {label}", duration(one), f"{times:.2f}", f"{faster:.1f}"))
    table("One pattern match on a Pod of three containers that passes", rows)
    print("Not in these numbers: a message. The hand-written checks trust the types in the Pod, all others test them.")
    print(versions("kyvernopy", *PEERS))


def ours(pattern: Any) -> dict[str, Check]:
    """The evaluators of this project."""
    tree = compile_pattern(pattern).tree
    decide = compile_closures(tree, Cache())
    return {
        SOURCE: compile_source(tree, Cache(), "benchmark"),
        "kyvernopy, closures": lambda resource: decide(resource) is Outcome.PASS,
        DEFINITION: lambda resource: definition.match(pattern, resource).outcome == "pass",
    }


# --- Patterns and schemas of the same meaning ---

NAMES = ("no privileged containers", "image tag is not latest", "runAsNonRoot in each container")


def patterns() -> tuple[Any, Any, Any]:
    """The patterns, in the order of their names."""
    privileged = validate(TWELVE / "disallow-privileged-containers.yaml")["pattern"]
    latest = {"spec": {"containers": [{"image": "!*:latest"}]}}
    return privileged, latest, validate(ARTICLE)["anyPattern"][1]


def validate(path: Path) -> Any:
    """The validate block of the only rule of a policy."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))["spec"]["rules"][0]["validate"]


def at(*path: str, value: Any, required: bool = False) -> dict[str, Any]:
    """A schema of objects within one another."""
    for key in reversed(path):
        value = {"type": "object", "properties": {key: value}, **({"required": [key]} if required else {})}
    return value


def items(value: Any) -> dict[str, Any]:
    return {"type": "array", "items": value}


_UNPRIVILEGED = items(at("securityContext", "privileged", value={"const": False}))
_NOT_ROOT = items(at("securityContext", "runAsNonRoot", value={"const": True}, required=True))
_CONTAINERS = {"type": "object", "required": ["containers"]}


def in_spec(**properties: Any) -> dict[str, Any]:
    return at("spec", value={**_CONTAINERS, "properties": properties}, required=True)


SCHEMAS = (
    in_spec(containers=_UNPRIVILEGED, initContainers=_UNPRIVILEGED, ephemeralContainers=_UNPRIVILEGED),
    in_spec(containers=items(at("image", value={"type": "string", "not": {"pattern": ":latest$"}}, required=True))),
    in_spec(containers=_NOT_ROOT, initContainers=_NOT_ROOT),
)


# --- Peers, where they are installed ---


def with_jsonschema(module: Any, schema: Any) -> Check:
    return module.Draft202012Validator(schema).is_valid


def with_fastjsonschema(module: Any, schema: Any) -> Check:
    check = module.compile(schema)

    def is_valid(resource: Any) -> bool:
        try:
            check(resource)
        except module.JsonSchemaValueException:
            return False
        return True

    return is_valid


def with_jsonschema_rs(module: Any, schema: Any) -> Check:
    return module.validator_for(schema).is_valid


PEERS = {"jsonschema": with_jsonschema, "fastjsonschema": with_fastjsonschema, "jsonschema-rs": with_jsonschema_rs}


def peers(schema: Any) -> dict[str, Check]:
    """The same check by each peer that can be imported; the line of versions says which are absent."""
    found = {}
    for name, prepare in PEERS.items():
        try:
            module = import_module(name.replace("-", "_"))
        except ImportError:
            continue
        found[name] = prepare(module, schema)
    return found


if __name__ == "__main__":
    run()
