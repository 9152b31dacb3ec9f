"""Documents and JSON patches from a seed: paths that are mostly there, and every oddity that paths can have."""

from __future__ import annotations

import json
import random
from typing import Any

import yaml

__all__ = ["random_document", "random_pair", "random_patch"]

NAMES = ["a", "b", "c", "spec", "labels", "0", "1", "-", "", "a/b", "m~n", "~1", "ü", "yes"]
NUMBERS = [0, 1, 2, -3, 1.0, 2.5, -0.25, 1e-7, 1e21, 2**62, 10**15]
TEXTS = ["", "x", "web", "1", "true", "null", "a/b"]
ODD_STEPS = ["-", "-1", "-2", "+1", "00", "-0", "7", "12", "x", "", "~", "~01", "a~1b", "m~0n", "1e1"]
OPERATIONS = ["add", "add", "add", "remove", "replace", "replace", "move", "copy", "test"]
DEEPEST = 4


class Source:
    """What is drawn from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  no secret
        self.choose = self.random.choice

    def one_in(self, count: int) -> bool:
        return self.random.randrange(count) == 0

    def scalar(self) -> Any:
        return self.choose([None, True, False, self.choose(NUMBERS), self.choose(TEXTS), self.choose(TEXTS)])

    def value(self, level: int = 0) -> Any:
        if level >= DEEPEST or self.one_in(3):
            return self.scalar()
        return self.map(level) if self.one_in(2) else self.list(level)

    def map(self, level: int = 0) -> dict[str, Any]:
        count = self.random.randrange(5)
        return {self.choose(NAMES): self.value(level + 1) for _ in range(count)}

    def list(self, level: int = 0) -> list[Any]:
        count = self.random.randrange(5)
        if self.one_in(2):  # a list of one kind, as most are
            return [self.choose([self.scalar, self.flat_map])() for _ in range(count)]
        return [self.value(level + 1) for _ in range(count)]

    def flat_map(self) -> dict[str, Any]:
        return {"name": self.choose(TEXTS), "value": self.scalar()}

    def document(self) -> Any:
        return self.map() if not self.one_in(10) else self.list()

    # --- Patches ---

    def path(self, document: Any) -> str:
        """A path that is there, or nearly; what earlier operations change makes others go astray."""
        segments = []
        node = document
        while isinstance(node, (dict, list)) and node and not self.one_in(8):
            key = self.choose(list(node)) if isinstance(node, dict) else self.random.randrange(len(node))
            negative = isinstance(node, list) and self.one_in(6)
            shown = str(key - len(node)) if negative else str(key)
            segments.append(shown.replace("~", "~0").replace("/", "~1"))
            node = node[key]
        while self.one_in(6):
            segments.append(self.choose([*ODD_STEPS, *NAMES]))
        if segments and self.one_in(30):
            segments[self.random.randrange(len(segments))] = self.choose(ODD_STEPS)
        path = "".join(f"/{segment}" for segment in segments)
        return path.removeprefix("/") if self.one_in(60) else path

    def operation(self, document: Any) -> dict[str, Any]:
        op = self.choose(OPERATIONS)
        made = {"op": op, "path": self.path(document)}
        if op in ("move", "copy"):
            made["from"] = self.path(document)
        if op in ("add", "replace", "test") and not self.one_in(150):
            made["value"] = self.found(document) if op == "test" and self.one_in(2) else self.value(2)
        if self.one_in(250):
            made[self.choose(["op", "path", "from"])] = self.choose([None, 1, "put"])
        return made

    def found(self, document: Any) -> Any:
        """A value of the document."""
        node = document
        while isinstance(node, (dict, list)) and node and not self.one_in(4):
            node = self.choose(list(node.values()) if isinstance(node, dict) else node)
        return node

    def text(self, patch: list[Any]) -> Any:
        """The patch itself, or one of its texts."""
        if self.one_in(3):
            return patch
        return json.dumps(patch) if self.one_in(2) else yaml.safe_dump(patch, allow_unicode=True)

    def changed(self, value: Any) -> Any:
        """A value that is nearly the same."""
        if self.one_in(12):
            return self.value(1)
        if isinstance(value, dict):
            kept = {key: self.changed(member) for key, member in value.items() if not self.one_in(8)}
            return kept | ({self.choose(NAMES): self.value(2)} if self.one_in(5) else {})
        if isinstance(value, list):
            kept = [self.changed(item) for item in value if not self.one_in(8)]
            if self.one_in(4):
                kept.insert(self.random.randrange(len(kept) + 1), self.value(2))
            return kept
        return value


def random_patch(seed: int) -> tuple[Any, Any]:
    """A document and a patch: a list of operations, or its text."""
    source = Source(seed)
    document = source.document()
    patch = [source.operation(document) for _ in range(source.choose([1, 1, 1, 2, 2, 3, 5]))]
    return document, source.text(patch)


def random_document(seed: int) -> Any:
    """A map or a list."""
    return Source(seed).document()


def random_pair(seed: int) -> tuple[Any, Any]:
    """Two documents, most often much the same."""
    source = Source(seed)
    document = source.document()
    changed = source.changed(document)
    return document, changed if isinstance(changed, (dict, list)) else source.document()
