"""Policies with rules that look around, and resources that they are for, from a seed: many in little time."""

from __future__ import annotations

import random
from typing import Any

__all__ = ["Rules"]

VARIABLES = [
    "{{ request.object.metadata.name }}",
    "{{ request.object.metadata.labels.app }}",
    "{{ request.object.metadata.labels.app || 'none' }}",
    "{{ request.object.metadata.labels.missing }}",
    "{{ request.object.spec.replicas }}",
    "{{ request.object.spec.containers[].name }}",
    "{{ request.object.spec.containers[?image == 'db:2'].name | [0] }}",
    "{{ request.operation }}",
    "{{request.namespace}}",
    "{{ images.containers.web.tag }}",
    "{{ images.containers.*.registry }}",
    "{{ serviceAccountName }}",
    "{{ request.userInfo.groups }}",
    "{{ first }}",
    "{{ second }}",
    "{{ length(request.object.spec.containers) }}",
    "{{ request.object.metadata.labels.{{ first }} }}",
    "{{ sort_by(request.object.spec.containers, &image)[0].name }}",
    "$(./../name)",
    "{{ unknown( }}",
    "{{- request.object.metadata.name }}",
]
IN_LOOPS = [
    *("{{ element }}", "{{ element.name }}", "{{ element.image }}", "{{ elementIndex }}", "{{ element0.name }}"),
    *("{{ element1 }}", "{{ element.ports[].port }}", "{{ inner }}", "{{ element.image == 'db:2' }}"),
]
CONSTANTS = ["web", "app", "*", "w*", "db:2", 1, 2, 2.0, True, None, "", "1Gi", "5m", ["web", "db"], [1, 2], {"a": 1}]
OPERATORS = [
    *("Equals", "NotEquals", "AnyIn", "AllIn", "AnyNotIn", "AllNotIn", "In", "NotIn", "equals", "Nothing"),
    *("GreaterThan", "LessThanOrEquals", "DurationGreaterThan"),
]
LISTS = [
    *("request.object.spec.containers", "request.object.spec.containers[].image", "request.object.spec.missing"),
    *("request.object.metadata.labels", "first", "unknown(", '[`null`, `1`, `{"name": "web"}`]', "images.containers"),
]
INNER_LISTS = ["element.ports", "element", "element.missing", "element0.ports[].port"]
PATTERNS: list[Any] = [
    {"metadata": {"name": "{{ first }}"}},
    {"metadata": {"labels": {"app": "{{ request.object.metadata.name }}"}}},
    {"metadata": {"labels": {"{{ first }}": "?*"}}},
    {"spec": {"replicas": ">={{ second }}"}},
    {"spec": {"containers": [{"image": "{{ request.object.metadata.name }}:*"}]}},
    {"spec": {"(replicas)": "{{ first }}", "containers": [{"name": "web"}]}},
    {"metadata": {"labels": {"app": "$(/metadata/name)"}, "name": "web"}},
    "{{ first }}",
    {"metadata": {"name": "w*"}},
]
IN_ELEMENT: list[Any] = [
    {"image": "{{ element.name }}:*"},
    {"name": "w*"},
    {"(name)": "web", "image": "!*:latest"},
    {"ports": [{"port": "<{{ second }}"}]},
    "*:2",
]
MESSAGES = [
    "",
    "no",
    "no.",
    "{{ request.object.metadata.name }} may not",
    "{{ missing }}",
    "{{ first }}",
    "{{ element.name }}",
]


