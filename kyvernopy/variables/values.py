"""Values of variables from the command line: `--set` and values files (spec 02 §8.1). Pure functions on plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from kyvernopy.golang.text import trim

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["checked_operation", "compute_values", "first_foreach_values", "parse_set", "rule_values"]

OPERATIONS = ("CREATE", "UPDATE", "DELETE", "CONNECT")


def parse_set(items: Iterable[str]) -> dict[str, str]:
    """The variables of `--set a=b`. Upstream: of equal names the first counts; what is no pair is passed over."""
    values: dict[str, str] = {}
    for item in items:
        parts = [trim(part) for part in item.split("=")]
        if len(parts) == 2 and all(parts) and "request.object." not in parts[0]:  # noqa: PLR2004  a name and a value
            values.setdefault(parts[0], parts[1])
    return values


def compute_values(values: Mapping[str, Any], given: Mapping[str, Any], policy: str, resource: str) -> dict[str, Any]:
    """The variables for one policy and resource, by their dotted names; each source overrides the one before.

    `values` is a values file, `given` comes from `--set`. The operation is CREATE where nothing else is said.
    """
    result = {"request.operation": "CREATE", **(values.get("globalValues") or {})}
    for entry in _named(values.get("policies"), policy):
        for about in _named(entry.get("resources"), resource):
            result.update(about.get("values") or {})
    return {**result, **given}


def rule_values(values: Mapping[str, Any], policy: str, rule: str) -> dict[str, Any]:
    """The variables that stand in for what a rule would fetch."""
    return dict(_of_rule(values, policy, rule).get("values") or {})


def first_foreach_values(values: Mapping[str, Any], policy: str, rule: str) -> dict[str, Any]:
    """The variables for the elements of a rule. Upstream: the first item of each list stands for all."""
    lists = _of_rule(values, policy, rule).get("foreachValues") or {}
    return {name: items[0] for name, items in lists.items() if isinstance(items, list) and items}


def _of_rule(values: Mapping[str, Any], policy: str, rule: str) -> Mapping[str, Any]:
    """The first entry of a rule, which is also that of the rules that autogen makes of it."""
    entries = [about for entry in _named(values.get("policies"), policy) for about in entry.get("rules") or ()]
    for about in entries:
        name = about.get("name")
        if rule in (name, f"autogen-{name}", f"autogen-cronjob-{name}"):
            return cast("Mapping[str, Any]", about)
    return {}


def checked_operation(operation: str) -> str:
    """The operation of a global variable `request.operation`, which may be empty; ValueError for another word."""
    if operation and operation not in OPERATIONS:
        raise ValueError(f'invalid request.operation value "{operation}", must be one of {", ".join(OPERATIONS)}')
    return operation


def _named(entries: Any, name: str) -> list[Mapping[str, Any]]:
    return [entry for entry in entries or () if entry.get("name") == name]
