"""Documents with variables and references, and data to fill them from, made of a seed: many in little time.

Texts of the data mention only names behind their own; else they could grow forever, which the definition lets them do.
"""

from __future__ import annotations

import random
from typing import Any

__all__ = ["random_document"]

NAMES = ["a", "b", "c", "d", "e"]
WORDS = ["x", "x", " ", "-", "é", "\n", "a/b", "", "5", "\\"]
FORMS = ["{{{{ {} }}}}", "{{{{{}}}}}", "{{{{- {} }}}}"]
GOOD = [
    "{{ missing || 'd' }}",
    "{{ request.object.a }}",
    "{{request.object.{{ key }}}}",
    "{{ z.{{ key }} }}",
    "{{ z.\"{{ key }}\" || '{{- b }}' }}",
    "\\{{ a }}",
    "{{ to_string(z) }}",
    "{{ length(z.z) }}",
]
BAD = ["{{ missing }}", "{{ {x: `1`} }}", "{{@}}", "{{ @ }}", "{{ length('{{@}}') }}", "{{ }}", "{{ a. }}"]
BROKEN = ["{{", "}}", "{", "}", "\\", "$(", ")", "{{-"]
REFERENCES = [
    "$(./../a)",
    "$(/a)",
    "$(/b/0)",
    "$(<=./../c)",
    "$(!/b)",
    "\\$(/a)",
    "$(../../a)",
    "$( a)",
    "$()",
    "$(>)",
    "$(/)",
]
KEYS = ["=(a)", "(b)", "a/b", "..", "foreach", "\\{{ a }}", "x{{ key }}", "{{ z.z }}"]
LEAVES_FROM = 3  # levels below which there are leaves only


def random_document(seed: int) -> tuple[Any, dict[str, Any]]:
    """A document and the data of a context."""
    source = Source(seed)
    return source.document(), source.data()


class Source:
    """What is drawn from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  no secret
        self.choose = self.random.choice
        self.wild = self.one_in(2)  # whether much may go wrong

    def one_in(self, count: int, of: int = 1) -> bool:
        return self.random.randrange(count) < of

    # --- Data ---

    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = {"key": self.choose("aaz"), "z": {"a": 1, "z": "last", "n/a": [2]}}
        for index, name in enumerate(NAMES):
            data[name] = self.value([*NAMES[index + 1 :], "z.z"], 0)
        data["request"] = {"object": {"a": self.choose([0, 1, "x"]), "b": {"a": "deep"}, "o": [1, {"b": "x"}]}}
        if self.one_in(3):
            data["request"] |= {"operation": self.choose(["CREATE", "DELETE"]), "oldObject": {"a": "old"}}
        if self.one_in(4):
            data["target"] = {"a": "aim"}
        return data

    def value(self, later: list[str], level: int) -> Any:
        if level < LEAVES_FROM and self.one_in(4):
            return [self.value(later, level + 1) for _ in range(self.choose([0, 1, 2]))]
        if level < LEAVES_FROM and self.one_in(4):
            return {self.data_text(later): self.value(later, level + 1) for _ in range(self.choose([0, 1, 2]))}
        return self.choose([None, True, False, 0, -3, 1.5, 1e21, *(self.data_text(later) for _ in range(5))])

    def data_text(self, later: list[str]) -> str:
        pieces = [*WORDS, *(self.choose([*FORMS, "\\{{{{ {} }}}}"]).format(name) for name in later)]
        return "".join(self.choose(pieces) for _ in range(self.choose([0, 1, 1, 2])))

    # --- Documents ---

    def document(self, level: int = 0) -> Any:
        if level < LEAVES_FROM and self.one_in(5, of=2 if level else 4):
            if self.one_in(3):
                return [self.document(level + 1) for _ in range(self.choose([0, 1, 2, 3]))]
            return {self.key(): self.document(level + 1) for _ in range(self.choose([0, 1, 2, 3]))}
        return self.text() if self.one_in(6, of=5) else self.choose([None, True, 0, -3, 2.5])

    def key(self) -> str:
        if self.one_in(6):
            return self.choose(KEYS)
        return self.text() if self.wild and self.one_in(6) else self.choose(NAMES)

    def text(self) -> str:
        return "".join(self.piece() for _ in range(self.choose([1, 1, 1, 2, 3])))

    def piece(self) -> str:
        if self.one_in(3):
            return self.choose(FORMS).format(self.choose(NAMES))
        if self.one_in(3):
            return self.choose(GOOD)
        if self.wild and self.one_in(3):
            return self.choose(self.choose([BAD, BROKEN, REFERENCES]))
        return self.choose(["$(/a)", "$(<=./../c)", "\\$(/a)"]) if self.one_in(12) else self.choose(WORDS)
