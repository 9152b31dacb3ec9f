"""JSON pointers as patches of Kyverno read them: split once, each step as a name and, if it is one, as an index.

A step is tried as a name in a map and as an index in a list, so both are worked out before any document is seen.
Upstream: what stands before the first slash is not looked at, and a path without a slash leads nowhere (spec 04 §4.4).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = ["Pointer", "Step", "escape", "parse_pointer"]

Step: TypeAlias = "tuple[str, int | None]"

_INDEX = re.compile("[-+]?[0-9]+")
_INDEX_STARTS = frozenset("-+0123456789")
_DIGITS = 18  # an index of more digits is as far out as one of so many; int() on megabytes of digits is slow
_FAR = 10**_DIGITS


class Pointer(NamedTuple):
    """A path: the steps to the container, and the one within it.

    `leads` is false for a path that leads nowhere. `plain` is true if nothing about the way is odd: no step of it has
    the empty name, which reads as something else (spec 04 §4.3).
    """

    text: str
    way: tuple[Step, ...]
    last: Step
    leads: bool
    plain: bool


def parse_pointer(text: str) -> Pointer:
    """The pointer that a path stands for; any text is one."""
    _, *segments = text.split("/")
    if not segments:
        return Pointer(text, (), ("", None), leads=not text, plain=False)
    way = tuple([_step(segment) for segment in segments[:-1]])
    return Pointer(text, way, _step(segments[-1]), leads=True, plain="" not in segments[:-1])


def _step(segment: str) -> Step:
    name = segment.replace("~1", "/").replace("~0", "~") if "~" in segment else segment
    return name, _index(name) if name[:1] in _INDEX_STARTS and _INDEX.fullmatch(name) else None


def _index(name: str) -> int:
    if len(name) <= _DIGITS:
        return int(name)
    digits = name.lstrip("+-").lstrip("0") or "0"
    size = int(digits) if len(digits) <= _DIGITS else _FAR
    return -size if name[0] == "-" else size


def escape(name: str) -> str:
    """A name as a segment of a path."""
    return name.replace("~", "~0").replace("/", "~1") if "~" in name or "/" in name else name
