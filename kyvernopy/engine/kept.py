"""What is made of the values of variables, kept for when the same values come again: most resources give the same few.

Values come from resources, so how many are kept and how long their text may be is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

__all__ = ["KeptByValues"]

T = TypeVar("T")

MOST_KEPT = 64
LONGEST_KEPT = 10_000  # characters of the values that tell them apart


class KeptByValues(Generic[T]):
    """The last things that were made of values, by these values."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[str, T] = {}

    def of(self, values: Sequence[Any], make: Callable[[], T]) -> T:
        """What is made of the values, now or before; what `make` raises is not kept."""
        # The text tells numbers, booleans and texts apart, and keeps the order of keys.
        key = repr(values)
        found = self._kept.get(key)
        if found is None:
            found = make()
            if len(key) <= LONGEST_KEPT:
                if len(self._kept) >= MOST_KEPT:
                    self._kept.clear()
                self._kept[key] = found
        return found
