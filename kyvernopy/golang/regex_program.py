"""The tree of a regular expression as a list of steps, as Go compiles it (`regexp/syntax`), for the automaton.

Repetitions are written out, in Go's order of preference, so that a search finds the match that Go finds, also where a
repeated part can match nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from kyvernopy.exhaustive import assert_never
from kyvernopy.golang.regex_nodes import EMPTY, Alternatives, Assertion, Characters, Group, Repetition, Sequence

if TYPE_CHECKING:
    from kyvernopy.golang.regex_nodes import AssertionKind, Node
    from kyvernopy.golang.regex_sets import Ranges

__all__ = ["Check", "Mark", "Match", "Read", "Split", "Step", "program", "program_size"]


@dataclass(frozen=True, slots=True)
class Read:
    """Read a character out of some ranges, then go on at `target`."""

    ranges: Ranges
    target: int


@dataclass(frozen=True, slots=True)
class Split:
    """Go on at the first target or, if that leads nowhere, at the next."""

    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """Go on at `target` if an assertion holds."""

    kind: AssertionKind
    target: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Note the place as the beginning or end of a group, then go on at `target`."""

    slot: int
    target: int


@dataclass(frozen=True, slots=True)
class Match:
    """A match ends here."""


Step: TypeAlias = "Read | Split | Check | Mark | Match"


def program(node: Node, *, groups: bool) -> tuple[list[Step], int]:
    """The steps of a node and the number of the first one."""
    writer = Writer(groups=groups)
    return writer.steps, writer.write(node, writer.add(Match()))


class Writer:
    """Writes steps from the end of the pattern to its beginning, so that each one knows where to go on."""

    def __init__(self, *, groups: bool) -> None:
        self.steps: list[Step] = []
        self.groups = groups

    def add(self, step: Step) -> int:
        self.steps.append(step)
        return len(self.steps) - 1

    def write(self, node: Node, target: int) -> int:
        """Write a node that goes on at the target, and give the number of its first step."""
        match node:
            case Characters(ranges):
                return self.add(Read(ranges, target))
            case Assertion(kind):
                return self.add(Check(kind, target))
            case Sequence(items):
                for item in reversed(items):
                    target = self.write(item, target)
                return target
            case Alternatives(items):
                return self.add(Split(tuple(self.write(item, target) for item in items)))
            case Group(item, number):
                if not self.groups:
                    return self.write(item, target)
                end = self.add(Mark(2 * number + 1, target))
                return self.add(Mark(2 * number, self.write(item, end)))
            case Repetition():
                return self.repetition(node, target)
            case _:
                assert_never(node)

    def repetition(self, node: Repetition, target: int) -> int:
        item, least, most, lazy = node.item, node.least, node.most, node.lazy
        if item == EMPTY:
            return target
        if most is None:
            if least == 0:
                return self.star(item, target, lazy=lazy)
            target = self.plus(item, target, lazy=lazy)
            least -= 1
        else:
            end = target
            for _ in range(most - least):
                target = self.split(self.write(item, target), end, lazy=lazy)
        for _ in range(least):
            target = self.write(item, target)
        return target

    def star(self, item: Node, target: int, *, lazy: bool) -> int:
        # Upstream: what can match nothing is repeated as `(x+)?`, which prefers other matches than a loop
        if _is_nullable(item):
            return self.split(self.plus(item, target, lazy=lazy), target, lazy=lazy)
        return self.plus(item, target, lazy=lazy, enter=False)

    def plus(self, item: Node, target: int, *, lazy: bool, enter: bool = True) -> int:
        loop = self.add(Match())  # replaced below, when it is known where the item begins
        start = self.write(item, loop)
        self.steps[loop] = Split((target, start) if lazy else (start, target))
        return start if enter else loop

    def split(self, start: int, target: int, *, lazy: bool) -> int:
        return self.add(Split((target, start) if lazy else (start, target)))


def _is_nullable(node: Node) -> bool:
    """Whether the node can match nothing; assertions count, as in Go."""
    match node:
        case Characters():
            return False
        case Assertion():
            return True
        case Sequence(items):
            return all(map(_is_nullable, items))
        case Alternatives(items):
            return any(map(_is_nullable, items))
        case Group(item):
            return _is_nullable(item)
        case Repetition(item, least, _):
            return least == 0 or _is_nullable(item)
        case _:
            assert_never(node)


def program_size(node: Node) -> int:
    """How many steps the node has, without writing them."""
    match node:
        case Characters() | Assertion():
            return 1
        case Sequence(items):
            return sum(map(program_size, items))
        case Alternatives(items):
            return 1 + sum(map(program_size, items))
        case Group(item):
            return 2 + program_size(item)
        case Repetition(item, least, most):
            size = program_size(item)
            return max(least, 1) * size + 2 if most is None else most * size + most - least
        case _:
            assert_never(node)
