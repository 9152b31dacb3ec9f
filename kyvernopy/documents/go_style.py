"""How go-yaml writes: PyYAML's emitter, told by go-yaml's rules about quotes and the order of keys.

Both emitters are libyaml's at heart and agree on what may stand without quotes. go-yaml first asks whether a text would
read as something else and then takes double quotes; a text with line breaks is a literal block where one is possible.
"""

from __future__ import annotations

import math
import re
from functools import cmp_to_key
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from yaml import emit as emit_events
from yaml import events

from kyvernopy.documents.scalars import ScalarError, key_text, plain_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["write_go_style"]

_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{1,2}:\d{1,2}\S*)?")
_UNQUOTED = (True, True)  # a tag is never written


def write_go_style(value: Any, plain_text: Callable[[Any], str]) -> str:
    """The value as one document; `plain_text` writes what is no text, map or list."""
    stream = [
        events.StreamStartEvent(),
        events.DocumentStartEvent(explicit=False),
        *_events(value, plain_text),
        events.DocumentEndEvent(explicit=False),
        events.StreamEndEvent(),
    ]
    return str(emit_events(stream, width=math.inf, allow_unicode=True))


def _events(value: Any, plain_text: Callable[[Any], str]) -> Iterator[events.Event]:
    if isinstance(value, dict):
        yield events.MappingStartEvent(None, None, implicit=True, flow_style=not value)
        pairs = [(key_text(key), item) for key, item in value.items()]
        for key, item in sorted(pairs, key=lambda pair: _NATURAL(pair[0])):
            yield _text(key)
            yield from _events(item, plain_text)
        yield events.MappingEndEvent()
    elif isinstance(value, list):
        yield events.SequenceStartEvent(None, None, implicit=True, flow_style=not value)
        for item in value:
            yield from _events(item, plain_text)
        yield events.SequenceEndEvent()
    elif isinstance(value, str):
        yield _text(value)
    else:
        yield events.ScalarEvent(None, None, _UNQUOTED, plain_text(value))


def _text(text: str) -> events.ScalarEvent:
    style = "|" if "\n" in text else None if _reads_as_text(text) else '"'
    return events.ScalarEvent(None, None, _UNQUOTED, text, style=style)


def _reads_as_text(text: str) -> bool:
    """Whether go-yaml, reading the text without quotes, takes it for a text and not for a date either."""
    try:
        same = isinstance(plain_value(text), str)
    except ScalarError:
        return False
    return same and text != "<<" and not _SEXAGESIMAL.fullmatch(text) and not _DATE.fullmatch(text)


# --- Order of keys ---


def _compare(left: str, right: str) -> int:
    """Upstream: go-yaml's order of keys. Letters come last, and `rule-2` comes before `rule-10`."""
    at = next((at for at, pair in enumerate(zip(left, right)) if pair[0] != pair[1]), None)  # noqa: B905  the shorter ends it
    if at is None:
        return len(left) - len(right)
    one, other = left[at], right[at]
    if one.isalpha() or other.isalpha():
        both = one.isalpha() and other.isalpha()
        return (1 if one > other else -1) if both else -1 if other.isalpha() else 1
    number, other_number = _digits(left, right, at), _digits(right, left, at)
    if number != other_number:
        return 1 if number > other_number else -1
    return 1 if one > other else -1


def _digits(text: str, other: str, at: int) -> tuple[int, int]:
    """The number that stands from `at` on, and how long it is."""
    figures = "".join(takewhile(str.isdecimal, text[at:]))
    # A zero within a number, after figures that both texts share, counts as a figure.
    before = "".join(takewhile(str.isdecimal, text[:at][::-1]))
    shared = "0" in (text[at], other[at]) and before.strip("0") != ""
    return int(f"{'1' if shared else ''}{figures}" or "0"), len(figures)


_NATURAL = cmp_to_key(_compare)
