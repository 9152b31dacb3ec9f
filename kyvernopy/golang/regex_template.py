"""What replaces a match: a text with `$1`, `${1}`, `$name` and `$$` in it (`Regexp.Expand`; spec 02 §3.3)."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["parse_template"]

NUMBER = re.compile("0|[1-9][0-9]{0,8}")


def parse_template(template: str, names: tuple[str, ...]) -> list[str | tuple[int, ...]]:
    """The template as texts and references.

    A reference has the numbers of the groups it may mean, of which the first that took part counts; `names` are those
    of the groups, "" for one without. A dollar sign that begins no reference stands for itself.
    """
    parts: list[str | tuple[int, ...]] = []
    before, dollar, rest = template.partition("$")
    while dollar:
        parts.append(before)
        if rest.startswith("$"):
            parts.append("$")
            rest = rest[1:]
        else:
            name, length = _reference(rest)
            parts.append(_groups(name, names) if name else "$")
            rest = rest[length:]
        before, dollar, rest = rest.partition("$")
    parts.append(before)
    return parts


def _reference(text: str) -> tuple[str, int]:
    """The name at the beginning of a text, with or without braces, and how long it is; "" if there is none."""
    braced = text.startswith("{")
    end = start = int(braced)
    while end < len(text) and _is_word(text[end]):
        end += 1
    if end == start or (braced and text[end : end + 1] != "}"):
        return "", 0
    return text[start:end], end + braced


def _is_word(character: str) -> bool:
    """Whether Go counts a character among letters, digits and the underscore."""
    category = unicodedata.category(character)
    return character == "_" or category[0] == "L" or category == "Nd"


def _groups(name: str, names: tuple[str, ...]) -> tuple[int, ...]:
    if NUMBER.fullmatch(name):
        return (int(name),) if int(name) < len(names) else ()
    return tuple(number for number, other in enumerate(names) if other == name)
