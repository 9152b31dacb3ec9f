r"""Regular expressions in Go's syntax as a tree (`regexp/syntax`; spec 02 §3.3), with Go's texts for what it refuses.

One pass from left to right over the text with a stack of open groups, so that no depth of nesting meets the depth of
Python's own stack. Each finished part carries what Go bounds: the copies that its counted repetitions make, the
height of its tree and the size that it would have as a program.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.regex_classes import ClassReader, Flags, RegexError
from kyvernopy.golang.regex_nodes import Alternatives, Assertion, Characters, Group, Repetition, Sequence
from kyvernopy.golang.regex_sets import ANY, NOT_NEWLINE, folded
from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.golang.regex_nodes import AssertionKind, Node
    from kyvernopy.golang.regex_sets import Ranges
    from kyvernopy.limits import Limits

__all__ = ["Parsed", "RegexError", "parse_regex"]

MOST_COPIES = 1000  # of one part, by counted repetitions
MOST_HEIGHT = 1000
MOST_SIZE = 128 * 2**20 // 40  # Upstream: instructions of a program, in 128 MiB
# The tree is walked by recursion, here and in `re`; whoever raises the limit gets no deeper than this.
DEEPEST = 100

SURROGATE = re.compile("[\ud800-\udfff]")
COUNT = re.compile(r"\{(0|[1-9][0-9]*)(?:(,)(0|[1-9][0-9]*)?)?\}")
PLAIN = re.compile(r"[^\\()\[{|^$.*+?]+")
NAME = re.compile("[0-9A-Za-z_]+")
SIMPLE_REPETITIONS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
ESCAPED_ASSERTIONS: dict[str, AssertionKind] = {
    "A": "begin_text",
    "z": "end_text",
    "b": "word_boundary",
    "B": "no_word_boundary",
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree, the name of each of its groups, or "", of which the first is the whole match, and how many ranges it has."""

    node: Node
    names: tuple[str, ...]
    ranges: int = 0


@dataclass(slots=True)
class Part:
    """A finished part of a pattern and what is bounded about it."""

    node: Node
    copies: int = 1
    height: int = 1
    size: int = 1


LETTERS = {"i": "fold", "m": "lines", "s": "dot_all", "U": "lazy"}


@dataclass(slots=True)
class OpenGroup:
    """A group whose end is not reached: finished alternatives, parts of the current one, flags before the group."""

    before: Flags
    number: int = 0  # 0: it cannot be asked for
    alternatives: list[Part] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


def parse_regex(pattern: str, limits: Limits = DEFAULT_LIMITS) -> Parsed:
    """The tree of a pattern; RegexError if Go would refuse it."""
    if len(pattern) > limits.expression_size:
        raise LimitExceeded("expression_size", len(pattern), limits.expression_size)
    if SURROGATE.search(pattern):
        raise RegexError("invalid UTF-8", pattern)
    parser = Parser(pattern, limits)
    return Parsed(parser.parse(), tuple(parser.names), parser.ranges)


