"""The tree of a regular expression in Go's syntax.

Flags are gone from it: what `(?i)`, `(?s)`, `(?m)` and `(?U)` mean is worked into the characters, assertions and
repetitions, so that nothing about a node depends on where it stands. Two patterns that differ only in spelling give
the same tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from kyvernopy.golang.regex_sets import Ranges

__all__ = [
    "EMPTY",
    "Alternatives",
    "Assertion",
    "AssertionKind",
    "Characters",
    "Group",
    "Node",
    "Repetition",
    "Sequence",
]

AssertionKind = Literal[
    "begin_text", "end_text", "begin_line", "end_line", "word_boundary", "no_word_boundary"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Characters:
    """One character out of some ranges; none at all matches nothing."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Assertion:
    r"""A place between characters, such as `^` and `\b`."""

    kind: AssertionKind


@dataclass(frozen=True, slots=True)
class Sequence:
    """Nodes one after the other; without any it matches the empty text."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The first node that leads to a match."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repetition:
    """A node from `least` to `most` times, without a bound where that is None; as few times as possible if `lazy`."""

    item: Node
    least: int
    most: int | None
    lazy: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A node whose text can be asked for by number, from 1."""

    item: Node
    number: int


Node: TypeAlias = "Characters | Assertion | Sequence | Alternatives | Repetition | Group"

EMPTY = Sequence(())
