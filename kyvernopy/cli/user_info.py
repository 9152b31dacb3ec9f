"""The file of `--userinfo`: who sends the request (spec 08 §5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.documents.load import load_documents
from kyvernopy.documents.read import Document
from kyvernopy.errors import Finding
from kyvernopy.source import Place

if TYPE_CHECKING:
    from kyvernopy.errors import DocumentError

__all__ = ["load_user_info"]

FIELDS: dict[str, type] = {
    "apiVersion": str,
    "kind": str,
    "metadata": dict,
    "roles": list,
    "clusterRoles": list,
    "userInfo": dict,
}
USER: dict[str, type] = {"username": str, "uid": str, "groups": list, "extra": dict, "synchronize": bool}


def load_user_info(path: str) -> tuple[dict[str, Any], list[Finding]]:
    """The user and what is wrong with the file; of several documents the first counts."""
    first: Document | DocumentError | None = next(load_documents(path, strict=True, keep_empty=True), None)
    if first is None:
        return {}, [_wrong(path, "the file holds no document", "write a document of kind UserInfo")]
    if not isinstance(first, Document):
        return {}, [first.finding]
    if not isinstance(first.value, dict):
        return {}, [_wrong(path, "a UserInfo is a map", "write a document of kind UserInfo")]
    findings: list[Finding] = []
    user = _decode(first.value, FIELDS, path, "", findings)
    if isinstance(user.get("userInfo"), dict):
        user["userInfo"] = _decode(user["userInfo"], USER, path, "userInfo.", findings)
    if not user.get("apiVersion") or not user.get("kind"):
        message = f"user infos file ({path}) uses a deprecated schema that will be removed in 1.15"
        findings.append(Finding("deprecated-schema", "warning", message, help="add apiVersion and kind"))
    return user, findings


def _decode(
    value: dict[str, Any], fields: dict[str, type], path: str, at: str, findings: list[Finding]
) -> dict[str, Any]:
    """Fields under their own names, in whatever case they are written; what is unknown or of a wrong type is told."""
    names = {name.lower(): name for name in fields}
    found: dict[str, Any] = {}
    for key, item in value.items():
        name = names.get(key.lower())
        if name is None:
            findings.append(_wrong(path, f'json: unknown field "{key}"', "remove it", at + key))
        elif item is not None and not isinstance(
            item, (fields[name], int, float) if fields[name] is str else fields[name]
        ):
            findings.append(_wrong(path, f"`{at}{key}` has a value of a wrong type", "see the kind UserInfo", at + key))
        elif item is not None:
            found[name] = str(item) if fields[name] is str else item
    return found


def _wrong(path: str, message: str, help_text: str, at: str = "") -> Finding:
    return Finding("wrong-user-info", "error", message, Place(path, path=at), help_text)
