"""A document becomes a policy, or the list of all that is wrong with it.

Text is read strictly, as Kyverno's commands check it against the schema (spec 08 §3); other documents leniently, as
Go decodes them (spec 03 §1.1). The fields themselves are the business of `fields.py` and `model.py`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kyvernopy.policies.fields import Shape, items_of, map_of, read_number, read_raw, read_text
from kyvernopy.policies.kinds import recognise
from kyvernopy.policies.model import Policy, Spec
from kyvernopy.policies.reading import Reading

if TYPE_CHECKING:
    from kyvernopy.errors import Finding
    from kyvernopy.source import Source

__all__ = ["decode_policy"]

METADATA = Shape.plain(
    name=read_text,
    generateName=read_text,
    namespace=read_text,
    labels=map_of(read_text),
    annotations=map_of(read_text),
    # What the API server adds to an object that it has stored.
    uid=read_text,
    resourceVersion=read_text,
    generation=read_number,
    selfLink=read_text,
    creationTimestamp=read_text,
    deletionTimestamp=read_text,
    deletionGracePeriodSeconds=read_number,
    finalizers=items_of(read_text),
    ownerReferences=read_raw,
    managedFields=read_raw,
)
DOCUMENT = Shape.plain(
    apiVersion=read_text,
    kind=read_text,
    metadata=METADATA.read,
    spec=Spec.SHAPE.read,
    status=read_raw,
)


def decode_policy(document: Any, *, source: Source | None = None, strict: bool) -> tuple[Policy | None, list[Finding]]:
    """The policy, unless something is wrong, and all findings; those of a policy that can be used are notes."""
    reading = Reading(source.name if source else "", strict=strict)
    policy = _decode(document, source, reading) if recognise(document, reading) else None
    return policy, [_placed(finding, source) for finding in reading.findings] if source else reading.findings


def _decode(document: dict[str, Any], source: Source | None, reading: Reading) -> Policy | None:
    """The policy, unless something is wrong."""
    reading.v2beta1 = document["apiVersion"] == "kyverno.io/v2beta1"
    fields = DOCUMENT.read(document, None, reading)
    metadata = fields.get("metadata", {})
    if reading.strict:
        _check_required(fields, metadata, reading)
    if any(finding.severity == "error" for finding in reading.findings):
        return None
    return Policy(
        name=metadata.get("name", ""),
        spec=fields.get("spec") or Spec(),
        kind=fields["kind"],
        namespace=metadata.get("namespace", ""),
        annotations=metadata.get("annotations", {}),
        labels=metadata.get("labels", {}),
        api_version=fields["apiVersion"],
        status=fields.get("status"),
        source=source,
    )


def _check_required(fields: dict[str, Any], metadata: dict[str, Any], reading: Reading) -> None:
    """What the API server insists on."""
    if not metadata.get("name") and not metadata.get("generateName"):
        reading.add((None, "metadata"), "missing-field", "a policy needs a `metadata.name`")
    if "spec" not in fields:
        reading.add(None, "missing-field", "a policy needs a `spec`")


def _placed(finding: Finding, source: Source) -> Finding:
    """The finding with line and column; what is no policy is not read once more for them."""
    if finding.code == "not-a-policy":
        return replace(finding, place=replace(finding.place, line=source.line))
    from kyvernopy.documents.load import place_of  # noqa: PLC0415  only a mistake needs it

    return replace(finding, place=place_of(source, finding.place.path))
