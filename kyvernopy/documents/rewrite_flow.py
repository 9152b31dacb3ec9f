"""Scalars, and maps and lists in flow style, changed where they stand; JSON is nothing else.

A new entry is laid out as its neighbours: on a line of its own where they are, with quotes around its key where theirs
have some.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.documents.changes import partners, same
from kyvernopy.documents.emit import emit
from kyvernopy.documents.scalars import MERGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kyvernopy.documents.written import Written

__all__ = ["changed_flow", "changed_scalar"]

COMMA = re.compile(r"(?:\s|#[^\n]*\n)*,")
COLON = re.compile(r"\s*:\s*")
# What may stand without quotes in flow style, if it may in block style.
WORD = re.compile(r"[\w./@%+=()~^*!&$;<>|\\-]+(?::[\w./@-]+)*")


def changed_scalar(written: str, new: Any) -> str | None:
    """A new scalar in the quotes of the old one; None where it takes several lines."""
    if isinstance(new, str):
        if written.startswith('"'):
            return _quoted(new)
        if written.startswith("'") and new.isprintable():
            return "'" + new.replace("'", "''") + "'"
        if "\n" in new:
            return None
    return emit(new).removesuffix("\n")


def changed_flow(text: str, node: Written, old: Any, new: Any, *, quotes: bool = False) -> str | None:
    """The new text of a map or list that is not empty; None where its kind is another or nothing is left.

    With `quotes`, every text that is new is quoted, as in JSON.
    """
    is_map = node.kind == "map"
    if not new or not isinstance(new, dict if is_map else list) or not isinstance(old, dict if is_map else list):
        return None
    return _Flow(text, node, quotes=quotes).changed(old, new)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())


@dataclass(slots=True)
class Entry:
    """`lead` is what stands between a comma or bracket and the entry."""

    lead: str | None
    text: str


class _Flow:
    """One map or list in flow style."""

    def __init__(self, text: str, node: Written, *, quotes: bool) -> None:
        self._text, self._node = text, node
        self._at = text.index("{" if node.kind == "map" else "[", node.begin) + 1
        self._opening = text[node.begin : self._at]
        self._entries = list(self._read())
        self._closing = text[self._at : node.end]
        first = node.children[0]
        self._quotes = quotes or text[first.begin : first.begin + 1] == '"'
        leads = [entry.lead or "" for entry in self._entries]
        self._colon = self._read_colon()
        blank = " " if self._colon.endswith(" ") else ""
        self._lead = leads[1] if len(leads) > 1 else leads[0] if "\n" in leads[0] else blank
        self._line = self._lead[self._lead.rindex("\n") :] if "\n" in self._lead else ""
        outer = self._closing[:-1].rpartition("\n")[2]
        self._unit = self._line[1:].removeprefix(outer) or "  "

    def _read(self) -> Iterator[Entry]:
        node = self._node
        step = 2 if node.kind == "map" else 1
        for index in range(0, len(node.children), step):
            start, end = node.children[index].begin, node.children[index + step - 1].end
            comma = COMMA.match(self._text, end)
            last = comma.end() - 1 if comma else end
            yield Entry(self._text[self._at : start], self._text[start:last])
            self._at = comma.end() if comma else end
        self._comma = "," if comma else ""

    def changed(self, old: Any, new: Any) -> str:
        """The new text."""
        entries = self._changed_map(old, new) if self._node.kind == "map" else self._changed_list(old, new)
        if not entries:
            return f"{self._opening}{self._closing.lstrip()}"
        first = self._entries[0]
        texts = [f"{first.lead}{entries[0].text}"]
        for entry in entries[1:]:
            lead = self._lead if entry is first or entry.lead is None else entry.lead
            texts.append(f"{lead}{entry.text}")
        return f"{self._opening}{','.join(texts)}{self._comma}{self._closing}"

    def _changed_map(self, old: dict[str, Any], new: dict[str, Any]) -> list[Entry]:
        pairs = self._node.pairs
        last = {key.key: index for index, (key, _) in enumerate(pairs)}
        entries = []
        for index, (entry, (key, value)) in enumerate(zip(self._entries, pairs, strict=True)):
            name = key.key
            if name in new and last[name] == index and not same(old.get(name), new[name]):
                head = self._text[key.begin : value.begin]
                head = f"{self._text[key.begin : key.end]}: " if value.is_empty else head
                entry.text = head + self._value(value, old.get(name), new[name]) + entry.text[value.end - key.begin :]
            if name in new or key.key is MERGE:
                entries.append(entry)
        for name, value in new.items():
            if name not in last and not (name in old and same(old[name], value)):
                entries.append(Entry(None, f"{self._scalar(name)}{self._colon}{self._written(value, self._line)}"))
        return entries

    def _changed_list(self, old: list[Any], new: list[Any]) -> list[Entry]:
        entries = []
        for at, value in zip(partners(old, new), new, strict=True):
            if at is None:
                entries.append(Entry(None, self._written(value, self._line)))
                continue
            entry, item = self._entries[at], self._node.children[at]
            if not same(old[at], value):
                entry.text = self._value(item, old[at], value) + entry.text[item.end - item.begin :]
            entries.append(entry)
        return entries

    def _value(self, node: Written, old: Any, new: Any) -> str:
        """The new text of a value within."""
        if node.is_flow and old:
            changed = changed_flow(self._text, node, old, new, quotes=self._quotes)
            if changed is not None:
                return changed
        if self._text[node.begin : node.begin + 1] == '"' and isinstance(new, str):
            return _quoted(new)
        return self._written(new, self._line)

    def _read_colon(self) -> str:
        """The colon as the first entry has it."""
        if self._node.kind != "map":
            return ": "
        key, value = self._node.pairs[0]
        colon = COLON.fullmatch(self._text, key.end, value.begin)
        return colon[0] if colon and not value.is_empty and "\n" not in colon[0] else ": "

    def _written(self, value: Any, line: str) -> str:
        """A new value; on several lines where the entries stand on lines of their own."""
        if not isinstance(value, (dict, list)) or not value:
            return self._scalar(value)
        deeper = line + self._unit if line else ""
        between = deeper or ("" if self._lead == "" else " ")
        if isinstance(value, dict):
            parts = [f"{self._scalar(key)}{self._colon}{self._written(item, deeper)}" for key, item in value.items()]
        else:
            parts = [self._written(item, deeper) for item in value]
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        return f"{opening}{deeper}{f',{between}'.join(parts)}{line}{closing}"

    def _scalar(self, value: Any) -> str:
        if not isinstance(value, str):
            return emit(value).removesuffix("\n")
        if self._quotes or not WORD.fullmatch(value):
            return _quoted(value)
        plain = emit(value).removesuffix("\n")
        return plain if plain == value else _quoted(value)
