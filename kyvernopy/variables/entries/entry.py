"""What the kinds of context entries have in common: the compiled entry, filling in its texts, asking its provider.

A provider is code of the caller and may raise anything. Its exceptions end here: they become the text of an error of
the entry, because deciding never fails over what the world answers. Only crossed limits pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.golang.text import type_name
from kyvernopy.limits import DEFAULT_LIMITS
from kyvernopy.variables.stored import made_plain
from kyvernopy.variables.template import compile_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.variables.context import Context
    from kyvernopy.variables.deferred import Load, Mention

LARGEST_ANSWER = DEFAULT_LIMITS.document_size  # up to which answers are looked through

__all__ = ["Entry", "EntryError", "ask", "filler", "search_value", "text_of"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A context entry. `start()` gives what loads it, with a memory of its own for what it fetched.

    `unavailable` says which provider is missing: the entry is then passed over, as if it were not there. `broken` is
    the error of declaring it.
    """

    name: str
    kind: str
    mention: Mention
    start: Callable[[], Load]
    unavailable: str = ""
    broken: str = ""


class EntryError(ExpressionError):
    """A context entry that cannot be loaded."""


def filler(document: Any, dialect: Dialect) -> Callable[[Context], Any]:
    """What fills in the variables of a document."""
    template = compile_template(document, dialect)
    if template.is_constant:
        value = template.outline
        return lambda _context: value
    return template.fill


def ask(provider: Callable[..., Any], *arguments: Any) -> Any:
    """The answer of a provider as plain data.

    An exception becomes an `EntryError` with its text and, as its cause, the exception.
    """
    try:
        return made_plain(provider(*arguments), LARGEST_ANSWER)[0]
    except LimitExceeded:
        raise
    except Exception as error:  # a provider may raise anything
        raise EntryError(str(error) or type(error).__name__) from error


def text_of(filled: Mapping[str, Any], field: str, name: str) -> str:
    """A text of the entry; a variable may have put something else into its place."""
    value = filled.get(field)
    if value is None or isinstance(value, str):
        return value or ""
    raise EntryError(f"failed to substitute variables in context entry {name} {field}: {type_name(value)} is no string")


def search_value(dialect: Dialect, path: str, value: Any) -> Any:
    """What a path finds in a value that is not the context; texts as upstream gives them outside of a query."""
    try:
        expression = dialect.compile(path)
    except ExpressionError as error:
        raise EntryError(f"failed to compile JMESPath: {path}, error: {error}", path, error.column) from None
    return expression.search(value)
