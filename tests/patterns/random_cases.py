"""Patterns and near-matching resources from a seed: many in little time, for agreement over very many examples.

Hypothesis draws these shapes too (`strategies.py`), and shrinks what it finds, but takes twenty times as long for one.
"""

from __future__ import annotations

import random
from typing import Any

from .strategies import LABELS, MODIFIERS, NAMES, OPERANDS, WORDS

__all__ = ["random_case"]

NUMBERS = [0, 1, 2, -3, 8, 12, 0.0, 1.0, 2.5, 1e6, 1e-7, -0.0, 2**63 - 1]
LEAVES_FROM = 3  # levels below which there are leaves only


def random_case(seed: int) -> tuple[Any, Any]:
    """A pattern, most often a map, and a resource that it nearly matches."""
    source = Source(seed)
    pattern = source.map(0) if source.one_in(8, of=7) else source.pattern(0)
    return pattern, source.near(pattern)


class Source:
    """What is drawn from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  no secret
        self.choose = self.random.choice

    def one_in(self, count: int, of: int = 1) -> bool:
        return self.random.randrange(count) < of

    def scalar(self) -> Any:
        return self.choose([None, True, False, self.choose(NUMBERS), self.choose(WORDS), self.choose(WORDS)])

    def text(self) -> str:
        parts = [self.condition() for _ in range(self.choose([1, 1, 1, 2, 3]))]
        return self.choose([" & ", " | ", "|", "&"]).join(parts)

    def condition(self) -> str:
        if self.one_in(8):
            return self.choose(["0", "1", "-2", "1s"]) + self.choose(["-", "!-"]) + self.choose(["10", "2h"])
        return self.choose(["", "", "", "", "!", ">", "<", ">=", "<="]) + self.choose(OPERANDS)

    def leaf(self) -> Any:
        return self.text() if self.one_in(2) else self.scalar()

    def pattern(self, level: int) -> Any:
        if level >= LEAVES_FROM or self.one_in(3):
            return self.leaf()
        if self.one_in(3):
            return [self.pattern(level + 1) for _ in range(self.choose([0, 1, 1, 1, 2]))]
        return self.map(level)

    def map(self, level: int) -> dict[str, Any]:
        found = {self.key(NAMES): self.pattern(level + 1) for _ in range(self.choose([0, 1, 2, 2, 3]))}
        if self.one_in(4):
            found[self.key(["metadata"])] = {self.key(["labels", "annotations"]): self.labels()}
        return found

    def labels(self) -> dict[str, Any]:
        return {self.key([*LABELS, "example.com/*", "*", "a?p"]): self.leaf() for _ in range(self.choose([1, 1, 2]))}

    def key(self, names: list[str]) -> str:
        name, modifier = self.choose(names), self.choose(MODIFIERS)
        return f"({name})" if modifier == "()" else f"{modifier}({name})" if modifier else name

    def near(self, pattern: Any) -> Any:
        """In the shape of a pattern, with things left out, exchanged or put in here and there."""
        if self.one_in(40):
            return self.choose([self.scalar(), {}, []])
        if isinstance(pattern, dict):
            return self.near_map(pattern)
        if isinstance(pattern, list):
            if not pattern:
                return self.choose([[], [1], None])
            items = pattern if isinstance(pattern[0], list) else [pattern[0]] * self.choose([0, 1, 1, 2, 3])
            return [self.near(item) for item in items]
        if isinstance(pattern, str):
            likely = pattern.split("|")[0].split("&")[0].strip(" !<>=*?")
            return self.choose([likely, likely, pattern, self.choose(WORDS), self.scalar()])
        return pattern if self.one_in(6, of=5) else self.scalar()

    def near_map(self, pattern: dict[str, Any]) -> dict[str, Any]:
        found = {}
        for raw, below in pattern.items():
            left_out = 8 if raw.startswith("X(") else 1
            if not self.one_in(10, of=left_out):
                name = raw.strip("=^X<+()").replace("*", "z").replace("?", "p")
                found[name] = self.near(below)
        if self.one_in(4):
            found.setdefault(self.choose([*NAMES, *LABELS]), self.scalar())
        return found
