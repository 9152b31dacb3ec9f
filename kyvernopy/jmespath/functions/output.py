"""The bound on what functions make: a text or list larger than its arguments is measured before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.errors import LimitExceeded

if TYPE_CHECKING:
    from kyvernopy.jmespath.run import Run

__all__ = ["allow"]


def allow(run: Run, size: int) -> None:
    """LimitExceeded for a text of too many characters or a value of too many nodes; the call is charged elsewhere."""
    if size > run.limits.output_size:
        raise LimitExceeded("output_size", size, run.limits.output_size)
