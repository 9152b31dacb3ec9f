"""Plain data that a caller hands over instead of text: held to the same bounds, and copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import LimitExceeded

if TYPE_CHECKING:
    from kyvernopy.limits import Limits

__all__ = ["copy_plain"]


def copy_plain(value: Any, limits: Limits, depth: int = 0) -> Any:
    """A copy of which later changes of the original do not take hold; raises `LimitExceeded` if it is too deep."""
    if depth > limits.depth:
        raise LimitExceeded("depth", depth, limits.depth)
    if isinstance(value, Mapping):
        return {key: copy_plain(item, limits, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [copy_plain(item, limits, depth + 1) for item in value]
    return value
