"""Entries of kind `variable`: a value, or what a path finds in a value or in the context (spec 02 §5.1).

They are worked out again whenever a scope is left, because what they read may have changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.text import show_string, trim
from kyvernopy.variables.entries.entry import EntryError, filler, search_value
from kyvernopy.variables.stored import SizeError
from kyvernopy.variables.template import compile_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.jmespath.expression import Expression
    from kyvernopy.variables.context import Context
    from kyvernopy.variables.deferred import Load

__all__ = ["compile_variable"]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the entry as it is written, and what fills it in."""

    raw: Any
    fill: Callable[[Context], Any]

    def filled(self, name: str, context: Context) -> Any:
        """The part with its variables filled in."""
        try:
            return self.fill(context)
        except ExpressionError as error:
            raise EntryError(
                f"failed to substitute variables in context entry {name} {show_string(self.raw)}: {error}"
            ) from None


@dataclass(frozen=True, slots=True)
class Variable:
    """The parts that are there; upstream takes a null for a part that is not."""

    name: str
    path: Part | None
    default: Part | None
    value: Part | None
    query: Expression | None = None  # the path, where it is known beforehand

    def load(self, context: Context) -> None:
        """Put the value into the context."""
        value = self._output(context)
        if value is None:
            raise EntryError(f"failed to add context entry for variable {self.name} since it evaluated to nil")
        try:
            context.replace_entry(self.name, value)
        except SizeError:
            raise
        except ExpressionError as error:
            raise EntryError(f"failed to add context entry for variable {self.name}: {error}") from None

    def _output(self, context: Context) -> Any:
        path = self._path(context)
        # The default is filled in even where it is not used.
        default = None if self.default is None else self.default.filled(self.name, context)
        if self.value is None:
            found = self._found(path, default, lambda: context.query(self.query or path)) if path else None
            return default if found is None else found
        value = self.value.filled(self.name, context)
        if not path:
            return value
        # Upstream: a null that the path finds is the result, and the default does not stand in for it.
        return self._found(path, default, lambda: search_value(context.dialect, path, value))

    def _path(self, context: Context) -> str:
        if self.path is None:
            return ""
        path = self.path.filled(self.name, context)
        if not isinstance(path, str):
            raise EntryError(f"jmespath value must be a string {self.name} {self.path.raw}: <nil>")
        return path

    def _found(self, path: str, default: Any, search: Callable[[], Any]) -> Any:
        """What is found, or the default for a search that fails."""
        try:
            return search()
        except ExpressionError as error:
            if default is not None:
                return default
            # Upstream: it always shows `<nil>` for the variable.
            raise EntryError(f"failed to apply jmespath {path} to variable <nil>: {error}") from None


def compile_variable(name: str, spec: Mapping[str, Any], dialect: Dialect, namespace: str) -> Callable[[], Load]:
    """What starts loading a variable."""
    del namespace
    path, default, value = spec.get("jmesPath"), spec.get("default"), spec.get("value")
    variable = Variable(
        name,
        Part(path, filler(path, dialect)) if path else None,
        None if default is None else Part(default, filler(default, dialect)),
        None if value is None else Part(value, filler(value, dialect)),
        known_query(path, dialect) if path and value is None else None,
    )
    load = variable.load
    return lambda: load


def known_query(path: str, dialect: Dialect) -> Expression | None:
    """The path compiled, if it holds no variables and is an expression."""
    template = compile_template(path, dialect)
    if not template.is_constant or not isinstance(template.outline, str):
        return None
    try:
        return dialect.compile(trim(template.outline))
    except ExpressionError:
        return None
