"""Positions in a document: the paths that error texts and references show, and what `{{@}}` makes of them (spec 02 §6.5).

A document has many texts and few of them ever need their path. Walks therefore keep a trail, a linked list of keys and
indices that costs one tuple a node, and write a path only where one is asked for.
"""

from __future__ import annotations

import re
from typing import TypeAlias

__all__ = ["Trail", "below", "object_position", "parse_path", "path_text", "pointer_to_jmespath"]

Trail: TypeAlias = "tuple[Trail, str | int] | None"  # None: the root

INDEX = re.compile("[0-9]+")
IDENTIFIER = re.compile("[A-Za-z_][A-Za-z0-9_]*")

# `{{@}}` assumes a whole rule, where a path begins with the kind of the rule and the name of the patch.
BEFORE_THE_OBJECT = 2


def below(path: str, key: str) -> str:
    """The path of what stands at a key."""
    return f"{path}/{_escaped(key)}"


def path_text(trail: Trail, prefix: str = "") -> str:
    """The path of a trail: `/spec/containers/0`; the root is the empty text."""
    steps = []
    while trail is not None:
        trail, step = trail
        steps.append(_escaped(step) if isinstance(step, str) else str(step))
    return "/".join([prefix, *reversed(steps)])


def _escaped(key: str) -> str:
    return key.replace("/", "\\/") if "/" in key else key


def parse_path(path: str) -> list[str]:
    """The components of a path: a backslash or double quotes take a slash into a component, empty ones are dropped."""
    components: list[str] = []
    part: list[str] = []
    at = 0
    while at < len(path):
        character = path[at]
        at += 1
        if character == "/":
            components.append("".join(part))
            part = []
        elif character == "\\":
            part.append(path[at : at + 1].replace("\n", ""))
            at += path[at : at + 1] != "\n"
        elif character == '"':
            end = path.find('"', at)
            part.append(path[at : max(end, at)])
            at = end + 1 if end >= 0 else at
        else:
            part.append(character)
    components.append("".join(part))
    return [component for component in components if component]


def pointer_to_jmespath(components: list[str]) -> str:
    """Components as an expression: digits are an index, and what is no identifier is quoted."""
    return "".join(map(_step, components)).removeprefix(".")


def _step(component: str) -> str:
    if INDEX.fullmatch(component):
        return f"[{component}]"
    if IDENTIFIER.fullmatch(component):
        return f".{component}"
    import json  # noqa: PLC0415  rarely needed

    return f".{json.dumps(component, ensure_ascii=False)}"


def object_position(path: str, root: str) -> str:
    """The expression for the same position in the resource, which stands at `root` in the context."""
    parts = parse_path(path)
    if "foreach" in parts:
        parts = parts[parts.index("foreach") + 1 :]
    position = pointer_to_jmespath(parts[BEFORE_THE_OBJECT:])
    return f"{root}{'.' if position and position[0] != '[' else ''}{position}"
