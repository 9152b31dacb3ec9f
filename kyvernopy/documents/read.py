"""Documents of a text: plain data, one after the other, and an error in the place of each that cannot be read.

JSON is taken wherever YAML is. The reading itself is in `reading`, which is imported with the first text: who brings
plain data needs no YAML.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kyvernopy.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kyvernopy.errors import DocumentError
    from kyvernopy.limits import Limits
    from kyvernopy.source import Source

__all__ = ["Document", "read_documents", "unpack"]


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its value and where it came from."""

    value: Any
    source: Source


def read_documents(
    text: str,
    name: str = "",
    *,
    limits: Limits = DEFAULT_LIMITS,
    strict: bool = False,
    keep_empty: bool = False,
    _libyaml: bool = True,
    _orjson: bool = True,
) -> Iterator[Document | DocumentError]:
    """The documents of a YAML or JSON text; a broken one is an error in its place, and reading goes on.

    `strict` refuses duplicate keys, of which otherwise the last wins. Documents that hold nothing (or `null`) are
    counted, but left out unless `keep_empty` says otherwise.
    """
    from kyvernopy.documents.reading import Reading  # noqa: PLC0415  see above

    reading = Reading(name, limits, strict=strict, keep_empty=keep_empty, libyaml=_libyaml, orjson=_orjson)
    return reading.read(text, source_text=text)


def unpack(document: Document) -> Iterator[Document]:
    """The items of a `List`, or of a typed list such as `PodList`; any other document as it is.

    Items of a typed list may lack kind and apiVersion, as the API server answers them; the list says both.
    """
    value = document.value
    kind = value.get("kind") if isinstance(value, dict) else None
    if not (isinstance(kind, str) and kind.endswith("List") and isinstance(value.get("items"), list)):
        yield document
        return
    implied = {"apiVersion": value.get("apiVersion"), "kind": kind.removesuffix("List")} if kind != "List" else {}
    for index, item in enumerate(value["items"]):
        lacks = isinstance(item, dict) and any(field not in item for field in implied)
        yield Document({**implied, **item} if lacks else item, replace(document.source, item=index))
