"""Plain data from parser events, without a graph of nodes in between.

One flat loop with its own stack: text nested 50,000 deep ends at the bound and never at Python's own. Aliases are
copied where they are used, so that no two parts of a document share a list, and the copies are counted against a
budget, so that nine lines cannot grow to nine billion nodes.

Measured: half the time is libyaml and its event objects, a quarter the dictionaries; a memory of plain scalars
(`scalars.Values`) saves three fifths of what PyYAML's constructor spends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from kyvernopy.documents.events import QUOTE_VARIABLE
from kyvernopy.documents.scalars import MERGE, Keys, ScalarError, Values, key_text, tagged_value
from kyvernopy.errors import LimitExceeded
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.limits import Limits

__all__ = ["BuildError", "Builder"]


class BuildError(Exception):
    """Well-formed YAML that is no JSON; `event` is where."""

    def __init__(self, code: str, message: str, advice: str, event: Any) -> None:
        super().__init__(code, message, advice, event)
        self.code, self.message, self.advice, self.event = code, message, advice, event


class Builder:
    """Makes the values of the documents of one reading."""

    def __init__(self, limits: Limits, *, strict: bool) -> None:
        self._depth, self._alias_nodes, self._strict = limits.depth, limits.alias_nodes, strict
        self._values, self._keys = Values(), Keys()
        self._forget()

    def _forget(self) -> None:
        """Names, counts and keys hold within one document."""
        self._anchors: dict[str, Any] = {}
        self._open: list[tuple[str, Any]] = []  # names of maps and lists that are still being read
        self._copied = 0
        self._own_keys: dict[int, set[str]] = {}  # by identity of the map; for strict reading only

    def document(self, get: Callable[[], Any], event: Any) -> Any:  # noqa: C901, PLR0912  one loop, measured: see above
        """The value whose first event is `event`; the events after it are taken from `get`."""
        self._forget()
        values, keys, anchored = self._values, self._keys, self._open
        strict, bound = self._strict, self._depth
        stack: list[tuple[Any, str]] = []
        owner: Any = None  # the map or list being filled
        key = ""  # where the next value goes, if that is a map
        try:
            while True:
                kind = event.__class__
                if kind is MappingStartEvent or kind is SequenceStartEvent:
                    stack.append((owner, key))
                    owner = {} if kind is MappingStartEvent else []
                    if event.anchor or len(stack) > bound:
                        self._begin(owner, event, len(stack))
                else:
                    # An unquoted scalar without tag and name is by far the most common event.
                    if kind is ScalarEvent:
                        value = values[event.value] if event.implicit[0] and not event.anchor else self._scalar(event)
                    elif kind is AliasEvent:
                        value = self._alias(event, len(stack))
                    else:
                        value = self._end(owner) if anchored else owner
                        owner, key = stack.pop()
                    if owner.__class__ is list:
                        owner.append(value)
                    elif owner is None:
                        return value
                    elif key is MERGE:
                        self._merge(owner, value, event)
                    else:
                        owner[key] = value
                event = get()
                if owner.__class__ is dict:
                    while event.__class__ is not MappingEndEvent:
                        plain = event.__class__ is ScalarEvent and event.implicit[0] and not event.anchor
                        key = keys[event.value] if plain else self._key(event)
                        if strict:
                            self._check_once(owner, key, event)
                        event = get()
                        if event.__class__ is not ScalarEvent or not event.implicit[0] or event.anchor or key is MERGE:
                            break
                        owner[key] = values[event.value]
                        event = get()
        except ScalarError as error:
            raise BuildError("yaml-value", error.message, error.advice, event) from None

    # --- Maps and lists ---

    def _begin(self, owner: Any, event: Any, depth: int) -> None:
        """A map or list that is too deep, or that has a name."""
        if depth > self._depth:
            raise _crossed("depth", depth, self._depth, event)
        self._open.append((event.anchor, owner))

    def _end(self, value: Any) -> Any:
        """The map or list is whole now, so its name can be used."""
        if self._open[-1][1] is value:
            name, _ = self._open.pop()
            self._anchors[name] = value
        return value

    # --- Leaves ---

    def _scalar(self, event: Any) -> Any:
        """The value of a scalar that is quoted, or has a tag or a name."""
        if event.implicit[0]:
            value = self._values[event.value]
        else:
            value = event.value if event.tag is None else tagged_value(event.tag, event.value)
        if event.anchor:
            self._anchors[event.anchor] = value
        return value

    def _key(self, event: Any) -> str:
        """A key that is not simply an unquoted scalar."""
        if event.__class__ is ScalarEvent:
            value = self._scalar(event)
            return self._keys[event.value] if event.implicit[0] else key_text(value)
        value = self._alias(event, 0) if event.__class__ is AliasEvent else event
        if value.__class__ in {MappingStartEvent, SequenceStartEvent, dict, list}:
            braces = event.__class__ is MappingStartEvent and event.flow_style
            advice = QUOTE_VARIABLE if braces else "use a text as the key"
            raise BuildError("yaml-key", "a map or list cannot be a key", advice, event)
        return key_text(value)

    def _check_once(self, owner: dict[str, Any], key: str, event: Any) -> None:
        """Keys that a merge brought do not count."""
        own = self._own_keys.setdefault(id(owner), set())
        if key in own and key is not MERGE:
            raise BuildError(
                "duplicate-key", f"the key `{key}` stands twice in this map", "remove one of the two", event
            )
        own.add(key)

    # --- Aliases and merges ---

    def _alias(self, event: Any, depth: int) -> Any:
        name = event.anchor
        if any(name == opened for opened, _ in self._open):
            raise BuildError("yaml-alias", f"the alias `*{name}` stands inside of what it names", "write it out", event)
        if name not in self._anchors:
            raise BuildError(
                "yaml-alias", f"nothing before it is named `&{name}`", "an anchor holds for one document", event
            )
        value = self._anchors[name]
        return self._copy(value, depth, event) if value.__class__ is dict or value.__class__ is list else value

    def _copy(self, value: Any, depth: int, event: Any) -> Any:
        """A copy, level by level, as long as the budget and the depth allow."""
        copy = value.copy()
        level = [copy]
        while level:
            self._copied += sum(map(len, level)) + len(level)
            if self._copied > self._alias_nodes:
                raise _crossed("alias_nodes", self._copied, self._alias_nodes, event)
            if depth > self._depth:
                raise _crossed("depth", depth, self._depth, event)
            level = [child for parent in level for child in _copy_children(parent)]
            depth += 1
        return copy

    def _merge(self, owner: dict[str, Any], value: Any, event: Any) -> None:
        """`<<`: of several sources the first wins. Upstream: a key before the `<<` loses to it, a key after it wins."""
        sources = value if value.__class__ is list else [value]
        if not all(source.__class__ is dict for source in sources):
            raise BuildError(
                "yaml-merge", "`<<` merges maps, this is something else", 'quote the key, if "<<" is meant', event
            )
        for source in reversed(sources):
            owner.update(source)


def _copy_children(parent: Any) -> list[Any]:
    """The maps and lists directly in `parent`, each replaced by a copy."""
    copies = []
    for key, child in parent.items() if parent.__class__ is dict else enumerate(parent):
        if child.__class__ is dict or child.__class__ is list:
            parent[key] = child.copy()
            copies.append(parent[key])
    return copies


def _crossed(limit: str, value: int, bound: int, event: Any) -> LimitExceeded:
    """A crossed bound; line and column count within the text until the reader adds where that begins."""
    mark = event.start_mark
    return LimitExceeded(limit, value, bound, Place("", mark.line + 1, mark.column + 1))
