"""Checks of what pod security rules and exceptions leave out (spec 03 §14.5).

A control of containers is left out for images, one of the Pod as a whole is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kyvernopy.engine.checks.spots import Checked, Spot
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import Rule

__all__ = ["check_excluded_control", "check_pod_security"]

OF_CONTAINERS = frozenset(
    {"Capabilities", "Privileged Containers", "Host Ports", "/proc Mount Type", "Privilege Escalation"}
)
OF_PODS = frozenset({"Host Namespaces", "HostPath Volumes", "Sysctls", "Volume Types"})
RESTRICTED_ONLY = frozenset({"Volume Types", "Privilege Escalation", "Running as Non-root", "Running as Non-root user"})


def check_pod_security(rule: Rule, at: Spot, _checked: Checked) -> Iterator[Finding]:
    """The controls that a rule leaves out."""
    security = rule.validate and rule.validate.pod_security
    for index, entry in enumerate((security or {}).get("exclude") or ()):
        place = at.child("podSecurity.exclude", "validate.podSecurity.exclude").item(index)
        yield from check_excluded_control(entry, place, (security or {}).get("level", ""))


def check_excluded_control(entry: Mapping[str, Any], at: Spot, level: str = "") -> Iterator[Finding]:
    """One control; of an exception the level is not known."""
    name, field = entry.get("controlName", ""), at.child("controlName")
    if name in OF_CONTAINERS and not entry.get("images"):
        text = "exclude.images must be specified for the container level control"
        yield field.invalid("excluded-control-images", name, text, "say for which `images`")
    elif name in OF_PODS and entry.get("images"):
        text = "exclude.images must not be specified for the pod level control"
        yield field.invalid("excluded-control-images", name, text, "remove `images`")
    if level == "baseline" and name in RESTRICTED_ONLY:
        text = "Invalid control name defined at the given level"
        yield field.invalid("excluded-control-level", name, text, "remove it: the level `baseline` does not have it")
    if entry.get("restrictedField") and not entry.get("values"):
        yield at.child("values").forbidden("excluded-control-values", "values is required", "list the allowed values")
    elif entry.get("values") and not entry.get("restrictedField"):
        text = "restrictedField is required"
        yield at.child("restrictedField").forbidden("excluded-control-values", text, "name the field of these values")
