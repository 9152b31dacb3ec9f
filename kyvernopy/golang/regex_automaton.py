"""Searching in linear time: all ways through a pattern at once, as RE2 and Go search (Thompson, 1968; Pike).

This is where patterns go for which `re` could take exponential time, if RE2 is not installed. Whether there is a match
is asked of states that are worked out when a text first leads to them and kept, up to a number: about 0.1 us a
character. Where a match lies, and its groups, is found by the slow walk over all ways: some microseconds a character.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from kyvernopy.exhaustive import assert_never
from kyvernopy.golang.regex_program import Check, Mark, Match, Read, Split, program
from kyvernopy.golang.regex_sets import POSIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.golang.regex_nodes import AssertionKind, Node
    from kyvernopy.golang.regex_program import Step
    from kyvernopy.golang.regex_sets import Ranges

__all__ = ["Finder", "Tester"]

# States that a tester keeps.
MOST_STATES = 1_000
WORD = frozenset(chr(code) for low, high in POSIX["word"] for code in range(low, high + 1))
# What stands before a text and after it.
NOTHING = ""


def _holds(kind: AssertionKind, before: str, after: str) -> bool:
    """Whether an assertion holds between two characters."""
    match kind:
        case "begin_text":
            return before == NOTHING
        case "end_text":
            return after == NOTHING
        case "begin_line":
            return before in (NOTHING, "\n")
        case "end_line":
            return after in (NOTHING, "\n")
        case "word_boundary":
            return (before in WORD) != (after in WORD)
        case "no_word_boundary":
            return (before in WORD) == (after in WORD)
        case _:
            assert_never(kind)


def _contains(ranges: Ranges, code: int) -> bool:
    place = bisect_right(ranges, (code, 0x110000)) - 1
    return place >= 0 and code <= ranges[place][1]


class State:
    """Where one can be before a character is read: steps, and a character that stands for the one before."""

    __slots__ = ("before", "following", "steps")

    def __init__(self, steps: frozenset[int], before: str) -> None:
        self.steps, self.before = steps, before
        self.following: dict[int, State | None] = {}  # by kind of character; None is a match


class Tester:
    """Asks whether a pattern matches anywhere in a text."""

    def __init__(self, node: Node) -> None:
        self.steps, self.start = program(node, groups=False)
        bounds = {0, 10, 11, 128}  # with the words below all that assertions ask about
        sets = {step.ranges for step in self.steps if isinstance(step, Read)} | {POSIX["word"]}
        for ranges in sets:
            for low, high in ranges:
                bounds |= {low, high + 1}
        self.bounds = sorted(bounds)
        self.kinds = {chr(code): bisect_right(self.bounds, code) for code in range(128)}
        self.states: dict[tuple[frozenset[int], str], State] = {}

    def search(self, text: str) -> bool:
        """Whether there is a match."""
        kinds, bounds = self.kinds, self.bounds
        state: State | None = self.state(frozenset((self.start,)), NOTHING)
        for character in text:
            kind = kinds.get(character) or bisect_right(bounds, ord(character))
            try:
                state = state.following[kind]  # type: ignore[union-attr]  # a match has ended the loop
            except KeyError:
                state = self.step(state, kind)  # type: ignore[arg-type]  # the same
            if state is None:
                return True
        assert state is not None  # noqa: S101 - the same
        return self.reads(state, NOTHING) is None

    def state(self, steps: frozenset[int], before: str) -> State:
        """The one state that is kept for these steps after such a character."""
        key = steps, before
        found = self.states.get(key)
        if found is None:
            if len(self.states) >= MOST_STATES:
                self.states = {}
            found = self.states[key] = State(steps, before)
        return found

    def step(self, state: State, kind: int) -> State | None:
        """The state after a character of a kind, or None if a match ends before it."""
        code = self.bounds[kind - 1]
        character = chr(code)
        reads = self.reads(state, character)
        following = None
        if reads is not None:
            targets = {step.target for step in reads if _contains(step.ranges, code)}
            # Any other character is to assertions like a space.
            shown = character if character == "\n" else "a" if character in WORD else " "
            following = self.state(frozenset((*targets, self.start)), shown)
        state.following[kind] = following
        return following

    def reads(self, state: State, after: str) -> list[Read] | None:
        """The reading steps that can be reached before a character, or None if a match can."""
        todo, seen, reads = list(state.steps), set(state.steps), []
        while todo:
            targets: tuple[int, ...] = ()
            match self.steps[todo.pop()]:
                case Read() as step:
                    reads.append(step)
                case Split(targets):
                    pass
                case Check(kind, target):
                    targets = (target,) if _holds(kind, state.before, after) else ()
                case Mark(_, target):
                    targets = (target,)
                case Match():
                    return None
            todo += [target for target in targets if target not in seen]
            seen.update(targets)
        return reads


class Finder:
    """Finds the first match and its groups: the one that Go prefers."""

    def __init__(self, node: Node, groups: int) -> None:
        self.steps, self.start = program(node, groups=groups > 0)
        self.slots = (-1,) * (2 * groups + 2)

    def search(self, text: str, start: int, spend: Callable[[int], None]) -> tuple[int, ...] | None:
        """Where the match and its groups begin and end, -1 for a group that took no part; None without a match.

        `spend` is told of the steps taken and may raise.
        """
        found: tuple[int, ...] | None = None
        ways: list[tuple[int, tuple[int, ...]]] = []
        for position in range(start, len(text) + 1):
            if found is None:
                ways.append((self.start, (position, *self.slots[1:])))
            elif not ways:
                break
            code = ord(text[position]) if position < len(text) else -1
            before, after = text[position - 1 : position], text[position : position + 1]
            spend(len(ways) + 1)
            following: list[tuple[int, tuple[int, ...]]] = []
            for step, marks in self.expanded(ways, position, before, after):
                if isinstance(step, Match):
                    found = (marks[0], position, *marks[2:])
                    break  # all others are less preferred
                if isinstance(step, Read) and _contains(step.ranges, code):
                    following.append((step.target, marks))
            ways = following
        return found

    def expanded(
        self, ways: list[tuple[int, tuple[int, ...]]], position: int, before: str, after: str
    ) -> list[tuple[Step, tuple[int, ...]]]:
        """The steps that read or match, in the order in which they are preferred."""
        todo, seen = ways[::-1], set()
        result: list[tuple[Step, tuple[int, ...]]] = []
        while todo:
            number, marks = todo.pop()
            if number in seen:
                continue
            seen.add(number)
            match self.steps[number]:
                case Read() | Match() as step:
                    result.append((step, marks))
                case Split(targets):
                    todo += [(target, marks) for target in reversed(targets)]
                case Check(kind, target):
                    if _holds(kind, before, after):
                        todo.append((target, marks))
                case Mark(slot, target):
                    todo.append((target, (*marks[:slot], position, *marks[slot + 1 :])))
        return result
