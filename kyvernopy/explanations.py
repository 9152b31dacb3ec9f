"""Why something was decided as it was: a tree that prints as text and is plain data (`to_dict`).

It is made only when somebody asks, by walking once more over what was decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.source import NOWHERE, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Explanation"]

# Characters of one value in the text; the data has all of it.
LONGEST = 120


@dataclass(frozen=True, slots=True)
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
        return "\n".join(_lines(self, ""))

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, without what is empty; `expected` and `found` stand together or not at all."""
        texts = {"outcome": str(self.outcome), "title": self.title, "path": self.path, "message": self.message}
        texts |= {"place": str(self.place), "about": self.about}
        whole: dict[str, Any] = {name: text for name, text in texts.items() if text}
        if self.has_values:
            whole |= {"expected": self.expected, "found": self.found}
        if self.children:
            whole["children"] = [child.to_dict() for child in self.children]
        return whole

    @property
    def has_values(self) -> bool:
        """Whether there is something to compare; a null that was expected and found says nothing."""
        return self.expected is not None or self.found is not None


def _lines(node: Explanation, indent: str) -> Iterator[str]:
    head = " ".join(part for part in (str(node.outcome), node.title, f"at {node.path}" if node.path else "") if part)
    yield f"{indent}{head}"
    indent += "  "
    if str(node.place):
        yield f"{indent}policy: {node.place}"
    if node.about:
        yield f"{indent}resource: {node.about}"
    for line in node.message.splitlines():
        yield f"{indent}{line}"
    if node.has_values:
        yield indent + _values(node)
    for child in node.children:
        yield from _lines(child, indent)


def _values(node: Explanation) -> str:
    found = "null or nothing" if node.found is None else _short(node.found)
    return f"found {found}" if node.expected is None else f"expected {_short(node.expected)}, found {found}"


def _short(value: Any) -> str:
    """A value as JSON, cut where it is long."""
    import json  # noqa: PLC0415  only who prints pays

    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        text = f"a {type(value).__name__} that cannot be shown"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({len(text)} characters)"
