"""What of a regular expression matters where only the question is asked whether it matches somewhere.

A repetition at the beginning or the end may then be taken as seldom as it allows, because whatever more it takes, the
rest still matches: `.*x+` becomes `x`. This makes most patterns of policies cheap, and many that could take exponential
time harmless: `(a+)+$` becomes `a$`.
"""

from __future__ import annotations

from kyvernopy.exhaustive import assert_never
from kyvernopy.golang.regex_nodes import (
    EMPTY,
    Alternatives,
    Assertion,
    Characters,
    Group,
    Node,
    Repetition,
    Sequence,
)

__all__ = ["literal_text", "trimmed"]


def trimmed(node: Node) -> Node:
    """A node that matches somewhere in a text whenever this one does, with less to look at."""
    return _trimmed(_trimmed(node, last=False), last=True)


def _trimmed(node: Node, *, last: bool) -> Node:
    """The node without what is not needed at its first or last end."""
    match node:
        case Characters() | Assertion():
            return node
        case Group(item):
            return _trimmed(item, last=last)
        case Alternatives(items):
            alternatives = tuple(_trimmed(item, last=last) for item in items)
            return EMPTY if EMPTY in alternatives else Alternatives(alternatives)
        case Repetition(item, least, _):
            match least:
                case 0:
                    return EMPTY
                case 1:
                    return _trimmed(item, last=last)
                case _:
                    return EMPTY if _trimmed(item, last=last) == EMPTY else Repetition(item, least, least)
        case Sequence(items):
            return _trimmed_sequence(items, last=last)
        case _:
            assert_never(node)


def _trimmed_sequence(items: tuple[Node, ...], *, last: bool) -> Node:
    rest = list(items)
    while rest:
        at = -1 if last else 0
        end = _trimmed(rest[at], last=last)
        if end != EMPTY:
            rest[at] = end
            break
        del rest[at]
    return rest[0] if len(rest) == 1 else Sequence(tuple(rest))


def literal_text(node: Node) -> str | None:
    """The text if the node matches one text and nothing else, or None."""
    items = node.items if isinstance(node, Sequence) else (node,)
    characters = []
    for item in items:
        if not (isinstance(item, Characters) and len(item.ranges) == 1 and item.ranges[0][0] == item.ranges[0][1]):
            return None
        characters.append(chr(item.ranges[0][0]))
    return "".join(characters)
