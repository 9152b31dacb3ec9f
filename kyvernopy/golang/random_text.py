"""Texts that match a regular expression, drawn piece by piece (spec 02 §3.3, `random`).

Whoever asks gives the source of choices, so the same choices give the same text. Assertions draw nothing, as upstream;
a class that holds printable ASCII draws only from that, so that `.` and `[^a]` give something to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.errors import LimitExceeded
from kyvernopy.exhaustive import assert_never
from kyvernopy.golang.regex_nodes import Alternatives, Assertion, Characters, Group, Repetition, Sequence
from kyvernopy.golang.regex_parse import parse_regex
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.golang.regex_nodes import Node
    from kyvernopy.golang.regex_sets import Ranges
    from kyvernopy.limits import Limits

__all__ = ["random_text"]

PRINTABLE = (32, 126)
SURROGATES = (0xD800, 0xDFFF)
# Upstream draws up to 4,096 more than the least where a repetition has no bound.
MOST_UNBOUNDED = 32


def random_text(pattern: str, choose: Callable[[int], int], limits: Limits = DEFAULT_LIMITS) -> str:
    """A text that matches the pattern; `choose(n)` gives an int from 0 to n-1. RegexError if Go refuses the pattern."""
    drawing = Drawing(choose, limits)
    drawing.draw(parse_regex(pattern, limits).node)
    return "".join(drawing.pieces)


class Drawing:
    """The pieces drawn so far."""

    def __init__(self, choose: Callable[[int], int], limits: Limits) -> None:
        self.choose, self.limits = choose, limits
        self.pieces: list[str] = []
        self.steps = 0

    def draw(self, node: Node) -> None:
        """Draw a text of a node."""
        self.steps += 1
        if self.steps > self.limits.output_size:
            raise LimitExceeded("output_size", self.steps, self.limits.output_size)
        match node:
            case Characters(ranges):
                self.pieces.append(self.character(ranges))
            case Sequence(items):
                for item in items:
                    self.draw(item)
            case Alternatives(items):
                self.draw(items[self.choose(len(items))])
            case Group(item):
                self.draw(item)
            case Repetition(item, least, most, _):
                bound = least + MOST_UNBOUNDED if most is None else most
                for _ in range(least + self.choose(bound - least + 1)):
                    self.draw(item)
            case Assertion():
                pass
            case _:
                assert_never(node)

    def character(self, ranges: Ranges) -> str:
        """A character out of some ranges; nothing if there is none."""
        usable = _within(ranges, *PRINTABLE) or [*_within(ranges, 1, SURROGATES[0] - 1)]
        usable = usable or [*_within(ranges, SURROGATES[1] + 1, 0x10FFFF)] or list(ranges)
        count = sum(high - low + 1 for low, high in usable)
        place = self.choose(count) if count else 0
        for low, high in usable:
            if place <= high - low:
                return chr(low + place)
            place -= high - low + 1
        return ""


def _within(ranges: Ranges, lowest: int, highest: int) -> list[tuple[int, int]]:
    cut = [(max(low, lowest), min(high, highest)) for low, high in ranges]
    return [(low, high) for low, high in cut if low <= high]
