"""Resources and overlays that nearly fit them, from a seed: many in little time, odd lists and anchors among them."""

from __future__ import annotations

import copy
import random
from typing import Any

__all__ = ["Overlays", "has_anchor"]

KINDS = [
    *(("v1", "Pod"), ("v1", "Pod"), ("v1", "Pod"), ("apps/v1", "Deployment"), ("v1", "Service"), ("v1", "Service")),
    *(("v1", "ConfigMap"), ("v1", "ServiceAccount"), ("v1", "Node"), ("example.com/v1", "Widget"), ("v1", "Unknown")),
]
NAMES = ["a", "a", "b", "b", "c", "c", "d"]
ODD_NAMES = ["", None, 1, "1", True, "null", {}, [], {"x": 1}, "(a)", 1.5]
SCALARS = ["x", "y", "80", 80, 81, True, False, None, "", 1.0, 2.5, 2**60 + 1, "(unset)", "*"]
PATTERNS = ["*", "*", "a", "b", "?*", "!a", ">=80", "x", 80, True, None, {}, {"x": "*"}, ["x"], [{"name": "a"}], "x*|y"]
DIRECTIVES = ["delete", "delete", "delete", "replace", "replace", "replace", "merge", "merge", "odd", None]


class Overlays:
    """What is drawn from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  no secret
        self.choose = self.random.choice
        self.is_ordinary = self.one_in(2)  # names are there, and texts
        self.is_anchored = self.one_in(4, of=3)

    def one_in(self, count: int, of: int = 1) -> bool:
        return self.random.randrange(count) < of

    def some(self, most: int) -> range:
        return range(self.random.randrange(most + 1))

    def draw(self) -> tuple[dict[str, Any], Any]:
        resource = self.resource()
        return resource, copy.deepcopy(self.overlay(resource))

    # --- Resources ---

    def resource(self) -> dict[str, Any]:
        version, kind = self.choose(KINDS)
        metadata: dict[str, Any] = {"name": "one"}
        if self.one_in(2):
            metadata["labels"] = {self.choose("abc"): self.choose(["x", "y"]) for _ in self.some(2)}
        if self.one_in(4):
            metadata["finalizers"] = [self.scalar() for _ in self.some(3)]
        if self.one_in(6):
            metadata["ownerReferences"] = self.list_of("uid", self.map)
        found: dict[str, Any] = {"apiVersion": version, "kind": kind, "metadata": metadata}
        return found | self.content(kind)

    def content(self, kind: str) -> dict[str, Any]:
        if kind == "Pod":
            return {"spec": self.pod_spec()}
        if kind == "Deployment":
            return {"spec": {"replicas": 2, "template": {"metadata": {"labels": {"a": "x"}}, "spec": self.pod_spec()}}}
        if kind == "Service":
            return {"spec": {"ports": self.ports("port"), "selector": self.map()}}
        if kind == "ServiceAccount":
            return {"secrets": self.list_of("name", dict), "imagePullSecrets": self.list_of("name", dict)}
        if kind == "Node":
            return {"spec": {"podCIDRs": [self.scalar() for _ in self.some(3)]}}
        if self.one_in(3):  # an object of a known kind inside of one that is not
            inner = {"apiVersion": "v1", "kind": "Pod", "spec": self.pod_spec()}
            return {"spec": {"template": inner, "containers": self.list_of("name", self.container)}}
        return {"data": self.map(), "spec": {"containers": self.list_of("name", self.container)}}

    def pod_spec(self) -> dict[str, Any]:
        found: dict[str, Any] = {"containers": self.list_of("name", self.container)}
        if self.one_in(4):
            found["initContainers"] = self.list_of("name", self.container)
        if self.one_in(3):
            found["volumes"] = self.list_of("name", self.map)
        if self.one_in(5):
            found["topologySpreadConstraints"] = [
                {"topologyKey": self.choose(["x", "y"])} | ({"whenUnsatisfiable": "z"} if self.one_in(2) else {})
                for _ in self.some(3)
            ]
        if self.one_in(3):
            found["securityContext"] = self.map()
        if self.one_in(4):
            found["tolerations"] = [self.map() for _ in self.some(2)]
        return found

    def container(self) -> dict[str, Any]:
        found: dict[str, Any] = {"image": self.choose(["x", "y"])}
        for name, key in (("env", "name"), ("volumeMounts", "mountPath")):
            if self.one_in(3):
                found[name] = self.list_of(key, self.map)
        if self.one_in(3):
            found["ports"] = self.ports("containerPort")
        if self.one_in(3):
            found["securityContext"] = self.map()
        if self.one_in(4):
            found["args"] = [self.choose("xyz") for _ in self.some(2)]
        return found

    def ports(self, key: str) -> list[Any]:
        found: list[Any] = []
        for _ in self.some(4):
            port = {key: self.choose([80, 80, 81, "80", 82])} if self.one_in(8, of=7) else {}
            if self.one_in(2):
                port["protocol"] = self.choose(["TCP", "UDP"] if self.is_ordinary else ["TCP", "UDP", "", None, "null"])
            found.append(port | ({"name": self.choose("xy")} if self.one_in(2) else {}))
        return found

    def list_of(self, key: str, make: Any) -> list[Any]:
        found = []
        for _ in self.some(3):
            element = make()
            if self.is_ordinary or self.one_in(6, of=5):
                element = {key: self.name(), **element}
            found.append(element if self.is_ordinary or self.one_in(20, of=19) else self.choose([None, {}, "x"]))
        return found

    def name(self) -> Any:
        return self.choose(NAMES) if self.is_ordinary or self.one_in(5, of=4) else self.choose(ODD_NAMES)

    def map(self) -> dict[str, Any]:
        return {
            self.choose("pqr"): self.scalar() if self.one_in(4, of=3) else {"x": self.scalar()} for _ in self.some(3)
        }

    def scalar(self) -> Any:
        return self.choose(SCALARS)

    # --- Overlays ---

    def overlay(self, resource: dict[str, Any]) -> Any:
        if self.one_in(60):
            return self.choose([None, "x", [], [{"name": "a"}], [{"(name)": "a"}], {}])
        if self.one_in(6):
            return self.each_container(resource)
        return self.near_map(resource, 0, wanted=2)

    def each_container(self, resource: dict[str, Any]) -> dict[str, Any]:
        """What most policies write: something about each container, or about some."""
        lists = {}
        self.is_anchored = self.one_in(2)  # inside of the elements
        for name in self.choose([["containers"], ["containers"], ["containers", "initContainers"], ["volumes"]]):
            element = {"(name)": self.choose(["*", "*", "?*", "a", "!b"])} | self.near_map(self.container(), 2)
            if self.one_in(4):
                element["(image)"] = self.choose(["x", "*", "!x"])
            lists[name] = [element]
        in_template = resource["kind"] in ("Deployment", "Widget")
        return {"spec": {"template": {"spec": lists}}} if in_template else {"spec": lists}

    def near_map(self, found: dict[str, Any], level: int, wanted: int = 1) -> dict[str, Any]:
        made: dict[str, Any] = {}
        names = [name for name in found if name not in ("apiVersion", "kind") or self.one_in(6)]
        self.random.shuffle(names)
        for name in names[: wanted + self.random.randrange(3)]:
            made |= self.member(name, found[name], level)
        if self.one_in(3):
            made |= self.member(self.choose("pqrst"), self.map(), level)
        if self.one_in(12):
            made["$patch"] = self.choose(DIRECTIVES)
        return made

    def member(self, name: str, value: Any, level: int) -> dict[str, Any]:
        if self.is_anchored and self.one_in(4):
            anchor = self.choose(["()", "()", "+()", "+()", "<()", "=()", "X()"])
            text = f"{anchor[:-1]}{name})"
            if anchor in ("()", "<()") and self.one_in(3, of=2):
                return {text: self.choose([self.choose(PATTERNS), value, value])}
            return {text: self.near(value, level)}
        return {name: self.near(value, level)}

    def near(self, value: Any, level: int) -> Any:
        if self.one_in(25):
            return self.choose([None, None, {}, [], self.scalar(), self.map(), [self.map()]])
        if isinstance(value, dict):
            return self.near_map(value, level + 1)
        if isinstance(value, list):
            return self.near_list(value, level)
        return self.scalar() if self.one_in(2) else value

    def near_list(self, value: list[Any], level: int) -> list[Any]:
        made: list[Any] = []
        for _ in range(self.choose([0, 1, 1, 1, 2, 3])):
            element = self.choose(value) if value and self.one_in(4, of=3) else self.list_element(value)
            if not isinstance(element, dict):
                made.append(self.near(element, level))
                continue
            keys = [key for key in element if key in ("name", "mountPath", "containerPort", "port", "protocol", "uid")]
            near = self.near_map({key: element[key] for key in element if key not in keys}, level + 1)
            made.append({self.key(key): self.key_value(element[key]) for key in keys} | near)
        if self.one_in(10):
            made.insert(self.random.randrange(len(made) + 1), {"$patch": self.choose(DIRECTIVES)})
        return made

    def list_element(self, value: list[Any]) -> Any:
        if value and not isinstance(value[0], dict):
            return self.scalar()
        return self.container() | {"name": self.name()}

    def key(self, key: str) -> str:
        return f"({key})" if self.is_anchored and self.one_in(2) else f"<({key})" if self.one_in(30) else key

    def key_value(self, value: Any) -> Any:
        return self.choose(["*", "?*", "a", value]) if self.one_in(4) else value


def has_anchor(overlay: Any) -> bool:
    """Whether one of the anchors that mean something in a mutation stands anywhere inside."""
    if isinstance(overlay, dict):
        return any(key.startswith(("(", "+(", "<(")) for key in overlay) or any(map(has_anchor, overlay.values()))
    return isinstance(overlay, list) and any(map(has_anchor, overlay))
