"""UserInfo files: who sends the request (spec 08 §5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.offline.strict import fields, load_strict, raw, switch, text, texts

if TYPE_CHECKING:
    from kyvernopy.offline.strict import Reader

__all__ = ["load_user_info"]

FIELDS: dict[str, Reader] = {
    "apiVersion": text,
    "kind": text,
    "metadata": raw,
    "roles": texts,
    "clusterRoles": texts,
    "userInfo": fields({"username": text, "uid": text, "groups": texts, "extra": raw}),
    "synchronize": switch,
}


def load_user_info(path: str) -> dict[str, Any]:
    """The user of the first document of a file, in the shape that `validate` takes. Raises `DocumentError`."""
    user: dict[str, Any] = load_strict(path, fields(FIELDS, "a UserInfo"))
    return user
