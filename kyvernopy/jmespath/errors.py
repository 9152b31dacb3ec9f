"""What can go wrong with an expression beyond `ExpressionError`, and the name that was perhaps meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.errors import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NotFound", "UnknownFunction", "nearest"]


class NotFound(ExpressionError):  # noqa: N818  named as the specification names it
    """A key is absent from an object (spec 02 §2.3)."""


class UnknownFunction(ExpressionError):  # noqa: N818  named for what happened
    """A call of a function that is not there; `nearest` is a name like it, or empty."""

    def __init__(self, name: str, nearest: str = "") -> None:
        super().__init__(f"unknown function: {name}")
        self.name, self.nearest = name, nearest
        self.args = (name, nearest)  # what pickle hands to this method again


def nearest(name: str, names: Iterable[str]) -> str:
    """The name that is most like the given one, or an empty text where none is."""
    from difflib import get_close_matches  # noqa: PLC0415  only mistakes need it

    return next(iter(get_close_matches(name, sorted(names), n=1)), "")
