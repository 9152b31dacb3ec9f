"""Strict reading of the files that go with a run (spec 08 §2.3).

Unknown and repeated fields are errors, names are read in any case, and a number or truth value where a text belongs
becomes that text. All that is wrong with a file is said at once, in one `DocumentError`: such a file decides about
every result, so that a run without it would mean nothing.

A reader takes a value, the path of its field and the list that it adds to what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from kyvernopy.documents.load import load_documents
from kyvernopy.documents.read import Document
from kyvernopy.errors import DocumentError, Finding
from kyvernopy.source import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Reader", "fields", "load_strict", "map_of", "raw", "switch", "text", "texts", "tuple_of"]

Reader: TypeAlias = "Callable[[Any, str, list[str]], Any]"


def load_strict(path: str, read: Reader) -> Any:
    """The first document of a file, read. Raises `DocumentError` with all that is wrong."""
    document = next(load_documents(path, strict=True), None)
    if isinstance(document, DocumentError):
        raise document
    if not isinstance(document, Document):
        raise _error("the file is empty", Place(path))
    wrong: list[str] = []
    found = read(document.value, "", wrong)
    if wrong:
        raise _error("; ".join(wrong), Place(path, document.source.line))
    return found


def _error(message: str, place: Place) -> DocumentError:
    return DocumentError(Finding("wrong-file", "error", message, place))


def raw(value: Any, _path: str, _wrong: list[str]) -> Any:
    """Any value, as it stands."""
    return value


def text(value: Any, path: str, wrong: list[str]) -> str:
    """A text, or what can be taken for one."""
    if isinstance(value, bool):  # before int: True is an int in Python
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    wrong.append(f"`{path}` must be a text")
    return ""


def switch(value: Any, path: str, wrong: list[str]) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        wrong.append(f"`{path}` must be true or false")
    return value is True


def texts(value: Any, path: str, wrong: list[str]) -> list[str]:
    """A list of texts."""
    if isinstance(value, list):
        return [text(item, f"{path}[{index}]", wrong) for index, item in enumerate(value)]
    wrong.append(f"`{path}` must be a list of texts")
    return []


def tuple_of(read_item: Reader) -> Reader:
    """A reader of lists whose items this reader reads."""

    def read(value: Any, path: str, wrong: list[str]) -> tuple[Any, ...]:
        if isinstance(value, list):
            return tuple(read_item(item, f"{path}[{index}]", wrong) for index, item in enumerate(value))
        wrong.append(f"`{path}` must be a list")
        return ()

    return read


def map_of(read_item: Reader) -> Reader:
    """A reader of maps from any names to what this reader reads."""

    def read(value: Any, path: str, wrong: list[str]) -> dict[str, Any]:
        if isinstance(value, dict):
            return {name: read_item(item, f"{path}.{name}", wrong) for name, item in value.items()}
        wrong.append(f"`{path}` must be a map")
        return {}

    return read


def fields(readers: Mapping[str, Reader], what: str = "", build: Callable[..., Any] = dict) -> Reader:
    """A reader of maps with these fields, from which `build` makes what it returns; null counts as absent.

    `what` is said of a document that is no map.
    """
    names = {name.lower(): name for name in readers}

    def read(value: Any, path: str, wrong: list[str]) -> Any:
        if not isinstance(value, dict):
            wrong.append(f"`{path}` must be a map" if path else f"{what} is a map")
            return build()
        found = {}
        for key, item in value.items():
            name = names.get(key.lower())
            if name is None:
                wrong.append(_unknown(key, path, readers))
            elif item is not None:
                found[name] = readers[name](item, f"{path}.{name}".lstrip("."), wrong)
        return build(**found)

    return read


def _unknown(key: str, path: str, readers: Mapping[str, Reader]) -> str:
    """Kyverno's words, and what it does not say: where, and what may have been meant."""
    from kyvernopy.policies.reading import near_miss  # noqa: PLC0415  only a mistake needs it

    hints = [f"in `{path}`" if path else "", near_miss(key, readers)]
    return " ".join([f'json: unknown field "{key}"', *filter(None, [", ".join(filter(None, hints))])])
