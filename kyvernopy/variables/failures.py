"""What can go wrong while variables and references are filled in."""

from __future__ import annotations

from kyvernopy.errors import ExpressionError
from kyvernopy.variables.context import QueryError

__all__ = ["ForbiddenVariable", "SubstitutionError", "UnresolvedReference", "substitution_error"]


class SubstitutionError(QueryError):
    """A variable or reference of a document cannot be filled in; the text names it and its path."""


class UnresolvedReference(SubstitutionError):  # noqa: N818  named for what happened
    """A reference `$(path)` names nothing, or something that it cannot stand for."""


class ForbiddenVariable(ExpressionError):  # noqa: N818  named for what happened
    """A variable stands where it may not; the text is passed on as it is."""


def substitution_error(expression: str, path: str, error: ExpressionError) -> ExpressionError:
    """The error of a variable at a path, with what is known of its cause."""
    if isinstance(error, ForbiddenVariable):
        return error
    message = f"failed to resolve {expression} at path {path}: {error}"
    return SubstitutionError(message, error.expression or expression, error.column, getattr(error, "help", ""))
