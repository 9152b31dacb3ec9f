"""Context files: objects and images that policies in CEL look up (spec 08 §5.3). Rules of ClusterPolicies do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.offline.strict import fields, load_strict, map_of, raw, text, tuple_of

if TYPE_CHECKING:
    from kyvernopy.offline.strict import Reader

__all__ = ["load_context_file"]

OBJECT = map_of(raw)
IMAGE = fields(
    {
        **dict.fromkeys(("image", "resolvedImage", "registry", "repository", "tag", "digest"), text),
        **dict.fromkeys(("imageIndex", "manifest", "config"), raw),
    }
)
FIELDS: dict[str, Reader] = {
    "apiVersion": text,
    "kind": text,
    "metadata": raw,
    "spec": fields({"resources": tuple_of(OBJECT), "images": tuple_of(IMAGE)}),
}


def load_context_file(path: str) -> dict[str, Any]:
    """The `spec` of the first document of a file. Raises `DocumentError`."""
    spec: dict[str, Any] = load_strict(path, fields(FIELDS, "a Context")).get("spec", {})
    return spec
