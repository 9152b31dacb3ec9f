"""The images of a resource, by group and key, as variables and image rules see them (spec 07 §2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.text import trim
from kyvernopy.images.extractors import STANDARD
from kyvernopy.kubernetes.image_references import ImageError, ImageReference, parse_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeAlias

    from kyvernopy.images.extractors import Extractor

    Images: TypeAlias = "dict[str, dict[str, Image]]"
    Found: TypeAlias = "tuple[str, dict[str, Any], tuple[str, ...]]"  # pointer, object, names of secrets

__all__ = ["Image", "extract_images", "image_variables"]


@dataclass(frozen=True, slots=True)
class Image:
    """An image and where the resource states it; `pull_secrets` are the names that stand beside it or above."""

    reference: ImageReference
    pointer: str
    pull_secrets: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, str]:
        """What variables see of it; `name`, `path` and `jsonPointer` are always there."""
        found = self.reference
        fields = {
            "registry": found.registry,
            "tag": found.tag,
            "digest": found.digest,
            "reference": found.reference,
            "referenceWithTag": found.reference_with_tag,
        }
        shown = {field: text for field, text in fields.items() if text}
        return {**shown, "name": found.name, "path": found.path, "jsonPointer": self.pointer}


def extract_images(
    resource: Mapping[str, Any],
    custom: Mapping[str, tuple[Extractor, ...]] | None = None,
    parse: Callable[[str], ImageReference] = parse_image,
) -> Images:
    """The images by group and key; of equal keys the last counts. Raises ExpressionError with Kyverno's texts.

    `custom` comes from `compile_extractors`; `parse` reads a reference, under the registry that is configured.
    """
    images: Images = {}
    for extractor in _extractors(resource, custom):
        for pointer, leaf, secrets in walk(resource, extractor.path):
            pointer = f"{pointer}/{extractor.value}"  # noqa: PLW2901  the field of the object
            key = leaf.get(extractor.key) if extractor.key else pointer
            if not isinstance(key, str):
                raise ExpressionError("invalid key")
            text = leaf.get(extractor.value)
            if isinstance(text, str) and trim(text):
                reference = _parsed(extractor.image_text(text), parse)
                images.setdefault(extractor.name, {})[key] = Image(reference, pointer, secrets)
    return images


def image_variables(images: Images) -> dict[str, dict[str, dict[str, str]]]:
    """The value of the variable `images`."""
    return {group: {key: image.to_dict() for key, image in members.items()} for group, members in images.items()}


def _extractors(
    resource: Mapping[str, Any], custom: Mapping[str, tuple[Extractor, ...]] | None
) -> tuple[Extractor, ...]:
    kind = resource.get("kind")
    if not isinstance(kind, str):
        return ()
    if custom and kind in custom:
        if not custom[kind]:
            raise ExpressionError(f"no extractors found for {kind}")
        return custom[kind]
    return STANDARD.get(kind, ())


def _parsed(text: str, parse: Callable[[str], ImageReference]) -> ImageReference:
    try:
        return parse(text)
    except ImageError as error:
        raise ExpressionError(f"invalid image '{text}' ({error})") from None


def walk(resource: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Found]:
    """The objects at a path with their pointers and the pull secrets met on the way; a null ends its branch."""
    waiting: list[tuple[Any, int, str, tuple[str, ...]]] = [(resource, 0, "", ())]
    while waiting:
        node, depth, pointer, secrets = waiting.pop()
        if node is None:
            continue
        part = path[depth] if depth < len(path) else None
        if part == "*":
            members = [(member, depth + 1, f"{pointer}/{key}", secrets) for key, member in _members(node)]
            waiting += reversed(members)
            continue
        if not isinstance(node, dict):
            raise ExpressionError("invalid image config")
        if "imagePullSecrets" in node:
            secrets += _secrets(node["imagePullSecrets"])
        if part is None:
            yield pointer, node, secrets
        else:
            waiting.append((node.get(part), depth + 1, f"{pointer}/{part}", secrets))


def _members(node: Any) -> list[tuple[Any, Any]]:
    if isinstance(node, list):
        return list(enumerate(node))
    if isinstance(node, dict):
        return sorted(node.items(), key=lambda member: str(member[0]))  # Upstream: in no order
    raise ExpressionError("invalid type")


def _secrets(listed: Any) -> tuple[str, ...]:
    secrets = listed if isinstance(listed, list) else []
    names = [secret.get("name") for secret in secrets if isinstance(secret, dict)]
    return tuple(name for name in names if isinstance(name, str))
