"""Why something was decided as it was: a tree that prints as text and is plain data (`to_dict`).

It is made only when somebody asks, by walking once more over what was decided. The tree refers to parts of the
resource as they are, however deep or large; text and plain data hold a cut copy of them, so neither ever fails.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from kyvernopy.source import NOWHERE, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Explanation", "ends"]

# What is cut in the text: characters of one value, of one line of a message, and nodes of a value that are looked at.
LONGEST_VALUE = 120
LONGEST_LINE = 1_000
NODES_IN_TEXT = 200
# And in plain data: nodes, characters of one text, levels.
NODES_IN_DATA = 10_000
LONGEST_TEXT = 10_000
DEEPEST = 40
# So many of a long row of explanations are kept at its beginning, and as many at its end.
MOST_AT_AN_END = 10
# Longer lines are broken between what was asked and what was found.
WIDTH = 120

INT_BITS = 1_024
CUT = "..."
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code != ord("\t")}


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """Why something came to its outcome: where, what was expected and what was found there.

    `outcome` is a word: that of a pattern or the status of a rule; `true` or `false` for a condition; `not matched`
    for a rule that is not for the resource; empty for what decides nothing by itself. `path` is the slash path of the
    node that decided, as in messages; empty for pass, skip and error. `expected` is the part of the pattern or
    condition, `found` the value that was there; `children` are the explanations that this one sums up. `title` says
    what is explained, `place` where it is written, and `about` names the resource and its place.
    """

    outcome: str
    path: str = ""
    message: str = ""
    expected: Any = None
    found: Any = None
    children: tuple[Explanation, ...] = ()
    title: str = ""
    place: Place = NOWHERE
    about: str = ""

    def __str__(self) -> str:
        return "\n".join(_lines(self, "", ()))

    def __repr__(self) -> str:
        return f"<{' '.join(['Explanation', *filter(None, (str(self.outcome), self.title, self.path))])}>"

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data that JSON can hold, without what is empty.

        `expected` and `found` stand together or not at all; they are copies, cut where they are very deep or large.
        """
        texts = {"outcome": str(self.outcome), "title": self.title, "path": self.path, "message": self.message}
        texts |= {"place": str(self.place), "about": self.about}
        whole: dict[str, Any] = {name: _cut(text, LONGEST_TEXT) for name, text in texts.items() if text}
        if self.has_values:
            values = {"expected": self.expected, "found": self.found}
            whole |= {name: Copy(NODES_IN_DATA).of(value) for name, value in values.items()}
        if self.children:
            whole["children"] = [child.to_dict() for child in self.children]
        return whole

    @property
    def has_values(self) -> bool:
        """Whether there is something to compare; a null that was expected and found says nothing."""
        return self.expected is not None or self.found is not None


def ends(explanations: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """The explanations; of a long row only the first and the last, with a count of those between."""
    row = iter(explanations)
    first = tuple(islice(row, MOST_AT_AN_END))
    last: deque[Explanation] = deque(maxlen=MOST_AT_AN_END)
    between = -MOST_AT_AN_END
    for one in row:
        last.append(one)
        between += 1
    return (*first, Explanation("", title=f"{CUT} {between} more {CUT}"), *last) if between > 0 else (*first, *last)


# --- Text ---


def _lines(node: Explanation, indent: str, said: tuple[str, ...]) -> Iterator[str]:
    """The lines of a tree; `said` are the messages above, which are not repeated."""
    node, title = _folded(node, said)
    message = _new_lines(node.message, said)
    values = _values(node)
    head = _cut(
        " ".join(filter(None, (str(node.outcome), title, f"at {node.path}" if node.path else ""))), LONGEST_LINE
    )
    details = [f"policy: {node.place}"] if str(node.place) else []
    details += [f"resource: {node.about}"] if node.about else []
    if title and values and not (details or message) and len(indent) + len(head) + len(values) < WIDTH:
        head, values = f"{head}: {values}", ""
    said = (*said, node.message)
    below = [
        line for child in node.children if not _repeats(child, node) for line in _lines(child, f"{indent}  ", said)
    ]
    details += [*message, *filter(None, [values])]
    if title or node.path or details or below:
        yield indent + _visible(head)
    for line in details:
        yield f"{indent}  {_visible(_cut(line, LONGEST_LINE))}"
    yield from below


def _folded(node: Explanation, said: tuple[str, ...]) -> tuple[Explanation, str]:
    """The node that stands for a chain of nodes, all with one outcome, of which only the last has more to say."""
    titles = [node.title]
    while len(node.children) == 1 and not (node.place is not NOWHERE or node.about or _values(node)):
        [child] = node.children
        if str(child.outcome) != str(node.outcome) or _new_lines(node.message, said):
            break
        node = child
        titles.append(node.title)
    return node, ": ".join(filter(None, titles))


def _repeats(child: Explanation, node: Explanation) -> bool:
    """Whether a node has only the words of the one above it, as what an anchor found has of the anchor."""
    same = child.expected is node.expected and child.found is node.found and child.path == node.path
    return same and not child.title and not child.children and not _new_lines(child.message, (node.message,))


def _new_lines(message: str, said: tuple[str, ...]) -> list[str]:
    """The lines of a message, but for the first one if a message above ends with it or has it in a list."""
    lines = message.splitlines()
    if lines and any(f"; {lines[0]};" in f"; {one};" or one.endswith(f": {lines[0]}") for one in said if one):
        del lines[0]
    return lines


def _values(node: Explanation) -> str:
    """What was expected and found. A key that could not be looked up has not been found to be anything."""
    expected = "" if node.expected is None else f"expected {_short(node.expected)}"
    if not node.has_values or (node.found is None and node.outcome == "error"):
        return expected
    found = f"found {'nothing' if node.found is None else _short(node.found)}"
    return f"{expected}, {found}" if expected else found


def _short(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    import json  # noqa: PLC0415  only who prints pays

    return _cut(json.dumps(Copy(NODES_IN_TEXT).of(value), ensure_ascii=False), LONGEST_VALUE)


def _visible(text: str) -> str:
    """A line without what would steer a terminal or could not be encoded."""
    return text.translate(CONTROLS).encode("utf-8", "backslashreplace").decode()


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}{CUT}"


# --- Plain data ---


class Copy:
    """Makes a copy that JSON can hold, of at most so many nodes; what is more becomes `...`."""

    def __init__(self, nodes: int) -> None:
        self._left = nodes

    def of(self, value: Any, depth: int = 0) -> Any:
        """The copy of a value."""
        self._left -= 1
        if isinstance(value, (dict, list, tuple)):
            if value and (depth >= DEEPEST or self._left <= 0):
                return CUT
            return self._map(value, depth) if isinstance(value, dict) else self._list(value, depth)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int) and value.bit_length() <= INT_BITS:
            return int(value)
        if isinstance(value, float) and value - value == 0:  # neither infinite nor NaN
            return value
        return _cut(value, LONGEST_TEXT) if isinstance(value, str) else f"<{type(value).__name__}>"

    def _map(self, value: dict[Any, Any], depth: int) -> dict[str, Any]:
        copy: dict[str, Any] = {}
        for key, item in value.items():
            if self._left <= 0:
                copy[CUT] = f"{len(value) - len(copy)} more"
                break
            name = key if isinstance(key, str) else str(self.of(key))
            copy[_cut(name, LONGEST_TEXT)] = self.of(item, depth + 1)
        return copy

    def _list(self, value: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
        copy: list[Any] = []
        for item in value:
            if self._left <= 0:
                copy.append(f"{CUT} {len(value) - len(copy)} more")
                break
            copy.append(self.of(item, depth + 1))
        return copy
