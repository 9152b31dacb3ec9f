"""Context entries of rules, compiled: names for values that are worked out or fetched when a query mentions them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from kyvernopy.variables.deferred import Load, Mention

__all__ = ["Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `start()` gives what loads it, with a memory of its own for what it fetched.

    `unavailable` names the provider that is missing: the entry is then passed over, as if it were not there. `broken`
    is the error of declaring it.
    """

    name: str
    kind: str
    mention: Mention
    start: Callable[[], Load]
    unavailable: str = ""
    broken: str = ""
