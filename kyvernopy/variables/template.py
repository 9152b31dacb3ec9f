"""Templates: documents with variables, compiled once and filled for each request (spec 02 §6).

References are resolved and escapes removed while compiling, because they depend on the document alone; what then holds
no variable is shared by all results, and each text with variables is compiled by itself (`texts.py`). Filling
`{{ request.object.metadata.name }}` costs its query, 0.25 µs, and 0.2 µs.

Each text with variables is a `Part`. A pattern that is compiled around them reads `outline`, the document with parts
in their places (a map with variables in its keys is one part), and puts in the values of `fill_parts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.variables.bounds import check_depth
from kyvernopy.variables.filling import Filling, checked_key
from kyvernopy.variables.occurrences import VARIABLE, unescape_variables
from kyvernopy.variables.positions import path_text
from kyvernopy.variables.references import resolve_references
from kyvernopy.variables.texts import text_fill, whole_variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.limits import Limits
    from kyvernopy.variables.filling import Scope
    from kyvernopy.variables.positions import Trail
    from kyvernopy.variables.texts import Fill, Variable

__all__ = ["Part", "Template", "compile_template", "put_together"]


def compile_template(document: Any, dialect: Dialect) -> Template:
    """The template of a document. It never fails: what is wrong with a document is the error of filling it."""
    compiler = _Compiler(dialect)
    try:
        resolved = resolve_references(document, dialect.limits)
        outline, fill = compiler.node(resolved, None, 0)
    except (ExpressionError, LimitExceeded) as error:
        return Template(document, None, (), dialect.limits, error)
    return Template(outline, fill, tuple(compiler.parts), dialect.limits)


class Template:
    """A compiled document. `outline` has its parts in their places; `parts` lists them in the order of filling."""

    __slots__ = ("_failure", "_fill", "_limits", "_variable", "outline", "parts")

    def __init__(
        self,
        outline: Any,
        fill: Fill | None,
        parts: tuple[Part, ...],
        limits: Limits,
        failure: ExpressionError | LimitExceeded | None = None,
    ) -> None:
        self.outline, self.parts = outline, parts
        self._fill, self._limits, self._failure = fill, limits, failure
        self._variable = outline.variable if isinstance(outline, Part) else None

    def __repr__(self) -> str:
        return f"<Template {len(self.parts)} parts>"

    @property
    def is_constant(self) -> bool:
        """Whether every fill gives the same value, and none an error; the value is then `outline`."""
        return self._fill is None and self._failure is None

    def fill(self, scope: Scope, path: str = "", operation: str | None = None) -> Any:
        """The document with its references and variables filled in; `path` stands before the paths of errors.

        The result shares what is constant with the document, and values with the context.
        """
        variable = self._variable
        if variable is not None:
            value = variable.query(scope, path, operation)
            if value.__class__ is not str and isinstance(value, (dict, list)):
                return Filling(scope, path, operation, self._limits).read_again(value, variable.path(path))
            return value
        if self._fill is not None:
            return self._fill(Filling(scope, path, operation, self._limits))
        self._check()
        return self.outline

    def fill_parts(self, scope: Scope) -> list[Any]:
        """The value of each part. An error is the one that filling the whole would give."""
        self._check()
        filling = Filling(scope, "", None, self._limits)
        return [part.fill(filling) for part in self.parts]

    def _check(self) -> None:
        failure = self._failure
        if failure is not None:
            raise type(failure)(*failure.args)  # a new one, which has no traceback yet


class Part:
    """A part of a template that differs from fill to fill: a text, or a map with variables in its keys."""

    __slots__ = ("_trail", "fill", "index", "variable")

    def __init__(self, index: int, trail: Trail, fill: Fill, variable: Variable | None = None) -> None:
        self.index, self._trail, self.fill, self.variable = index, trail, fill, variable

    def __repr__(self) -> str:
        return f"<Part {self.index} {self.path}>"

    @property
    def path(self) -> str:
        """Where it stands in the document."""
        return path_text(self._trail)


def put_together(outline: Any, values: Sequence[Any]) -> Any:
    """An outline, or a piece of one, with the values of its parts in their places."""
    if isinstance(outline, Part):
        return values[outline.index]
    if isinstance(outline, dict):
        return {key: put_together(item, values) for key, item in outline.items()}
    return [put_together(item, values) for item in outline] if isinstance(outline, list) else outline


# --- Documents ---


class _Compiler:
    """Compiles one document: each node becomes its outline and, unless it is constant, what fills it."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.parts: list[Part] = []

    def node(self, node: Any, trail: Trail, depth: int) -> tuple[Any, Fill | None]:
        """The outline of a node; None beside it: it is constant."""
        if isinstance(node, str):
            return self.text(node, trail) if "{{" in node else (node, None)
        if not isinstance(node, (dict, list)):
            return node, None
        check_depth(depth + 1, self.dialect.limits)
        return self.list(node, trail, depth) if isinstance(node, list) else self.object(node, trail, depth)

    def text(self, text: str, trail: Trail) -> tuple[Any, Fill | None]:
        """A text with `{{`."""
        found = list(VARIABLE.finditer(text))
        if not found:
            return unescape_variables(text), None
        variable = whole_variable(text, found, trail, self.dialect)
        if variable is not None:
            return self.part(trail, variable.fill, variable)
        return self.part(trail, text_fill(text, found, trail, self.dialect))

    def part(self, trail: Trail, fill: Fill, variable: Variable | None = None) -> tuple[Any, Fill]:
        """A new part."""
        self.parts.append(Part(len(self.parts), trail, fill, variable))
        return self.parts[-1], fill

    def list(self, node: list[Any], trail: Trail, depth: int) -> tuple[Any, Fill | None]:
        outlines: list[Any] = []
        changing: list[tuple[int, Fill]] = []
        for index, item in enumerate(node):
            outline, fill = self.node(item, (trail, index), depth + 1)
            outlines.append(outline)
            if fill is not None:
                changing.append((index, fill))
        return outlines, _list_fill(outlines, changing) if changing else None

    def object(self, node: dict[str, Any], trail: Trail, depth: int) -> tuple[Any, Fill | None]:
        known, keys, members = len(self.parts), [], []
        for key, item in node.items():
            keys.append(self.text(key, trail) if "{{" in key else (key, None))
            members.append(self.node(item, (trail, key), depth + 1))
        names = [name for name, fill in keys if fill is None]
        if len(set(names)) == len(node):
            outlines = {name: outline for name, (outline, _) in zip(names, members, strict=True)}
            changing = [(name, fill) for name, (_, fill) in zip(names, members, strict=True) if fill is not None]
            return outlines, _object_fill(outlines, changing) if changing else None
        if not any(fill for _, fill in (*keys, *members)):
            return {name: outline for (name, _), (outline, _) in zip(keys, members, strict=True)}, None
        del self.parts[known:]  # the whole map is one part
        return self.part(trail, _entries_fill(list(node), keys, members))


def _list_fill(outlines: list[Any], changing: list[tuple[int, Fill]]) -> Fill:
    def fill(filling: Filling) -> Any:
        made = outlines.copy()
        for index, item in changing:
            made[index] = item(filling)
        return made

    return fill


def _object_fill(outlines: dict[str, Any], changing: list[tuple[str, Fill]]) -> Fill:
    def fill(filling: Filling) -> Any:
        made = outlines.copy()
        for key, member in changing:
            made[key] = member(filling)
        return made

    return fill


def _entries_fill(written: list[str], keys: list[Any], members: list[Any]) -> Fill:
    """A map with variables in its keys, or with keys that become equal: of those the later one counts."""

    def fill(filling: Filling) -> Any:
        made = {}
        for key, (name, name_fill), (outline, member_fill) in zip(written, keys, members, strict=True):
            renamed = name if name_fill is None else checked_key(key, name_fill(filling))
            made[renamed] = outline if member_fill is None else member_fill(filling)
        return made

    return fill
