"""Mutate rules in a small cluster of dictionaries: what is applied is changed, and changes what exists."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kyvernopy import PolicySet
from kyvernopy.variables.memory import MemoryCluster
from support import Answer, Row, check_rows

KYVERNO = "kyverno.io/"


class Cluster:
    """Objects by kind, namespace and name; whatever is applied goes through the policies as an admission would."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str, str], Row] = {}
        self.store({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
        self.policies: list[Row] = []

    def apply(self, document: Row) -> None:
        if is_policy(document):
            self.add_policy(document)
            return
        old = self.objects.get(key(document))
        operation = "UPDATE" if old else "CREATE"
        new = with_namespace(merged(old, document) if old else document)
        policies = self.policy_set()
        labels = self.labels_of(key(new)[1])
        mutated = policies.mutate(new, old=old, operation=operation, namespace_labels=labels).resource
        self.store(dict(mutated))
        self.change_existing(policies, mutated, old, operation)

    def store(self, document: Row) -> None:
        """Keep an object; a Namespace gets the label that API servers give it."""
        if document["kind"] == "Namespace":
            metadata = document["metadata"]
            labels = {**metadata.get("labels", {}), "kubernetes.io/metadata.name": metadata["name"]}
            document = {**document, "metadata": {**metadata, "labels": labels}}
        self.objects[key(document)] = document

    def delete(self, reference: Row) -> None:
        old = self.objects.pop(key(reference))
        self.change_existing(self.policy_set(), old, None, "DELETE")

    def add_policy(self, document: Row) -> None:
        self.policies = [one for one in self.policies if key(one) != key(document)] + [document]
        on_update = document["spec"].get("mutateExistingOnPolicyUpdate")
        rules = [rule for rule in document["spec"]["rules"] if "targets" in rule.get("mutate", {})]
        rules = [rule for rule in rules if rule["mutate"].get("mutateExistingOnPolicyUpdate", on_update)]
        if rules:
            policies = self.policy_set([{**document, "spec": {**document["spec"], "rules": rules}}])
            for trigger in list(self.objects.values()):
                self.change_existing(policies, trigger, None, "CREATE")

    def change_existing(self, policies: PolicySet, trigger: Any, old: Row | None, operation: str) -> None:
        labels = self.labels_of(key(trigger)[1])
        response = policies.mutate_existing(
            trigger, self.objects.values(), old=old, operation=operation, namespace_labels=labels
        )
        for target in response.targets:
            self.objects[key(target)] = target

    def labels_of(self, namespace: str) -> Row:
        found = self.objects.get(("Namespace", "", namespace), {})
        return found.get("metadata", {}).get("labels", {})

    def policy_set(self, documents: list[Row] | None = None) -> PolicySet:
        memory = MemoryCluster(self.objects.values())
        providers = replace(
            memory.providers, api_calls=lambda call: self.namespace_at(call.path) or memory.api_calls(call)
        )
        return PolicySet.from_documents(documents or self.policies, providers=providers)

    def namespace_at(self, path: str) -> Row | None:
        """What a command without a cluster does not answer (spec 02 §8.3)."""
        name = path.removeprefix("/api/v1/namespaces/")
        return self.objects.get(("Namespace", "", name))

    def holds(self, document: Row) -> bool:
        found = self.objects.get(key(document))
        return found is not None and contains(found, document)


def is_policy(document: Row) -> bool:
    return document["apiVersion"].startswith(KYVERNO)


def key(document: Row) -> tuple[str, str, str]:
    metadata = document.get("metadata") or document
    namespace = "" if document["kind"] == "Namespace" else metadata.get("namespace") or "default"
    return document["kind"], namespace, metadata["name"]


def with_namespace(document: Row) -> Row:
    if document["kind"] in ("Namespace", "ClusterRole"):
        return document
    return {**document, "metadata": {"namespace": "default", **document["metadata"]}}


def merged(old: Row, new: Row) -> Row:
    """What an update leaves: its own members, and those that it does not mention."""
    both = {
        name: merged(old[name], value) if isinstance(old.get(name), dict) and isinstance(value, dict) else value
        for name, value in new.items()
    }
    return {**old, **both}


def contains(found: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is there; a member in parentheses asks about null."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(has(found, name, value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(contains, found, wanted))
    return bool(found == wanted)


def has(found: Row, name: str, value: Any) -> bool:
    if name.startswith("("):
        return bool(found.get(name.strip("()").split()[0])) is value  # an API server leaves out empty lists
    return name in found and contains(found[name], value)


def scenario(row: Row) -> Answer:
    cluster, seen, wanted = Cluster(), [], []
    for number, step in enumerate(row["steps"]):
        for document in step.get("docs", ()):
            match step["op"]:
                case "create_policy" | "apply" if "expect" not in step:
                    cluster.apply(document)
                case "assert" if not is_policy(document):
                    seen.append((number, cluster.holds(document)))
                    wanted.append((number, True))
                case "error":
                    seen.append((number, cluster.holds(document)))
                    wanted.append((number, False))
        if step["op"] == "delete":
            cluster.delete(step["ref"])
    return seen, wanted


def test_recorded_scenarios():
    check_rows("mutate_scenarios", scenario)
