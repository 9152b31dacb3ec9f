"""`$patch` directives: delete, replace or merge a map, an element or a list (spec 04 §3.4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import PatchError
from kyvernopy.kubernetes.merge_values import scalar_text

if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = ["take_directive", "take_list_directive"]

Map: TypeAlias = "dict[str, Any]"


def take_directive(theirs: Map) -> tuple[str, Map]:
    """The directive of a map, and the map without it."""
    rest = dict(theirs)
    return _known(rest.pop("$patch")), rest


def take_list_directive(theirs: list[Any]) -> tuple[str, list[Any]]:
    """The directive of a list and the list without it: the first element that has one, if it has nothing else."""
    marked = next((element for element in theirs if isinstance(element, dict) and "$patch" in element), None)
    if marked is None or len(marked) != 1:
        return "", theirs
    directive = marked["$patch"]
    rest = [element for element in theirs if not (isinstance(element, dict) and _has(element, directive))]
    return _known(directive), rest


def _has(element: Map, directive: Any) -> bool:
    return "$patch" in element and bool(element["$patch"] == directive)


def _known(directive: Any) -> str:
    if directive not in ("delete", "replace", "merge"):
        raise PatchError(f"unknown patch strategy '{scalar_text(directive)}'")
    return str(directive)
