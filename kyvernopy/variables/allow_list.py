"""A scope for checks: it holds no data, and knows only which variables a rule may ask for (spec 02 §7).

Filling a template from it is a dry run: a variable that is allowed is null, any other is an error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.text import trim
from kyvernopy.kubernetes.wildcards import matches
from kyvernopy.variables.failures import ForbiddenVariable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.jmespath.expression import Expression

__all__ = ["AllowList"]

# Upstream: of a list of expressions each must be allowed, if none of them has brackets itself.
LIST = re.compile(r"\[([^\[\]]+)\]")
FIRST_NAME = re.compile(r"[\w-]+")
# Upstream's expression for a call reads a long name once for each of its characters; the last one says as much.
CALL, SAME_CALL = r"([a-z_0-9]+\()", r"([a-z_0-9]\()"


class AllowList:
    """The variables that a regular expression, found anywhere in their expression, or a wildcard allows."""

    __slots__ = ("_names", "_search", "dialect", "patterns", "regex")

    def __init__(self, dialect: Dialect, regex: str | None, patterns: Sequence[str] = ()) -> None:
        self.dialect, self.regex, self.patterns = dialect, regex, tuple(patterns)
        self._search = None if regex is None else re.compile(regex.replace(CALL, SAME_CALL)).search
        self._names = {name for name, star, rest in (one.partition("*") for one in patterns) if star and not rest}

    def query(self, query: str | Expression, /) -> None:
        """Null, unless the expression does not compile or is not allowed."""
        text = trim(query if isinstance(query, str) else query.text)
        if not text:
            raise ExpressionError("invalid query (nil)")
        try:
            self.dialect.compile(text)
        except ExpressionError as error:
            raise ExpressionError(f"invalid JMESPath query {text}: {error}", text, error.column) from None
        plain = text.replace('"', "")
        if self.allows(plain):
            return
        members = LIST.match(plain)
        for member in filter(None, map(trim, members[1].split(","))) if members else (plain,):
            if not self.allows(member):
                raise self._forbidden(member)

    def query_operation(self) -> str:
        """No operation."""
        return ""

    def allows(self, expression: str) -> bool:
        """Whether an expression, in which there are no quotes left, is allowed."""
        if self._search is not None and self._search(expression):
            return True
        first = FIRST_NAME.match(expression)
        if first and first[0] in self._names:  # which spares looking at all patterns
            return True
        return any(matches(pattern, expression) for pattern in self.patterns)

    def _forbidden(self, expression: str) -> ForbiddenVariable:
        patterns = f"patterns [{' '.join(self.patterns)}]"
        allowed = patterns if self.regex is None else f'regex "{self.regex}" or {patterns}'
        return ForbiddenVariable(f"variable {expression} must match {allowed}", expression)