class Rules:
    """What is drawn from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  no secret
        self.choose = self.random.choice

    def one_in(self, count: int) -> bool:
        return self.random.randrange(count) == 0

    def some(self, most: int, least: int = 0) -> range:
        return range(self.random.randint(least, most))

    # --- Policies ---

    def policy(self) -> dict[str, Any]:
        rules = [self.rule(f"r{index}") for index in self.some(2, 1)]
        spec: dict[str, Any] = {"rules": rules, "validationFailureAction": self.choose(["Audit", "Audit", "Enforce"])}
        if self.one_in(5):
            spec["applyRules"] = "One"
        metadata: dict[str, Any] = {"name": "p"}
        if self.one_in(3):
            metadata["annotations"] = {
                "pod-policies.kyverno.io/autogen-controllers": self.choose(["none", "Deployment"])
            }
        return {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": metadata, "spec": spec}

    def rule(self, name: str) -> dict[str, Any]:
        rule: dict[str, Any] = {"name": name, "match": {"any": [{"resources": {"kinds": ["Pod"]}}]}}
        if not self.one_in(3):
            rule["context"] = self.entries(["first", "second", "first"])
        if self.one_in(3):
            rule["preconditions"] = self.conditions(loops=False)
        rule["validate"] = {**self.body(0), "message": self.choose(MESSAGES)}
        if self.one_in(8):
            rule["validate"]["failureAction"] = "Enforce"
        return rule

    def body(self, level: int) -> dict[str, Any]:
        """What a rule or an entry of a foreach checks."""
        kind = self.random.randrange(10)
        patterns = IN_ELEMENT if level else PATTERNS
        if kind < 4 and level < 2:
            return {"foreach": [self.loop(level) for _ in self.some(2, 1)]}
        if kind < 7:
            return {"deny": {"conditions": self.conditions(loops=level > 0)} if not self.one_in(20) else {}}
        if kind < 9:
            return {"pattern": self.choose(patterns)}
        return {"anyPattern": [self.choose(patterns) for _ in self.some(2, 0 if level == 0 else 1)]}

    def loop(self, level: int) -> dict[str, Any]:
        loop: dict[str, Any] = {"list": self.choose(LISTS if level == 0 or self.one_in(4) else INNER_LISTS)}
        if self.one_in(4):
            loop["elementScope"] = self.choose([True, False])
        if self.one_in(3):
            loop["context"] = self.entries(["inner", "first"])
        if self.one_in(3):
            loop["preconditions"] = {"all": self.listed(loops=True)}
        return {**loop, **self.body(level + 1)}

    def entries(self, names: list[str]) -> list[dict[str, Any]]:
        return [{"name": name, "variable": self.variable()} for name in names if not self.one_in(3)]

    def variable(self) -> dict[str, Any]:
        kind = self.random.randrange(6)
        if kind < 2:
            return {"value": self.choose(["web", 2, ["web", "db"], {"app": "web"}, self.choose(VARIABLES)])}
        path = self.choose(["request.object.metadata.name", "request.object.metadata.labels.app", "first", "nothing"])
        if kind < 4:
            return {"jmesPath": path}
        if kind == 4:
            return {"jmesPath": path, "default": self.choose(["app", 1, "{{ second }}"])}
        return {"value": [3, 1, 2], "jmesPath": self.choose(["sort(@)[0]", "length(@)", "[5]"]), "default": 7}

    # --- Conditions ---

    def conditions(self, *, loops: bool) -> Any:
        kind = self.random.randrange(12)
        if kind == 0:
            return self.listed(loops=loops)
        if kind < 7:
            return {self.choose(["any", "all"]): self.listed(loops=loops)}
        return {"any": self.listed(loops=loops), "all": self.listed(loops=loops)}

    def listed(self, *, loops: bool) -> list[dict[str, Any]]:
        return [self.condition(loops=loops) for _ in self.some(2)]

    def condition(self, *, loops: bool) -> dict[str, Any]:
        texts = VARIABLES if not loops or self.one_in(2) else IN_LOOPS
        condition = {
            "key": self.choose(texts if not self.one_in(5) else CONSTANTS),
            "operator": self.choose(OPERATORS),
            "value": self.choose(CONSTANTS if not self.one_in(4) else texts),
        }
        if self.one_in(3):
            condition["message"] = self.choose(MESSAGES)
        return condition

    # --- Resources ---

    def resource(self) -> dict[str, Any]:
        metadata: dict[str, Any] = {"name": self.choose(["web", "db", "app"]), "namespace": "shop"}
        if not self.one_in(3):
            metadata["labels"] = {name: self.choose(["web", "db"]) for name in ("app", "web") if not self.one_in(3)}
        spec: dict[str, Any] = {
            "containers": [self.container() for _ in self.some(3)],
            "replicas": self.choose([1.0, 2.0]),
        }
        if self.one_in(6):
            return {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": metadata,
                "spec": {"template": {"metadata": {"labels": {"app": "web"}}, "spec": spec}},
            }
        return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}

    def container(self) -> dict[str, Any]:
        container: dict[str, Any] = {
            "name": self.choose(["web", "db"]),
            "image": self.choose(["web:1", "db:2", "r.io/x:latest"]),
        }
        if self.one_in(2):
            container["ports"] = [{"port": self.choose([1.0, 2.0, 80.0])} for _ in self.some(2)]
        return container

    def user(self) -> dict[str, Any] | None:
        if self.one_in(2):
            return None
        names = ["amy", "system:serviceaccount:ci:bot"]
        return {
            "userInfo": {"username": self.choose(names), "groups": ["dev"]},
            "roles": self.choose([[], ["ci:view"]]),
        }
