"""Anchors: keys such as `=(name)` that say how a pattern treats the key inside the parentheses (spec 01 §3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from kyvernopy.golang.text import trim

__all__ = ["Anchor", "Key", "format_key", "parse_key", "strip_anchors"]


class Anchor(Enum):
    """The kinds of anchor, each with its modifier."""

    CONDITION = ""
    GLOBAL = "<"
    EQUALITY = "="
    EXISTENCE = "^"
    NEGATION = "X"
    ADD_IF_ABSENT = "+"


# spec 01 §3.2: which kinds are treated as anchors where
PHASE_ONE = frozenset({Anchor.CONDITION, Anchor.EXISTENCE, Anchor.EQUALITY, Anchor.NEGATION})
NESTED = PHASE_ONE | {Anchor.GLOBAL}
IN_LEDGER = frozenset({Anchor.CONDITION, Anchor.EXISTENCE})  # negations are entered upstream, but never asked about

ANCHOR = re.compile(r"([+<=X^]?)\((.+)\)")


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a pattern: its text, its anchor if it is one, and the name it stands for."""

    text: str
    anchor: Anchor | None
    name: str


def parse_key(text: str) -> Key:
    """The anchor and the inner key of a text; a key that is no anchor stands for itself."""
    found = ANCHOR.fullmatch(trim(text)) if text.rstrip()[-1:] == ")" else None
    return Key(text, Anchor(found[1]), found[2]) if found else Key(text, None, text)


def format_key(anchor: Anchor | None, name: str) -> str:
    """The text of a key; an empty name renders as the empty text."""
    return name if anchor is None or not name else f"{anchor.value}({name})"


def strip_anchors(path: str) -> str:
    """The path of a `$(...)` reference with every anchor replaced by its inner key, normalised (spec 01 §3.3)."""
    import posixpath  # noqa: PLC0415  only references need it

    inner = "/".join(parse_key(segment).name for segment in path.split("/"))
    return re.sub("^/+", "/", posixpath.normpath(inner))
