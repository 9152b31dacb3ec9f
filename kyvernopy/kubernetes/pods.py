"""Pods and the controllers that make them: which kinds these are, and where each keeps the pod it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, TypeAlias

__all__ = ["CONTROLLERS", "CRON_JOB", "POD", "QUALIFIED_KINDS", "pod_spec", "pod_template_path"]

Path: TypeAlias = "tuple[str, ...]"

POD, CRON_JOB = "Pod", "CronJob"

# Sorted by kind, the order in which rules for controllers name them (spec 03 §6.3).
QUALIFIED_KINDS = {
    "CronJob": "batch/v1/CronJob",
    "DaemonSet": "apps/v1/DaemonSet",
    "Deployment": "apps/v1/Deployment",
    "Job": "batch/v1/Job",
    "ReplicaSet": "apps/v1/ReplicaSet",
    "ReplicationController": "v1/ReplicationController",
    "StatefulSet": "apps/v1/StatefulSet",
}
CONTROLLERS = tuple(QUALIFIED_KINDS)

TEMPLATE_PATHS: dict[str, Path] = dict.fromkeys(CONTROLLERS, ("spec", "template"))
TEMPLATE_PATHS |= {POD: (), CRON_JOB: ("spec", "jobTemplate", "spec", "template")}


def pod_template_path(kind: str) -> Path | None:
    """The path to what a kind says about its pods, which has `metadata` and `spec`; None if it makes none.

    The path of a Pod is empty.
    """
    return TEMPLATE_PATHS.get(kind)


def pod_spec(resource: Mapping[str, Any]) -> dict[str, Any] | None:
    """The spec of the pod that the resource is or makes, or None."""
    kind = resource.get("kind")
    path = TEMPLATE_PATHS.get(kind) if isinstance(kind, str) else None
    if path is None:
        return None
    found: Any = resource
    for key in (*path, "spec"):
        if not hasattr(found, "get"):
            return None
        found = found.get(key)
    return found if isinstance(found, dict) else None
