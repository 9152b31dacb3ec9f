"""One evaluation of an expression: what its functions may ask for, and how much work is left.

Projections and calls, which are many, subtract from `left` themselves and call only when it is negative.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.errors import LimitExceeded

if TYPE_CHECKING:
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.limits import Limits
    from kyvernopy.providers import Providers

__all__ = ["Run"]


class Run:
    """The state of one evaluation; projections and functions tell it what they cost before they do it."""

    __slots__ = ("dialect", "left")

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.left = dialect.limits.expression_work

    @property
    def providers(self) -> Providers:
        """What the functions may ask of the world."""
        return self.dialect.providers

    @property
    def limits(self) -> Limits:
        """The bounds of the evaluation."""
        return self.dialect.limits

    def spend(self, steps: int) -> None:
        """Take steps (elements visited, characters made) from what is left; beyond that it is `LimitExceeded`."""
        self.left -= steps
        if self.left < 0:
            bound = self.limits.expression_work
            raise LimitExceeded("expression_work", bound - self.left, bound)
