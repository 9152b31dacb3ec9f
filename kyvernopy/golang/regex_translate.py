r"""The tree of a regular expression as a pattern for Python's `re`, or for RE2.

Both understand what is written here in the same way as Go, because nothing of Go's spelling is left: classes are ranges
of characters, `(?i)` has become classes, names have become numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.exhaustive import assert_never
from kyvernopy.golang.regex_nodes import Alternatives, Assertion, Characters, Group, Repetition, Sequence
from kyvernopy.golang.regex_sets import ANY, NOT_NEWLINE, negated

if TYPE_CHECKING:
    from kyvernopy.golang.regex_nodes import AssertionKind, Node
    from kyvernopy.golang.regex_sets import Ranges

__all__ = ["for_python", "for_re2"]

# `\B` of Python does not match in the empty text before 3.14.
PYTHON_ASSERTIONS: dict[AssertionKind, str] = {
    "begin_text": r"\A",
    "end_text": r"\Z",
    "begin_line": "(?m:^)",
    "end_line": "(?m:$)",
    "word_boundary": r"(?a:\b)",
    "no_word_boundary": r"(?!(?a:\b))",
}
RE2_ASSERTIONS: dict[AssertionKind, str] = {
    "begin_text": r"\A",
    "end_text": r"\z",
    "begin_line": "(?m:^)",
    "end_line": "(?m:$)",
    "word_boundary": r"\b",
    "no_word_boundary": r"\B",
}


def for_python(node: Node, *, groups: bool = True) -> str:
    """The pattern that `re` takes; without groups where only a match counts, not its parts."""
    return Writer(PYTHON_ASSERTIONS, groups=groups, python=True).write(node)


def for_re2(node: Node, *, groups: bool = True) -> str:
    """The pattern that `re2` takes."""
    return Writer(RE2_ASSERTIONS, groups=groups, python=False).write(node)


class Writer:
    """Writes a tree in one of the two syntaxes, which differ in assertions and in escapes of characters."""

    def __init__(self, assertions: dict[AssertionKind, str], *, groups: bool, python: bool) -> None:
        self.assertions, self.groups, self.python = assertions, groups, python
        self.written: dict[Ranges, str] = {}

    def write(self, node: Node) -> str:
        """The text of a node."""
        match node:
            case Characters(ranges):
                if ranges not in self.written:
                    self.written[ranges] = self.characters(ranges)
                return self.written[ranges]
            case Assertion(kind):
                return self.assertions[kind]
            case Sequence(items):
                return "".join([self.item(item) for item in items])
            case Alternatives(items):
                return "|".join(map(self.write, items))
            case Group(item):
                return f"({self.write(item)})" if self.groups else f"(?:{self.write(item)})"
            case Repetition(item, least, most, lazy):
                return self.operand(item) + repetition(least, most) + "?" * lazy
            case _:
                assert_never(node)

    def item(self, node: Node) -> str:
        """The text of a node in a sequence."""
        return f"(?:{self.write(node)})" if isinstance(node, Alternatives) else self.write(node)

    def operand(self, node: Node) -> str:
        """The text of a node that is repeated."""
        return self.write(node) if isinstance(node, Characters | Group) else f"(?:{self.write(node)})"

    def characters(self, ranges: Ranges) -> str:
        """One character, a dot or a class."""
        if ranges == ANY:
            return "(?s:.)"
        if ranges == NOT_NEWLINE:
            return "."
        if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
            return self.character(ranges[0][0])
        others = negated(ranges)
        sign, shorter = ("^", others) if len(others) < len(ranges) else ("", ranges)
        if not shorter:
            return r"[^\x00-\x{10FFFF}]" if not self.python else r"[^\s\S]"
        return f"[{sign}{''.join(map(self.range, shorter))}]"

    def range(self, pair: tuple[int, int]) -> str:
        low, high = pair
        hyphen = "-" if high > low + 1 else ""
        return self.character(low) + (hyphen + self.character(high) if high > low else "")

    def character(self, code: int) -> str:
        character = chr(code)
        if character.isascii() and character.isprintable():
            return character if character.isalnum() or character in "_ " else "\\" + character
        return f"\\U{code:08x}" if self.python else f"\\x{{{code:x}}}"


def repetition(least: int, most: int | None) -> str:
    """The operator that repeats what stands before it."""
    match least, most:
        case (0, None):
            return "*"
        case (1, None):
            return "+"
        case (0, 1):
            return "?"
        case (_, None):
            return f"{{{least},}}"
        case _:
            return f"{{{least}}}" if least == most else f"{{{least},{most}}}"
