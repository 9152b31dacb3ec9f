"""Which documents are policies: kinds that are decoded, kinds that Kyverno has besides, and everything else.

A policy that this version cannot use must not vanish, so a misspelt kind of Kyverno's groups is an error too, while a
ConfigMap among the policies is only noted (spec 08 §3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.policies.reading import near_miss

if TYPE_CHECKING:
    from typing import Any

    from kyvernopy.policies.reading import Reading

__all__ = ["CLASSIC_KINDS", "CLASSIC_VERSIONS", "recognise"]

CLASSIC_KINDS = ("ClusterPolicy", "Policy")
CLASSIC_VERSIONS = ("kyverno.io/v1", "kyverno.io/v2beta1")

_OF_CEL = ("ValidatingPolicy", "ImageValidatingPolicy", "GeneratingPolicy", "DeletingPolicy", "MutatingPolicy")
# Kinds that decide something, by group: the ones that this version does not decode.
_OTHER_POLICIES = {
    "kyverno.io": ("CleanupPolicy", "ClusterCleanupPolicy"),
    "policies.kyverno.io": (*_OF_CEL, *(f"Namespaced{kind}" for kind in _OF_CEL), "PolicyException"),
    "admissionregistration.k8s.io": (
        *("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
        *("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"),
    ),
}
# What a kind of Kyverno's own groups may have been meant to be.
_MEANT = {
    "kyverno.io": (*CLASSIC_KINDS, *_OTHER_POLICIES["kyverno.io"], "PolicyException"),
    "policies.kyverno.io": _OTHER_POLICIES["policies.kyverno.io"],
}


def recognise(document: Any, reading: Reading) -> bool:
    """Whether a document is a policy that can be decoded.

    If not, the reading gets an error for what is or should be a policy, and a note for all else.
    """
    if not isinstance(document, dict):
        reading.wrong(None, "a map with `apiVersion`, `kind` and `spec`", document)
        return False
    version, kind = document.get("apiVersion"), document.get("kind")
    for field, value in (("kind", kind), ("apiVersion", version)):
        if not isinstance(value, str) or not value:
            reading.add(None, "missing-field", f"expected a policy, found a document without `{field}`")
            return False
    if kind in CLASSIC_KINDS and version in CLASSIC_VERSIONS:
        return True
    _refuse(str(version), str(kind), reading)
    return False


def _refuse(version: str, kind: str, reading: Reading) -> None:
    """Say why a kind is not decoded."""
    group = version.rpartition("/")[0]
    meant = near_miss(kind, _MEANT[group]) if group in _MEANT else ""
    if kind == "ClusterPolicy" or (kind == "Policy" and group == "kyverno.io"):
        served = " or ".join(f"`{one}`" for one in CLASSIC_VERSIONS)
        message = f"`{version}` is no version of `{kind}`"
        reading.add((None, "apiVersion"), "unsupported-policy-version", message, f"write {served}")
    elif kind == "PolicyException" and group == "kyverno.io":
        message = "left out, an exception is not a policy"
        reading.add(None, "exception-among-policies", message, "give it to `with_exceptions`", severity="note")
    elif kind in _OTHER_POLICIES.get(group, ()):
        message = f"policies of kind `{kind}` (`{version}`) are not supported by this version"
        reading.add((None, "kind"), "unsupported-policy-kind", message, "take the document out, or collect errors")
    elif meant or (group in _MEANT and kind.lower().endswith("policy")):
        reading.add((None, "kind"), "unknown-policy-kind", f"unknown kind `{kind}` of `{version}`", meant)
    else:
        reading.add(None, "not-a-policy", f"left out, a `{kind}` (`{version}`) is not a policy", severity="note")
