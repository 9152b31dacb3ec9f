"""Policies out of documents, and every policy of the public library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kyvernopy.documents.read import Document, read_documents
from kyvernopy.policies.read import read_policies
from support import SHARED, check_rows, needs_shared, vectors

if TYPE_CHECKING:
    from pathlib import Path

    from support import Answer, Row

LIBRARY = SHARED / "conformance"
POLICY = """
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: %s}
spec: {rules: [], %s}
"""
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\n"


def read(text: str, *, strict: bool = True):
    return read_policies(read_documents(text, "p.yaml"), strict=strict)


def test_broken_documents_cost_no_other() -> None:
    parts = [POLICY % ("a", ""), "a: [\n", POLICY % ("b", "bakground: true"), CONFIG_MAP, POLICY % ("c", "")]
    policies, errors, notes = read("---\n".join(parts))
    assert [policy.name for policy in policies] == ["a", "c"]
    assert [error.code for error in errors] == ["yaml-syntax", "unknown-field"]
    assert [(note.code, note.place.line) for note in notes] == [("not-a-policy", 15)]


def test_policy_knows_where_it_was_read() -> None:
    policies, _, _ = read(POLICY % ("a", "") + "---" + POLICY % ("b", ""))
    assert [(policy.source.name, policy.source.document, policy.source.line) for policy in policies] == [
        ("p.yaml", 1, 2),
        ("p.yaml", 2, 7),
    ]


def test_items_of_a_list_are_policies_without_a_check_of_fields() -> None:
    items = [POLICY % ("a", "bakground: true"), POLICY % ("b", "background: 1"), CONFIG_MAP]
    listed = "".join("- " + item.strip().replace("\n", "\n  ") + "\n" for item in items)
    policies, errors, notes = read(f"apiVersion: v1\nkind: List\nitems:\n{listed}")
    assert [(policy.name, policy.source.item, policy.spec.background) for policy in policies] == [("a", 0, None)]
    assert [str(error) for error in errors] == ["p.yaml:11:21: spec.background: expected a boolean, found a number"]
    assert [note.code for note in notes] == ["unknown-field", "not-a-policy"]


def test_unrendered_template_is_an_error_with_its_place() -> None:
    _, (error,), _ = read(POLICY % ("a", "background: {{ .Values.background }}"))
    assert error.place.line == 5


def test_policies_of_dicts_need_no_text() -> None:
    value = {"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "a"}, "spec": {"x": 1}}
    documents = [Document(value, next(iter(read_documents("a: 1", "dict"))).source)]
    policies, errors, (note,) = read_policies(documents, strict=False)
    assert (len(policies), errors) == (1, [])
    assert note.message == "unknown field `x`"


# --- Recorded answers and the public library ---


def load_row(row: Row) -> Answer:
    given = row["input"]
    files = given.get("files") or given.get("dir_files")
    if files is None:
        return "nothing is downloaded", "an error of the server"
    policies, errors, _ = read("\n---\n".join(text for name, text in files.items() if name.endswith((".yaml", ".yml"))))
    if row.get("expect_error"):
        return bool(errors), True
    ours, expected = {"policies": len(policies)}, {"policies": row["expect"]["policies"]}
    return (
        (ours, expected) if "spec" not in row["expect"] else defaults(policies[0].spec.to_dict(), row["expect"]["spec"])
    )


def defaults(spec: Row, expect: Row) -> Answer:
    names = ("required", "mutateDigest", "verifyDigest", "useCache")
    image = {name: spec["rules"][0]["verifyImages"][0][name] for name in names}
    ours = {"background": spec["background"], "admission": spec["admission"], "rules[0].verifyImages[0]": image}
    is_audit = spec["validationFailureAction"] == "Audit"
    return {**ours, "validationFailureAction is audit": is_audit}, expect


def test_loading_gives_the_recorded_answers() -> None:
    check_rows("cli_units", load_row, [row for row in vectors("cli_units") if row["function"] == "load_policies"])


def policy_files() -> list[Path]:
    return sorted(path for path in LIBRARY.rglob("*.yaml") if "kind: ClusterPolicy" in path.read_text("utf-8"))


@needs_shared
@pytest.mark.skipif(not LIBRARY.is_dir(), reason="no public policies beside the recorded answers")
def test_every_public_policy_is_decoded_without_a_complaint() -> None:
    complaints, count = [], 0
    for path in policy_files():
        policies, errors, notes = read_policies(read_documents(path.read_text("utf-8"), path.name), strict=True)
        count += len(policies)
        complaints += [error for error in errors if error.code != "unsupported-policy-kind"]
        complaints += [note for note in notes if note.code != "not-a-policy"]
    assert complaints == []
    assert count > 200
