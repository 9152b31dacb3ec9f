"""How long Python's `re` may take for a pattern: the exponent of the size of the text, or that it is exponential.

`re` tries one way after the other, so it takes as many steps as there are ways to read a text. Ways are counted on the
automaton whose states are the characters of the pattern (Glushkov's): two ways around the same loop with the same text
are exponential; two loops that can share a text add one to the exponent (Weber and Seidl, 1991). Looking for a match at
every place of the text is one more loop. What is not decided exactly is decided for the worse: counted repetitions are
loops, assertions always hold, two loops share a text if their characters overlap on the way from one to the other.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from kyvernopy.exhaustive import assert_never
from kyvernopy.golang.regex_nodes import Alternatives, Assertion, Characters, Group, Repetition, Sequence
from kyvernopy.golang.regex_sets import ANY, merged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kyvernopy.golang.regex_nodes import Node
    from kyvernopy.golang.regex_sets import Ranges

__all__ = ["safe_length"]

# Steps of some 20 ns that a search may take.
MOST_STEPS = 2_000_000
# Larger automata are not looked at but taken for the worst.
MOST_POSITIONS, MOST_IN_LOOP, MOST_LOOPS = 150, 40, 24
# So many ways to read one place of a text are as good as one.
MOST_WAYS = 100
ANY_LENGTH = 2**62


def safe_length(node: Node) -> int:
    """The length of the longest text for which `re` takes a bounded number of steps; -1 if there is none."""
    try:
        automaton = Automaton(node)
    except _TooComplexError:
        return -1
    if automaton.is_exponential():
        return -1
    most, degree = MOST_STEPS // automaton.ways_outside_loops(), automaton.degree()
    if not degree and most > MOST_STEPS // MOST_WAYS:
        return ANY_LENGTH
    return int(most ** (1 / (degree + 1))) or -1


class _TooComplexError(Exception):
    """The automaton is not looked at."""


@dataclass(slots=True)
class Ends:
    """Where a node begins and ends, and in how many ways it matches nothing."""

    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)
    empty: int = 0


class Automaton:
    """The positions of a pattern and which follows which, in how many ways.

    Position 0 is the place before a match, the last one that after it.
    """

    def __init__(self, node: Node) -> None:
        self.in_repetition = 0
        self.sets: list[Ranges] = []
        self.follow: list[Counter[int]] = []
        before = self.position(ANY)
        self.sequence([before, self.ends(node), self.position(ANY)])
        if not _is_anchored(node):
            self.connect(before.last, before.first)
        self.successors = [frozenset(counts) for counts in self.follow]
        self.known: dict[tuple[int, int], bool] = {}
        self.reach = _closure(self.successors)
        self.loops = self.find_loops()
        if len(self.loops) > MOST_LOOPS:
            raise _TooComplexError

    def overlap(self, one: int, other: int) -> bool:
        """Whether two positions have a character in common."""
        key = (one, other)
        if key not in self.known:
            self.known[key] = bool(_common(self.sets[one], self.sets[other]))
        return self.known[key]

    # --- Positions ---

    def ends(self, node: Node) -> Ends:
        """Add the positions of a node."""
        match node:
            case Characters(ranges):
                return self.position(ranges)
            case Assertion():
                return Ends(empty=1)
            case Group(item):
                return self.ends(item)
            case Alternatives(items):
                result = Ends()
                for ends in map(self.ends, items):
                    result.first += ends.first
                    result.last += ends.last
                    result.empty += ends.empty
                return result
            case Sequence(items):
                return self.sequence(map(self.ends, items if self.in_repetition else _shortened(items)))
            case Repetition(item, least, most):
                return self.repetition(item, least, most)
            case _:
                assert_never(node)

    def position(self, ranges: Ranges) -> Ends:
        number = len(self.sets)
        if number > MOST_POSITIONS:
            raise _TooComplexError
        self.sets.append(ranges)
        self.follow.append(Counter())
        return Ends(Counter({number: 1}), Counter({number: 1}))

    def sequence(self, items: Iterable[Ends]) -> Ends:
        result = Ends(empty=1)
        for ends in items:
            self.connect(result.last, ends.first)
            result = Ends(
                result.first + _times(ends.first, result.empty),
                ends.last + _times(result.last, ends.empty),
                result.empty * ends.empty,
            )
        return result

    def repetition(self, item: Node, least: int, most: int | None) -> Ends:
        if most == 0:
            return Ends(empty=1)
        self.in_repetition += most != 1
        ends = self.ends(item)
        self.in_repetition -= most != 1
        if most != 1:
            if ends.empty:  # each time around, nothing may be matched in several ways
                raise _TooComplexError
            self.connect(ends.last, ends.first)
        return Ends(ends.first, ends.last, ends.empty + (least == 0))

    def connect(self, before: Counter[int], after: Counter[int]) -> None:
        for position, ways in before.items():
            self.follow[position].update(_times(after, ways))

    # --- Loops ---

    def find_loops(self) -> list[frozenset[int]]:
        """The sets of positions that can be reached from each other, in an order in which they can be passed."""
        loops: dict[int, set[int]] = {}
        for position, reached in enumerate(self.reach):
            if reached >> position & 1:
                key = min(
                    other for other in range(position + 1) if reached >> other & self.reach[other] >> position & 1
                )
                loops.setdefault(key, set()).add(position)
        found = [frozenset(loop) for loop in loops.values()]
        return sorted(found, key=lambda loop: -self.reach[min(loop)].bit_count())

    def is_exponential(self) -> bool:
        """Whether there are two ways around a loop with the same text."""
        return any(map(self.is_ambiguous, self.loops))

    def is_ambiguous(self, loop: frozenset[int]) -> bool:
        if any(self.follow[position][other] > 1 for position in loop for other in loop):
            return True
        if len(loop) > MOST_IN_LOOP:
            return True
        before = self.pairs(loop)
        todo = [(position, position) for position in loop]
        found = set(todo)
        while todo:  # the pairs of places from which two ways can come together again
            for pair in before.get(todo.pop(), ()):
                if pair[0] != pair[1]:
                    return True
                if pair not in found:
                    found.add(pair)
                    todo.append(pair)
        return False

    def pairs(self, loop: frozenset[int]) -> dict[tuple[int, int], set[tuple[int, int]]]:
        """The pairs of places at which two ways can be that began together, with the pairs just before."""
        inner = {position: self.successors[position] & loop for position in loop}
        before: dict[tuple[int, int], set[tuple[int, int]]] = {}
        todo = [(position, position) for position in loop]
        while todo:
            pair = todo.pop()
            for following in product(inner[pair[0]], inner[pair[1]]):
                if self.overlap(*following):
                    if following not in before:
                        before[following] = set()
                        if following[0] != following[1]:  # the others are there from the beginning
                            todo.append(following)
                    before[following].add(pair)
        return before

    def degree(self) -> int:
        """How many times on one way two loops can share a text."""
        degrees: list[int] = []
        for number, loop in enumerate(self.loops):
            degree = 0
            for earlier, before in zip(self.loops[:number], degrees):  # noqa: B905 - up to this loop
                if self.reach[min(earlier)] >> min(loop) & 1:
                    degree = max(degree, before + self.share(earlier, loop))
            degrees.append(degree)
        return max(degrees, default=0)

    def share(self, earlier: frozenset[int], later: frozenset[int]) -> bool:
        """Whether a text can be read by both loops and on the way from one to the other."""
        both = _common(self.characters(earlier), self.characters(later))
        if not both:
            return False
        allowed = {position for position, ranges in enumerate(self.sets) if _common(ranges, both)}
        todo = list(self.rounds(earlier & allowed))
        targets, seen = self.rounds(later & allowed), set(todo)
        while todo:
            for position in (self.successors[todo.pop()] & allowed) - seen:
                if position in targets:
                    return True
                seen.add(position)
                todo.append(position)
        return False

    def characters(self, positions: frozenset[int]) -> Ranges:
        return merged(pair for position in positions for pair in self.sets[position])

    def rounds(self, positions: Iterable[int]) -> set[int]:
        """Those of the positions from which one can go on forever among them."""
        kept = set(positions)
        while ending := {position for position in kept if not self.successors[position] & kept}:
            kept -= ending
        return kept

    def ways_outside_loops(self) -> int:
        """A bound of the ways to read one text without going around a loop."""
        loop_of = {position: loop for loop in self.loops for position in loop}
        ways = 1
        for position, counts in enumerate(self.follow):
            outside = [other for other in counts if other not in loop_of.get(position, ())]
            if outside and ways < MOST_STEPS:
                ways *= max(sum(counts[b] for b in outside if self.overlap(a, b)) for a in outside)
        return ways


def _common(one: Ranges, other: Ranges) -> Ranges:
    if one == other:
        return one
    result, left, right = [], 0, 0
    while left < len(one) and right < len(other):
        low, high = max(one[left][0], other[right][0]), min(one[left][1], other[right][1])
        if low <= high:
            result.append((low, high))
        if one[left][1] < other[right][1]:
            left += 1
        else:
            right += 1
    return tuple(result)


def _shortened(items: tuple[Node, ...]) -> list[Node]:
    """The items without characters between characters: outside loops they add no ways and only narrow the others."""
    kept = []
    for place, item in enumerate(items):
        neighbours = items[max(place - 1, 0) : place + 2]
        if len(neighbours) < 3 or not all(isinstance(neighbour, Characters) for neighbour in neighbours):  # noqa: PLR2004
            kept.append(item)
    return kept


def _times(counts: Counter[int], ways: int) -> Counter[int]:
    return Counter({position: count * ways for position, count in counts.items()} if ways else ())


def _closure(successors: list[frozenset[int]]) -> list[int]:
    """For each position the set of those that can be reached from it, as bits."""
    reach = [sum(1 << other for other in others) for others in successors]
    for middle in range(len(reach)):
        bit, through = 1 << middle, reach[middle]
        for position, reached in enumerate(reach):
            if reached & bit:
                reach[position] = reached | through
    return reach


def _is_anchored(node: Node) -> bool:
    """Whether the node can only match at the beginning of a text."""
    match node:
        case Assertion(kind):
            return kind == "begin_text"
        case Sequence(items):
            return bool(items) and _is_anchored(items[0])
        case Alternatives(items):
            return all(map(_is_anchored, items))
        case Group(item):
            return _is_anchored(item)
        case Repetition(item, least, _):
            return least > 0 and _is_anchored(item)
        case Characters():
            return False
        case _:
            assert_never(node)
