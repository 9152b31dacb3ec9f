"""What the benchmarks judge: the example policies, and Pods of three containers, good and bad."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

__all__ = ["ARTICLE", "CAREFUL", "CARELESS", "EACH_CONTAINER", "ROOT", "TWELVE", "pods"]

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = ROOT / "examples" / "policies" / "require-run-as-non-root.yaml"
TWELVE = ROOT / "examples" / "pod-security"


def _container(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "image": f"registry.example.com/shop/{name}:1.8.2",
        "args": ["--port", "8080", "--verbose"],
        "env": [{"name": "MODE", "value": "production"}, {"name": "REGION", "value": "north"}],
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
        },
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }


def _careful() -> dict[str, Any]:
    metadata = {"name": "front", "namespace": "shop", "labels": {"app": "front", "team": "web"}, "annotations": {}}
    security = {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
    spec = {
        "securityContext": security,
        "serviceAccountName": "front",
        "containers": [_container(name) for name in ("front", "metrics", "proxy")],
        "volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "settings", "configMap": {"name": "front"}}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


# Passes everything; the article's policy by its first alternative.
CAREFUL = _careful()

# Passes the article's policy by its second alternative, after the first one has failed.
EACH_CONTAINER = copy.deepcopy(CAREFUL)
del EACH_CONTAINER["spec"]["securityContext"]["runAsNonRoot"]

# Fails the article's policy at the last container, and three of the twelve.
CARELESS = copy.deepcopy(EACH_CONTAINER)
CARELESS["spec"]["containers"][2]["securityContext"] = {"privileged": True, "runAsNonRoot": False}
CARELESS["spec"]["volumes"][1] = {"name": "node", "hostPath": {"path": "/var/run"}}


def pods(count: int) -> list[dict[str, Any]]:
    """Pods with names of their own, every third one careless."""
    made = [copy.deepcopy(CAREFUL if number % 3 else CARELESS) for number in range(count)]
    for number, pod in enumerate(made):
        pod["metadata"]["name"] = f"front-{number}"
    return made
