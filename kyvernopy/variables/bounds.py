"""How deep a document may be that variables are filled into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.errors import LimitExceeded

if TYPE_CHECKING:
    from kyvernopy.limits import Limits

__all__ = ["check_depth"]

MOST_LEVELS = 250  # a level takes up to two calls of Python's thousand


def check_depth(level: int, limits: Limits) -> None:
    """Raises LimitExceeded beyond the levels that are allowed, or that fit on the stack."""
    most = min(limits.depth, MOST_LEVELS)
    if level > most:
        raise LimitExceeded("depth", level, most)
