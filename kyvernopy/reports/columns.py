"""Columns of a user's own in a report: glom specs that are evaluated over each resource.

`{"team": "metadata.labels.team"}` is a spec as short as a path, and everything else that glom can say is allowed, for
instance `Path("metadata", "labels", "app.kubernetes.io/name")` for keys with dots. Importing glom takes a tenth of a
second, so that is done only for who uses this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    Cells: TypeAlias = Callable[[Mapping[str, Any]], tuple[Any, ...]]

__all__ = ["compile_columns"]


def compile_columns(columns: Mapping[str, Any], taken: Collection[str]) -> Cells:
    """A function from a resource to its cells, one for each column.

    What a resource does not have is an empty text, as is null; texts, numbers and truth values stay, maps and
    lists become JSON text. Raises ValueError for a name that is `taken` and for what is no spec, as far as that can be
    seen without a resource.
    """
    for name, spec in columns.items():
        if not isinstance(name, str) or not name:
            raise ValueError(f"column name `{name}` is not a text with at least one character")
        if name in taken:
            raise ValueError(f"column name `{name}` is taken, every report has a column of that name")
        if complaint := _complaint(spec):
            raise ValueError(f"column `{name}`: {complaint}")
    specs = tuple(columns.values())
    return lambda resource: tuple(_cell(resource, spec) for spec in specs)


def _complaint(spec: Any) -> str:
    """What is wrong with a spec; empty if nothing is seen."""
    from glom import GlomError, glom  # noqa: PLC0415  (see the module's docstring)

    if isinstance(spec, str) and not all(spec.split(".")):
        return f"the path `{spec}` has an empty part"
    try:
        glom({}, spec)
    except GlomError as error:
        # glom reports a thing that is no spec only when it comes to it, by a TypeError with this text.
        if isinstance(error, TypeError) and "expected spec to be" in str(error):
            return f"`{spec!r}` is no glom spec"
    return ""


def _cell(resource: Mapping[str, Any], spec: Any) -> Any:
    from glom import GlomError, glom  # noqa: PLC0415  (as above)

    try:
        value = glom(resource, spec)
    except GlomError:
        return ""
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return value
    return _json(value) if isinstance(value, dict | list) else str(value)


def _json(value: Any) -> str:
    from kyvernopy.documents.json_text import write_json  # noqa: PLC0415  (rarely needed)

    try:
        return write_json(value, sort_keys=True)
    except (TypeError, ValueError):  # a spec may put anything into a list
        return str(value)
