"""JMESPath expressions and documents that they find something in, from a seed: many in little time.

`common` leaves out what the dialect and the `jmespath` package see differently (spec 02 §2.8); documents of that kind
hold objects with sorted keys, no 0 and 1 (which Python takes for booleans) and no floats.
"""

from __future__ import annotations

import json
import random
from typing import Any

__all__ = ["Expressions"]

NAMES = ["a", "b", "c", "d", "e"]
SCALARS = [None, True, False, "", "x", "y", "b", "ab", 0, 1, 2, 2.0, 2.5, -3, 1e21, 9007199254740993]
COMMON_SCALARS = [None, True, False, "", "x", "y", "b", "ab", "7", 2, 3, -4]
ROUNDED = ["abs", "ceil", "floor"]
ONE = [
    "keys",
    "length",
    "max",
    "min",
    "not_null",
    "reverse",
    "sort",
    "to_array",
    "to_number",
    "to_string",
    "type",
    "values",
]
BY = ["map", "max_by", "min_by"]
DEEPEST = 3


class Expressions:
    """What is drawn from one seed."""

    def __init__(self, seed: int, *, common: bool = False) -> None:
        self.random = random.Random(seed)  # noqa: S311  no secret
        self.choose = self.random.choice
        self.common = common

    def one_in(self, count: int) -> bool:
        return self.random.randrange(count) == 0

    # --- Documents ---

    def document(self) -> Any:
        return {name: self.value(1) for name in NAMES if not self.one_in(6)}

    def value(self, level: int) -> Any:
        kind = self.random.randrange(10)
        if level > DEEPEST or kind < 3:
            return self.choose(COMMON_SCALARS if self.common else SCALARS)
        if kind < 7:
            return {name: self.value(level + 1) for name in NAMES if not self.one_in(3)}
        length = self.choose([0, 1, 2, 3, 3])
        if kind == 7:
            return [self.choose([2, 3, 5, -4]) for _ in range(length)]
        if kind == 8:
            return [self.choose(["x", "b", "y", "ab"]) for _ in range(length)]
        return [self.value(level + 1) for _ in range(length)]

    # --- Expressions ---

    def expression(self, level: int = 0) -> str:
        """Any expression; operators are put around what is most often a path."""
        if level > DEEPEST or self.one_in(3):
            return self.path(level)
        return self.choose(
            [self.fallback, self.fallback, self.pipe, self.operators, self.comparison, self.selection, self.call]
        )(level + 1)

    def path(self, level: int) -> str:
        text = self.choose(NAMES)
        if self.one_in(15):
            text = self.choose(["@", "*", "[]", "[0]", "[*]", '"a"', self.literal(), f"({self.expression(level + 1)})"])
        functions_may_follow = "*" not in text
        for _ in range(self.choose([0, 0, 1, 1, 2, 3])):
            step = self.step(level)
            functions_may_follow = functions_may_follow and "*" not in step
            text += step
        if functions_may_follow and not self.common and self.one_in(12):
            text += f".{self.choose([*ONE, *ROUNDED])}(@)"
        return text

    def step(self, level: int) -> str:
        name = self.choose(NAMES)
        kind = self.random.randrange(16)
        if kind < 6 or level > DEEPEST:
            return f".{name}"
        if kind < 12:
            return self.choose(["[]", "[*]", "[0]", "[-1]", "[1:]", "[::2]", "[::-1]", ".*", "[7]", "[:-1]"])
        if kind == 12:
            return f"[?{self.expression(level + 1)}]"
        if kind == 13:
            return f".[{name}, {self.expression(level + 1)}]"
        if kind == 14:
            return f".{{a: {name}, b: {self.expression(level + 1)}}}"
        return f"[?{name} {self.choose(['==', '!='])} {self.literal()}]"

    def literal(self) -> str:
        value = self.choose(COMMON_SCALARS if self.common else SCALARS)
        if isinstance(value, str) and self.one_in(2):
            return f"'{value}'"
        if self.one_in(8):
            value = self.choose([[], {}, [2, 3], ["x"], {"a": 2}])
        return f"`{json.dumps(value)}`"

    def fallback(self, level: int) -> str:
        last = self.literal() if self.one_in(2) else self.expression(level)
        return f"{self.expression(level)} || {last}"

    def pipe(self, level: int) -> str:
        return f"{self.expression(level)} | {self.expression(level)}"

    def operators(self, level: int) -> str:
        if self.one_in(3):
            return f"!{self.path(level)}"
        return f"{self.expression(level)} && {self.expression(level)}"

    def comparison(self, level: int) -> str:
        if self.one_in(3):
            order = self.choose(["<", "<=", ">", ">="])
            return f"length({self.path(level)} || '') {order} `2`" if self.common else f"{self.path(level)} {order} `2`"
        other = self.literal() if self.one_in(2) else self.path(level)
        return f"{self.path(level)} {self.choose(['==', '!='])} {other}"

    def selection(self, level: int) -> str:
        if self.one_in(2):
            return f"[{self.expression(level)}, {self.expression(level)}]"
        return f"{{a: {self.expression(level)}, b: {self.expression(level)}}}"

    def call(self, level: int) -> str:
        kind = self.random.randrange(12)
        inner = self.path(level)
        if kind < 4:
            return f"{self.choose(ONE)}({inner})"
        if kind == 4:
            return f"{self.choose(ROUNDED)}({inner} || `2`)"
        if kind == 5:
            return f"contains({inner} || `[]`, {self.literal()})"
        if kind == 6:
            return f"{self.choose(['starts_with', 'ends_with'])}({inner} || '', 'b')"
        if kind == 7:
            return f"join('-', {inner}[].{self.choose(NAMES)}[] || `[]`)"
        if kind < 10:
            return self.by_key(level)
        if kind == 10 or self.common:
            return f"merge({inner} || `{{}}`, `{{}}`)"
        return self.odd_call(level)

    def by_key(self, level: int) -> str:
        items, key = (
            f"{self.path(level)}[]",
            self.choose([f"&{self.choose(NAMES)}", "&@", f"&{self.expression(level)}"]),
        )
        function = self.choose(BY if self.common else [*BY, "sort_by"])
        return f"map({key}, {items})" if function == "map" else f"{function}({items}, {key})"

    def odd_call(self, level: int) -> str:
        """Calls of which most fail, and what only this dialect has."""
        inner = self.path(level)
        return self.choose(
            [
                f"nosuch({inner})",
                f"length({inner}, {inner})",
                "merge()",
                f"merge({inner}, {inner})",
                f"avg({inner}[])",
                f"to_array(&{inner})",
                f"('type')({inner})",
                f"{{a: {inner} b: @}}",
                f"contains({inner} || `[]` {inner})",
                f"[sort_by({inner}[], &@), {inner}]",
                f"{inner}[::0]",
            ]
        )