class Parser(ClassReader):
    """Reads one pattern."""

    def __init__(self, pattern: str, limits: Limits) -> None:
        super().__init__(pattern)
        self.deepest = min(limits.expression_depth, DEEPEST)
        self.names = [""]
        self.open = [OpenGroup(self.flags)]
        self.last_repetition = -1  # where the repetition operator began that ends at the position, or -1

    def parse(self) -> Node:
        """The tree of the whole pattern."""
        steps: dict[str, Callable[[], None]] = {
            "(": self.open_group,
            ")": self.close_group,
            "|": self.next_alternative,
            "[": self.bracketed,
            "\\": self.escaped,
            "{": self.counted,
            "*": self.repeated,
            "+": self.repeated,
            "?": self.repeated,
            "^": self.line_assertion,
            "$": self.line_assertion,
            ".": self.dot,
        }
        pattern = self.pattern
        while self.position < len(pattern):
            repetition, self.last_repetition = self.last_repetition, -1
            step = steps.get(pattern[self.position])
            if step is None:
                self.plain()
            elif step in (self.repeated, self.counted):
                self.last_repetition = repetition
                step()
            else:
                step()
        if len(self.open) > 1:
            raise RegexError("missing closing )", pattern)
        return self.finished().node

    # --- Parts ---

    def push(self, node: Node) -> None:
        self.open[-1].parts.append(Part(node))

    def characters(self, ranges: Ranges) -> None:
        if len(ranges) > 1:
            self.count(len(ranges))
        self.push(Characters(ranges))

    def literal(self, character: str) -> None:
        code = ord(character)
        ranges = ((code, code),)
        self.characters(folded(ranges) if self.flags.fold else ranges)

    def plain(self) -> None:
        """Characters that stand for themselves."""
        found = PLAIN.match(self.pattern, self.position)
        text = found[0] if found else self.pattern[self.position]  # a brace that counts nothing
        self.position += len(text)
        for character in text:
            self.literal(character)

    def dot(self) -> None:
        self.position += 1
        self.characters(ANY if self.flags.dot_all else NOT_NEWLINE)

    def line_assertion(self) -> None:
        """`^` or `$`; each stands for a text unless `(?m)` makes it stand for a line."""
        begin, whole = self.pattern[self.position] == "^", not self.flags.lines
        self.position += 1
        kinds: tuple[AssertionKind, AssertionKind] = ("begin_text", "end_text") if whole else ("begin_line", "end_line")
        self.push(Assertion(kinds[0] if begin else kinds[1]))

    # --- Groups ---

    def open_group(self) -> None:
        """What follows an opening parenthesis up to the first part in the group; or flags."""
        pattern, start = self.pattern, self.position
        if not pattern.startswith("(?", start):
            self.position += 1
            self.begin_group("")
        elif (pattern.startswith("(?P<", start) and len(pattern) > start + 4) or (
            pattern.startswith("(?<", start) and len(pattern) > start + 3
        ):
            self.named_group(pattern.index("<", start) + 1)
        else:
            self.flagged_group()

    def begin_group(self, name: str) -> None:
        self.names.append(name)
        self.open.append(OpenGroup(self.flags, len(self.names) - 1))

    def named_group(self, name_start: int) -> None:
        end = self.pattern.find(">", self.position)
        name = self.pattern[name_start:end]
        if end < 0 or not NAME.fullmatch(name):
            raise RegexError("invalid named capture", self.pattern[self.position : end + 1 or None])
        self.position = end + 1
        self.begin_group(name)

    def flagged_group(self) -> None:
        """`(?flags:` opens a group that cannot be asked for, `(?flags)` changes the rest of the group around it."""
        flags = Flags(self.flags.fold, self.flags.lines, self.flags.dot_all, self.flags.lazy)
        value, seen = True, True
        for position in range(self.position + 2, len(self.pattern)):
            character = self.pattern[position]
            if character in LETTERS:
                setattr(flags, LETTERS[character], value)
                seen = True
            elif character == "-" and value:
                value = seen = False
            elif character in ":)" and seen:
                if character == ":":
                    self.open.append(OpenGroup(self.flags))
                self.flags, self.position = flags, position + 1
                return
            else:
                raise RegexError("invalid or unsupported Perl syntax", self.pattern[self.position : position + 1])
        raise RegexError("invalid or unsupported Perl syntax", self.pattern[self.position :])

    def close_group(self) -> None:
        if len(self.open) == 1:
            raise RegexError("unexpected )", self.pattern)
        self.position += 1
        group, part = self.open[-1], self.finished()
        self.open.pop()
        self.flags = group.before
        if group.number:
            part = self.bounded(Part(Group(part.node, group.number), part.copies, part.height + 1, part.size + 2))
        self.open[-1].parts.append(part)

    def next_alternative(self) -> None:
        self.position += 1
        group = self.open[-1]
        group.alternatives.append(self.sequence(group.parts))
        group.parts = []

    def finished(self) -> Part:
        """The part that the innermost group holds."""
        group = self.open[-1]
        last = self.sequence(group.parts)
        if not group.alternatives:
            return last
        parts = [*group.alternatives, last]
        return self.bounded(self.combined(Alternatives(tuple(part.node for part in parts)), parts, len(parts) - 1))

    def sequence(self, parts: list[Part]) -> Part:
        if len(parts) == 1:
            return parts[0]
        return self.bounded(self.combined(Sequence(tuple(part.node for part in parts)), parts, 0))

    def combined(self, node: Node, parts: list[Part], size: int) -> Part:
        return Part(
            node,
            max((part.copies for part in parts), default=1),
            max((part.height for part in parts), default=0) + 1,
            sum(part.size for part in parts) + size or 1,
        )

    def bounded(self, part: Part) -> Part:
        """The part itself; an error if it is too large or too deep."""
        if part.size > MOST_SIZE:
            raise RegexError("expression too large", self.pattern)
        if part.height > MOST_HEIGHT:
            raise RegexError("expression nests too deeply", self.pattern)
        if part.height > self.deepest:
            raise LimitExceeded("expression_depth", part.height, self.deepest)
        return part

    # --- Repetitions ---

    def repeated(self) -> None:
        start = self.position
        self.position += 1
        self.repeat(start, *SIMPLE_REPETITIONS[self.pattern[start]], counted=False)

    def counted(self) -> None:
        """`{2}`, `{2,}` and `{2,5}`; any other brace stands for itself (spec 02 §3.3)."""
        start = self.position
        found = COUNT.match(self.pattern, start)
        if found is None:
            self.last_repetition = -1
            self.plain()
            return
        self.position = found.end()
        # Any count of five digits is too high; int() refuses texts of more than 4,300.
        least = int(found[1][:5])
        most = None if found[2] and not found[3] else int((found[3] or found[1])[:5])
        if least > MOST_COPIES or (most is not None and (most > MOST_COPIES or least > most)):
            raise RegexError("invalid repeat count", found[0])
        self.repeat(start, least, most, counted=True)

    def repeat(self, start: int, least: int, most: int | None, *, counted: bool) -> None:
        """Repeat the last part; a question mark after the operator turns its greed around."""
        lazy = self.flags.lazy
        if self.pattern.startswith("?", self.position):
            self.position += 1
            lazy = not lazy
        if self.last_repetition >= 0:
            fragment = self.pattern[self.last_repetition : self.position]
            raise RegexError("invalid nested repetition operator", fragment)
        parts = self.open[-1].parts
        if not parts:
            raise RegexError("missing argument to repetition operator", self.pattern[start : self.position])
        part = parts[-1]
        copies = part.copies
        if counted:
            copies = 1 if most == 0 else copies * max(1, least if most is None else most)
            if copies > MOST_COPIES:
                raise RegexError("invalid repeat count", self.pattern[start : self.position])
        size = 2 + max(1, least) * part.size if most is None else most * part.size + most - least
        node = Repetition(part.node, least, most, lazy)
        parts[-1] = self.bounded(Part(node, copies, part.height + 1, max(1, size)))
        self.last_repetition = start

    # --- Escapes and classes ---

    def escaped(self) -> None:
        character = self.pattern[self.position + 1 : self.position + 2]
        if character in ESCAPED_ASSERTIONS:
            self.position += 2
            self.push(Assertion(ESCAPED_ASSERTIONS[character]))
        elif character == "Q":
            start = self.position + 2
            end = self.pattern.find("\\E", start)
            self.position = len(self.pattern) if end < 0 else end + 2
            for quoted in self.pattern[start : end if end >= 0 else None]:
                self.literal(quoted)
        else:
            ranges = self.named_class()
            if ranges is not None:
                self.characters(ranges)
            else:
                self.literal(self.escaped_character())

    def bracketed(self) -> None:
        self.characters(self.class_in_brackets())
