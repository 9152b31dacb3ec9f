"""Maps and lists in block style, changed entry by entry.

An entry is its lines: what stands before it (line break, comments, indentation), itself, and what follows on its last
line. A changed map or list is the same entries joined once more, without those that are gone, in their new order, with
new ones behind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.documents.changes import partners, same
from kyvernopy.documents.emit import emit
from kyvernopy.documents.rewrite_flow import changed_flow, changed_scalar
from kyvernopy.documents.scalars import MERGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kyvernopy.documents.written import Written

__all__ = ["BlockWriter"]

COLON = re.compile(r"\s*:")
BEFORE_ENTRY = re.compile(r"(?:\s|#[^\n]*\n|[&!]\S*\s)*")


@dataclass(slots=True)
class Entry:
    """`lead` is everything since the entry before, `rest` what follows on the last line."""

    lead: str
    text: str
    rest: str = ""


class BlockWriter:
    """Writes changes into the text of one document, in the author's indentation."""

    def __init__(self, text: str, root: Written) -> None:
        self._text = text
        self._step, self._indents_lists = self._layout(root)

    def document(self, root: Written, old: Any, new: Any) -> str:
        """The new text of the root."""
        changed = self._changed(root, old, new)
        return self._emit(new) if changed is None else changed

    def _changed(self, node: Written, old: Any, new: Any) -> str | None:
        """The new text of a node; None where it has to be written anew."""
        if same(old, new):
            return self._text[node.begin : node.end]
        if node.is_flow:
            return changed_flow(self._text, node, old, new) if old and new else None
        if node.kind == "map" and isinstance(old, dict) and isinstance(new, dict) and new:
            return self._joined(node, self._changed_map(node, old, new))
        if node.kind == "list" and isinstance(old, list) and isinstance(new, list) and new:
            return self._joined(node, self._changed_list(node, old, new))
        if node.kind == "scalar" and not node.is_empty and not isinstance(new, (dict, list)):
            return changed_scalar(self._text[node.begin : node.end], new)
        return None

    # --- Entries ---

    def _joined(self, node: Written, entries: list[Entry]) -> str | None:
        if not entries:
            return None
        opening = self._opening(node)
        line = f"\n{' ' * self._column(node.begin + len(opening))}"
        if opening.startswith("\n"):
            return "".join((entry.lead or line) + entry.text + entry.rest for entry in entries)
        # The first entry is in the line of its dash or anchor: what comes first stands there, below it comments as well.
        first, *others = entries
        parts = [first.lead if first.lead == opening else opening + first.lead.lstrip(), first.text, first.rest]
        for entry in others:
            parts += [entry.lead if entry.lead.startswith("\n") else line, entry.text, entry.rest]
        return "".join(parts)

    def _opening(self, node: Written) -> str:
        """What stands before the first entry: a line break and comments, an anchor, or nothing."""
        return self._text[node.begin : self._first(node)]

    def _first(self, node: Written) -> int:
        return self._start(node.begin, node.children[0] if node.kind == "map" else None)

    def _start(self, at: int, key: Written | None) -> int:
        """Where the next entry begins: with its dash, its key, or the `?` before a long key."""
        found = BEFORE_ENTRY.match(self._text, at)
        start = found.end() if found else at
        return start if key is None or self._text.startswith("? ", start) else key.begin

    def _entries(self, node: Written) -> Iterator[Entry]:
        """The entries as they are; one for each key or item."""
        at = node.begin
        ends = [value for _, value in node.pairs] if node.kind == "map" else node.children
        for index, last in enumerate(ends):
            start = self._start(at, node.children[2 * index] if node.kind == "map" else None)
            end = last.end if last.is_block else self._end_of_line(last.end)
            yield Entry(self._text[at:start], self._text[start : last.end], self._text[last.end : end])
            at = end

    def _end_of_line(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end

    def _changed_map(self, node: Written, old: dict[str, Any], new: dict[str, Any]) -> list[Entry]:
        column = self._column(self._first(node))
        names = [key.key for key, _ in node.pairs]
        last = {name: index for index, name in enumerate(names)}  # of equal keys, the last counts
        entries = []
        for index, (entry, (key, value)) in enumerate(zip(self._entries(node), node.pairs, strict=True)):
            name = names[index]
            if name in new and last[name] == index and not same(old.get(name), new[name]):
                self._replace(entry, key, value, (old.get(name), new[name]), column)
            if name in new or key.key is MERGE:
                entries.append(entry)
        inherited = {name for name in old if name not in last}  # by `<<`
        for name, value in new.items():
            if name not in last and not (name in inherited and same(old[name], value)):
                entries.append(Entry("", self._indented({name: value}, column)))
        return entries

    def _replace(self, entry: Entry, key: Written, value: Written, change: tuple[Any, Any], column: int) -> None:
        """Give an entry of a map its new value."""
        changed = self._changed(value, *change)
        colon = COLON.match(self._text, key.end)
        start = value.end - len(entry.text)
        if changed is not None:
            entry.text = self._text[start : value.begin] + changed
        if changed is not None or colon is None:
            return
        # A comment behind the key or the old value stays on the line of the key.
        comment = entry.rest
        if value.is_block:
            comment = self._text[colon.end() : value.begin].split("\n", 1)[0].rstrip()
        first, line_break, rest = self._indented({"k": change[1]}, column).removeprefix("k:").partition("\n")
        entry.text = f"{self._text[start : colon.end()]}{first}{comment}{line_break}{rest}"
        entry.rest = ""

    def _changed_list(self, node: Written, old: list[Any], new: list[Any]) -> list[Entry]:
        column = self._column(self._first(node))
        entries = list(self._entries(node))
        if len(entries) != len(old):
            return []
        result = []
        for at, value in zip(partners(old, new), new, strict=True):
            if at is None:
                result.append(Entry("", self._indented([value], column)))
                continue
            entry, item = entries[at], node.children[at]
            if not same(old[at], value):
                self._replace_item(entry, item, (old[at], value), column)
            result.append(entry)
        return result

    def _replace_item(self, entry: Entry, item: Written, change: tuple[Any, Any], column: int) -> None:
        """Give an entry of a list its new value."""
        changed = self._changed(item, *change)
        if changed is not None:
            entry.text = entry.text[: len(entry.text) - (item.end - item.begin)] + changed
            return
        entry.text = self._indented([change[1]], column)
        entry.rest = "" if "\n" in entry.text else entry.rest

    # --- Layout ---

    def _column(self, at: int) -> int:
        return at - self._text.rfind("\n", 0, at) - 1

    def _indented(self, value: Any, column: int) -> str:
        """A map or list of one entry, to stand at a column; the first line without its indentation."""
        lines = self._emit(value).split("\n")
        return "\n".join([lines[0], *(f"{' ' * column}{line}" if line else "" for line in lines[1:])])

    def _emit(self, value: Any) -> str:
        return emit(value, indent=self._step, indent_lists=self._indents_lists).removesuffix("\n")

    def _layout(self, root: Written) -> tuple[int, bool]:
        """How far the author indents, and whether lists, too; Kubernetes' own way where that cannot be seen."""
        step, lists = 0, None
        nodes = [root]
        for node in nodes:
            nodes += node.children
            if node.kind != "map" or node.is_flow:
                continue
            for key, value in node.pairs:
                if value.is_block and value.children:
                    deeper = self._column(self._first(value)) - self._column(key.begin)
                    if value.kind == "map":
                        step = step or max(deeper, 0)
                    elif lists is None:
                        lists = deeper > 0
        return step or 2, bool(lists)
