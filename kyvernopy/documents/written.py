"""A document as it is written: its nodes with their first and last characters.

Parsers say where a map or list in block style ends only by what follows it. Here it ends with the line of its last
value, comment included, so that lines can be put behind it, and begins with the line break behind its key; empty lines
and comments belong to the entry that they stand before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from kyvernopy.documents.positions import document_events
from kyvernopy.documents.scalars import Keys, ScalarError, key_text, tagged_value

__all__ = ["Written", "read_written"]

Kind: TypeAlias = Literal["scalar", "alias", "map", "list"]

# What is left of a line behind a value in block style.
REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\n]*)?(?=\n|\Z)")
# What is left of a line behind a key, unless there is an anchor or the value.
KEY_LINE = re.compile(r"\s*:[ \t]*(?:#[^\n]*)?(?=\n)")


@dataclass(slots=True)
class Written:
    """A node: `text[begin:end]` is all of it, anchors and tags included.

    `children` of a map are keys and values by turns. `key` is what a scalar means as a key.
    """

    kind: Kind
    begin: int
    end: int
    is_flow: bool = False
    children: list[Written] = field(default_factory=list)
    key: str = ""

    @property
    def is_block(self) -> bool:
        """Whether it is a map or list in block style, which ends with its line."""
        return self.kind in ("map", "list") and not self.is_flow

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is written, which means null."""
        return self.begin == self.end

    @property
    def pairs(self) -> list[tuple[Written, Written]]:
        """The keys of a map with their values."""
        return list(zip(self.children[::2], self.children[1::2], strict=True))


def read_written(text: str) -> Written | None:
    """The tree of the first document of a text; None if there is none, or none that can be read."""
    events = document_events(text)
    if not events:
        return None
    keys = Keys()
    open_nodes: list[Written] = []
    for event in events:
        if isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            node = open_nodes.pop()
            _close(node, event, text)
            if not open_nodes:
                return node
            continue
        node = _node(event, text, keys)
        if open_nodes:
            open_nodes[-1].children.append(node)
        if node.kind in ("map", "list"):
            open_nodes.append(node)
        elif not open_nodes:
            return node
    return None


def _node(event: Any, text: str, keys: Keys) -> Written:
    begin, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, ScalarEvent):
        if event.style in ("|", ">") and "+" not in text[begin:end].partition("\n")[0]:
            end = begin + len(text[begin:end].rstrip())
        elif event.style in ("|", ">"):
            end -= text[begin:end].endswith("\n")  # the empty lines are part of it
        return Written("scalar", begin, end, key=_key(event, keys))
    if isinstance(event, AliasEvent):
        return Written("alias", begin, end)
    kind: Kind = "map" if isinstance(event, MappingStartEvent) else "list"
    return Written(kind, begin, end, bool(event.flow_style))


def _close(node: Written, event: Any, text: str) -> None:
    if node.is_flow:
        node.end = event.end_mark.index
    elif node.children:
        end = node.children[-1].end
        rest = REST_OF_LINE.match(text, end)
        node.end = rest.end() if rest else end
        for key, value in node.pairs if node.kind == "map" else ():
            line = KEY_LINE.match(text, key.end, value.begin) if value.is_block else None
            value.begin = line.end() if line else value.begin


def _key(event: Any, keys: Keys) -> str:
    """What a scalar means as a key; empty for what can be none."""
    try:
        if event.implicit[0]:
            return keys[event.value]
        return key_text(event.value if event.tag is None else tagged_value(event.tag, event.value))
    except ScalarError:
        return ""
