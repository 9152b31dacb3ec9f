"""Where a resource states its images: the places that are known for a kind, and those that a rule declares.

A place is a path to objects and the field of each that holds an image (spec 07 §2). A rule's own extractors for a kind
stand instead of the known ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.text import show, trim
from kyvernopy.kubernetes.pods import CONTROLLERS, POD, pod_template_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    # What compiles an expression to what has `search(value)`; `jmespath.Dialect.compile` is one.
    CompileExpression: TypeAlias = "Callable[[str], Any]"

__all__ = ["STANDARD", "Extractor", "compile_extractors"]

CONTAINER_LISTS = ("initContainers", "containers", "ephemeralContainers")


@dataclass(frozen=True, slots=True)
class Extractor:
    """A path to objects, in which `*` stands for all items of a list or values of a map, and what they say of an image.

    `value` is the field with the image; `key` the field with its key, which is its JSON pointer where that is empty;
    `name` the group that the image belongs to; `jmespath` turns the field into the text of an image.
    """

    path: tuple[str, ...]
    value: str
    name: str = "custom"
    key: str = ""
    jmespath: str = ""
    compile_expression: CompileExpression | None = None

    def image_text(self, text: str) -> str:
        """The text of the image that the field holds."""
        if not self.jmespath or self.compile_expression is None:
            return text
        try:
            expression = self.compile_expression(self.jmespath)
        except ExpressionError as error:
            raise ExpressionError(f"invalid jmespath {self.jmespath}: {error}") from None
        try:
            found = expression.search(text)
        except ExpressionError as error:
            raise ExpressionError(f"failed to apply jmespath {self.jmespath}: {error}") from None
        if not isinstance(found, str):
            raise ExpressionError(f"jmespath {self.jmespath} must produce a string, but produced {show(found)}")
        return found


def _standard(kind: str) -> tuple[Extractor, ...]:
    prefix = (*(pod_template_path(kind) or ()), "spec")
    return tuple(Extractor((*prefix, name, "*"), "image", name, "name") for name in CONTAINER_LISTS)


STANDARD: Mapping[str, tuple[Extractor, ...]] = {kind: _standard(kind) for kind in (POD, *CONTROLLERS)}


def compile_extractors(
    declared: Mapping[str, Sequence[Mapping[str, Any]] | None], compile_expression: CompileExpression | None = None
) -> dict[str, tuple[Extractor, ...]]:
    """The `imageExtractors` of a rule, by kind."""
    return {
        kind: tuple(_extractor(one, compile_expression) for one in extractors or ())
        for kind, extractors in declared.items()
    }


def _extractor(declared: Mapping[str, Any], compile_expression: CompileExpression | None) -> Extractor:
    """One of them; without `value`, the last part of the path is the field."""
    path = [part for part in map(trim, (declared.get("path") or "").split("/")) if part]
    value = declared.get("value") or (path.pop() if path else "")
    name, key = declared.get("name") or "custom", declared.get("key") or ""
    return Extractor(tuple(path), value, name, key, declared.get("jmesPath") or "", compile_expression)
