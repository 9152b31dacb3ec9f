"""The texts of a rule, each with its field: what checks of variables and expressions walk over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.documents.positions import show_path
from kyvernopy.engine.checks.spots import Spot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    Steps: TypeAlias = tuple[str | int, ...]

__all__ = ["pointer", "spot_of", "texts"]


def texts(node: Any, steps: Steps = ()) -> Iterator[tuple[Steps, str]]:
    """Each text of a document and the steps to it, in the order of substitution; a key goes before its value."""
    if isinstance(node, str):
        yield steps, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield steps, key
            yield from texts(value, (*steps, key))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from texts(item, (*steps, index))


def pointer(steps: Steps) -> str:
    r"""The steps as the errors of substitution show them: `/validate/message`; a slash in a key is `\/`."""
    return "".join(f"/{step}" if isinstance(step, int) else "/" + step.replace("/", "\\/") for step in steps)


def spot_of(at: Spot, steps: Steps) -> Spot:
    """A field of a rule that is reached by some steps."""
    path = show_path(steps)
    joint = "" if not path or path.startswith("[") else "."
    return Spot(f"{at.shown}{joint}{path}", f"{at.path}{joint}{path}")
