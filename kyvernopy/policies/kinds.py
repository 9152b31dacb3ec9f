"""Which documents are policies: kinds that are decoded, kinds that Kyverno has besides, and everything else.

A policy that this version cannot use must not vanish, so a misspelt kind of Kyverno's groups is an error too, while a
ConfigMap among the policies is only noted (spec 08 §3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.errors import Finding
from kyvernopy.policies.fields import near_miss
from kyvernopy.source import Place

if TYPE_CHECKING:
    from typing import Any

__all__ = ["CLASSIC_KINDS", "CLASSIC_VERSIONS", "refusal"]

CLASSIC_KINDS = ("ClusterPolicy", "Policy")
CLASSIC_VERSIONS = ("kyverno.io/v1", "kyverno.io/v2beta1")

_OF_CEL = ("ValidatingPolicy", "ImageValidatingPolicy", "GeneratingPolicy", "DeletingPolicy", "MutatingPolicy")
# Kinds that decide something, by group: the ones that this version does not decode.
_OTHER_POLICIES = {
    "kyverno.io": ("PolicyException", "CleanupPolicy", "ClusterCleanupPolicy"),
    "policies.kyverno.io": (*_OF_CEL, *(f"Namespaced{kind}" for kind in _OF_CEL), "PolicyException"),
    "admissionregistration.k8s.io": (
        *("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
        *("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"),
    ),
}
_KINDS_OF = {**_OTHER_POLICIES, "kyverno.io": (*CLASSIC_KINDS, *_OTHER_POLICIES["kyverno.io"])}


def refusal(document: Any, source: str = "") -> Finding | None:
    """Why a document is not decoded: an error for what is or should be a policy, a note for all else; None if it is."""
    if not isinstance(document, dict):
        return _finding(
            "not-an-object", "expected a policy", "a policy is a map with `apiVersion`, `kind`, `metadata`", source
        )
    version, kind = document.get("apiVersion"), document.get("kind")
    if not isinstance(kind, str) or not kind:
        return _finding("missing-field", "expected a policy, found a document without `kind`", "", source, "kind")
    if not isinstance(version, str) or not version:
        return _finding(
            "missing-field", f"expected a policy, found a `{kind}` without `apiVersion`", "", source, "apiVersion"
        )
    if kind in CLASSIC_KINDS and version in CLASSIC_VERSIONS:
        return None
    return _about_kind(version, kind, source)


def _about_kind(version: str, kind: str, source: str) -> Finding:
    """The finding about a kind that is not decoded."""
    group = version.rpartition("/")[0]
    served = " or ".join(f"`{one}`" for one in CLASSIC_VERSIONS)
    if kind == "ClusterPolicy" or (kind == "Policy" and group == "kyverno.io"):
        return _finding(
            "unsupported-policy-version",
            f"a `{kind}` has no version `{version}`",
            f"write {served}",
            source,
            "apiVersion",
        )
    if kind in _OTHER_POLICIES.get(group, ()):
        what = f"policies of kind `{kind}` ({version}) are not supported by this version"
        return _finding(
            "unsupported-policy-kind", what, 'leave the document out, or load it with errors="collect"', source, "kind"
        )
    known = _KINDS_OF.get(group, ())
    advice = near_miss(kind, known)
    if known and (advice or kind.lower().endswith("policy")):
        return _finding("unknown-policy-kind", f"unknown kind `{kind}` of `{version}`", advice, source, "kind")
    what = f"left out: a `{kind}` ({version}) is not a policy"
    return Finding("not-a-policy", "note", what, Place(source, path="kind"))


def _finding(code: str, message: str, advice: str, source: str, path: str = "") -> Finding:
    return Finding(code, "error", message, Place(source, path=path), advice)
