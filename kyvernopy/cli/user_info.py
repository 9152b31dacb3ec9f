"""The file of `--userinfo`: who sends the request (spec 08 §5.2).

It is decoded strictly (spec 08 §2.3): unknown and repeated fields are errors, names are read in any case, and a number
or truth value where a text belongs becomes that text. A file that is wrong ends the run, because every result could
depend on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.cli.console import say
from kyvernopy.cli.flags import UsageError
from kyvernopy.documents.load import load_documents
from kyvernopy.documents.read import Document

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["load_user_info"]


def load_user_info(path: str) -> dict[str, Any]:
    """The user of the first document of a file. Raises `UsageError` with all that is wrong."""
    document = next(load_documents(path, strict=True), None)
    if not isinstance(document, Document):
        reason = str(document) if document else f"{path}: the file is empty"
        raise UsageError(f"failed to load request info ({reason})")
    wrong: list[str] = []
    user: dict[str, Any] = _fields(FIELDS)(document.value, "", wrong)
    if wrong:
        place = f"{path}:{document.source.line}"
        raise UsageError(f"failed to load request info ({place}: {'; '.join(wrong)})")
    if not user.get("apiVersion") or not user.get("kind"):
        say(f"\nWARNING: user infos file ({path}) uses a deprecated schema that will be removed in 1.15")
    return user


# --- Decoding: each reader takes a value, the path of its field and a list for what is wrong ---


def _any(value: Any, _path: str, _wrong: list[str]) -> Any:
    return value


def _text(value: Any, path: str, wrong: list[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    wrong.append(f"`{path}` must be a text")
    return ""


def _switch(value: Any, path: str, wrong: list[str]) -> bool:
    if not isinstance(value, bool):
        wrong.append(f"`{path}` must be true or false")
    return value is True


def _texts(value: Any, path: str, wrong: list[str]) -> list[str]:
    if isinstance(value, list):
        return [_text(item, f"{path}[{index}]", wrong) for index, item in enumerate(value)]
    wrong.append(f"`{path}` must be a list of texts")
    return []


def _fields(readers: dict[str, Callable[[Any, str, list[str]], Any]]) -> Callable[[Any, str, list[str]], Any]:
    """A reader of maps with these fields; null counts as absent."""
    names = {name.lower(): name for name in readers}

    def read(value: Any, path: str, wrong: list[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            wrong.append(f"`{path}` must be a map" if path else "a UserInfo is a map")
            return {}
        found = {}
        for key, item in value.items():
            name = names.get(key.lower())
            if name is None:
                wrong.append(f'json: unknown field "{key}"')
            elif item is not None:
                found[name] = readers[name](item, f"{path}.{name}".lstrip("."), wrong)
        return found

    return read


FIELDS: dict[str, Callable[[Any, str, list[str]], Any]] = {
    "apiVersion": _text,
    "kind": _text,
    "metadata": _any,
    "roles": _texts,
    "clusterRoles": _texts,
    "userInfo": _fields({"username": _text, "uid": _text, "groups": _texts, "extra": _any}),
    "synchronize": _switch,
}
