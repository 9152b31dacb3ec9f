"""References to other places of a document."""

from __future__ import annotations

import pytest

from kyvernopy.variables.failures import UnresolvedReference
from kyvernopy.variables.references import resolve_reference, resolve_references

LIMITS = {"requests": {"memory": "$(<=./../../limits/memory)"}, "limits": {"memory": "2Gi"}}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (LIMITS, {"requests": {"memory": "<=2Gi"}, "limits": {"memory": "2Gi"}}),
        ({"a": "$(./../b)", "b": "x"}, {"a": "x", "b": "x"}),
        ({"a": "v $(/b/0) w", "b": ["x"]}, {"a": "v x w", "b": ["x"]}),
        ({"a": "$(/b) $(/c)", "b": "x", "c": "y"}, {"a": "x y", "b": "x", "c": "y"}),
        ({"a": "\\$(/b)", "b": "x"}, {"a": "$(/b)", "b": "x"}),
        ({"a": "$(/b)", "=(b)": "x"}, {"a": "x", "=(b)": "x"}),
        ({"a": "$(/b)", "b": "$(/c)", "c": "x"}, {"a": "$(/c)", "b": "x", "c": "x"}),
        ({"a": "$(>/b)", "b": 5}, {"a": ">5", "b": 5}),
        ({"a": "$(>=/b)", "b": 5.0}, {"a": ">=5.000000", "b": 5.0}),
        ({"a": "$(../../../b)", "b": "x"}, {"a": "x", "b": "x"}),
        ({"k$(/b)": 1, "b": "x"}, {"kx": 1, "b": "x"}),
        ({"a": "${b} \\${b}", "b": "x"}, {"a": "${b} \\${b}", "b": "x"}),
        ({"a": "$(/b/c)", "b/c": "y", "b": {"c": "x"}}, {"a": "x", "b/c": "y", "b": {"c": "x"}}),
    ],
)
def test_a_document_becomes(document, expected):
    assert resolve_references(document) == expected


def test_a_document_without_references_is_the_same():
    document = {"a": ["b"]}
    assert resolve_references(document) is document


@pytest.mark.parametrize(
    ("reference", "document", "text"),
    [
        ("$(/b)", {}, "got nil resolved variable $(/b) at path /a: <nil>"),
        ("$(/b)", {"b": None}, "got nil resolved variable $(/b) at path /a: <nil>"),
        ("$(/b)", {"b": ["x"]}, "got nil resolved variable $(/b) at path /a: <nil>"),
        ("$(/b/)", {"b": "x"}, "got nil resolved variable $(/b/) at path /a: <nil>"),
        ("$(/b)", {"b": 5}, "NotResolvedReferenceErr,reference $(/b) not resolved at path /a"),
        ("$()", {}, "failed to resolve $() at path /a: expected path, found empty reference"),
        ("$(<)", {}, "got nil resolved variable $(<) at path /a: <nil>"),
        ("$(<=)", {}, "failed to resolve $(<=) at path /a: expected path, found empty reference"),
        (
            "$(</b)",
            {"b": True},
            "failed to resolve $(</b) at path /a: incorrect expression: operator < does not match with value true",
        ),
        (
            "$(</b)",
            {},
            "failed to resolve $(</b) at path /a: incorrect expression: operator < does not match with value <nil>",
        ),
    ],
)
def test_an_error_says(reference, document, text):
    with pytest.raises(UnresolvedReference) as caught:
        resolve_reference(reference, "/a", document)
    assert str(caught.value) == text
