"""References: `$(./../limits/memory)` becomes the text that stands at that place of the same document (spec 02 §6.4).

What a reference gives depends on the document alone, so it is worked out once, when a template is compiled. The places
of all leaves are kept in a tree of numbers: a place is found by its components, whatever their length. What is read is
the document before any replacement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.text import show
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.patterns.anchors import parse_key
from kyvernopy.variables.bounds import check_depth
from kyvernopy.variables.failures import UnresolvedReference
from kyvernopy.variables.occurrences import find_references, mentions, replace_in_order, unescape_references
from kyvernopy.variables.positions import path_text

if TYPE_CHECKING:
    from kyvernopy.limits import Limits
    from kyvernopy.variables.positions import Trail

__all__ = ["Leaves", "absolute_path", "resolve_reference", "resolve_references"]

OPERATORS = (">=", "<=", ">", "<", "!")


def resolve_references(document: Any, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The document with every reference replaced; the same one where it has none."""
    if not mentions(document, "$("):
        return document
    return _References(document, limits).resolved(document, None, 0)


def resolve_reference(reference: str, path: str, document: Any) -> str:
    """The text that a reference at a path stands for, its operator included; the document may be its `Leaves`."""
    operator, target = _read(reference)
    leaves = document if isinstance(document, Leaves) or not target else Leaves(document)
    value = None if not target else leaves.at(absolute_path(target, path))
    return _text_of(reference, path, operator, target, value)


def absolute_path(target: str, path: str) -> str:
    """Where a reference points to: a path from the root is taken as it is, others start at the node itself."""
    return target if target.startswith("/") else "/" + "/".join(_normal(f"{path}/{target}".split("/")))


def _normal(components: list[str]) -> list[str]:
    """Without empty components and `.`; a `..` takes back the one before it and stops at the root."""
    normal: list[str] = []
    for component in components:
        if component == "..":
            del normal[-1:]
        elif component and component != ".":
            normal.append(component)
    return normal


def _read(reference: str) -> tuple[str, str]:
    """The operator of a reference, or an empty text, and its path."""
    condition = reference.strip("$()")
    if len(condition) > 1:
        for operator in OPERATORS:
            if condition.startswith(operator):
                return operator, condition[len(operator) :]
    return "", condition


def _text_of(reference: str, path: str, operator: str, target: str, value: Any) -> str:
    failure = f"failed to resolve {reference} at path {path}"
    if not target:
        raise UnresolvedReference(f"{failure}: expected path, found empty reference", reference)
    if operator:
        return f"{operator}{_operand(value, operator, failure)}"
    if value is None:
        raise UnresolvedReference(f"got nil resolved variable {reference} at path {path}: <nil>", reference)
    if not isinstance(value, str):
        problem = f"NotResolvedReferenceErr,reference {reference} not resolved at path {path}"
        raise UnresolvedReference(problem, reference)
    return value


def _operand(value: Any, operator: str, failure: str) -> str:
    if isinstance(value, (str, int, float)) and not isinstance(
        value, bool
    ):  # bool before int: True is an int in Python
        return f"{value:f}" if isinstance(value, float) else str(value)
    problem = f"incorrect expression: operator {operator} does not match with value {show(value)}"
    raise UnresolvedReference(f"{failure}: {problem}")


# --- Places ---


class Leaves:
    """The leaves of a document by their places, anchors removed from the keys; of equal places the last counts."""

    def __init__(self, document: Any) -> None:
        self.parents = [0]  # the root is place 0 and its own parent
        self.children: dict[tuple[int, str], int] = {}
        self.values: dict[int, Any] = {}
        waiting: list[tuple[int, Any]] = [(-1, document)]
        while waiting:
            place, node = waiting.pop()
            if isinstance(node, dict):
                below = [(self.enter(place, _steps(key)), item) for key, item in node.items()]
            elif isinstance(node, list):
                below = [(self.enter(place, [str(index)]), item) for index, item in enumerate(node)]
            else:
                self.values[place] = node  # a document that is a leaf itself has no place
                continue
            waiting += reversed(below)

    def enter(self, place: int, steps: list[str]) -> int:
        """The place below another one; steps are those of a path."""
        place = max(place, 0)
        for step in steps:
            if step == "..":
                place = self.parents[place]
            elif step and step != ".":
                known = self.children.setdefault((place, step), len(self.parents))
                if known == len(self.parents):
                    self.parents.append(place)
                place = known
        return place

    def at(self, path: str) -> Any:
        """The value at an absolute path, or None; a path that is not in its shortest form is that of nothing."""
        steps = path.split("/")[1:]
        if path != "/" and any(step in ("", ".", "..") for step in steps):
            return None
        place: int | None = 0
        for step in steps if path != "/" else ():
            place = self.children.get((place, step)) if place is not None else None
        return None if place is None else self.values.get(place)


def _steps(key: str) -> list[str]:
    # Upstream: anchors are removed from the text of a path, so a key with slashes is several keys there.
    if "/" in key:
        return [parse_key(step).name for step in key.replace("/", "\\/").split("/")]
    return [parse_key(key).name]


# --- The walk ---


class _References:
    """Replaces the references of one document."""

    def __init__(self, document: Any, limits: Limits) -> None:
        self.leaves = Leaves(document)
        self.limits = limits
        self.spent = 0

    def resolved(self, node: Any, trail: Trail, depth: int) -> Any:
        """A part of the document with its references replaced."""
        if isinstance(node, str):
            return self.text(node, trail)
        if not isinstance(node, (dict, list)):
            return node
        check_depth(depth + 1, self.limits)
        if isinstance(node, list):
            made = []
            for index, item in enumerate(node):
                made.append(self.resolved(item, (trail, index), depth + 1))
            return made
        members = {}
        for key, item in node.items():
            renamed = self.text(key, trail)
            members[renamed] = self.resolved(item, (trail, key), depth + 1)
        return members

    def text(self, text: str, trail: Trail) -> str:
        """A text with each reference replaced once; then the escaped ones lose their backslash."""
        if "$(" not in text:
            return text
        path = path_text(trail)
        found, size = [], len(text)
        for start, dollar, end in find_references(text):
            self.spend(len(path) + end - dollar)
            new = text[start:dollar] + self.value(text[dollar:end], path)
            found.append((text[start:end], start, end, new))
            size += len(new) + start - end
            self.spend(len(new))
            if size > self.limits.output_size:
                raise LimitExceeded("output_size", size, self.limits.output_size)
        return unescape_references(replace_in_order(text, "$(", found, self.spend))

    def value(self, reference: str, path: str) -> str:
        operator, target = _read(reference)
        value = self.leaves.at(absolute_path(target, path)) if target else None
        return _text_of(reference, path, operator, target, value)

    def spend(self, characters: int) -> None:
        """Count characters read and made, so that many references to long texts come to an end."""
        self.spent += characters
        if self.spent > self.limits.expression_work:
            raise LimitExceeded("expression_work", self.spent, self.limits.expression_work)
