"""Kinds and their selectors."""

from __future__ import annotations

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.kubernetes.kinds import contains_kind, gvk_of, kind_part, parse_kind, split_kind
from reference import autogen, matching
from support import check_rows, examples, vectors

WORDS = ["Pod", "v1", "v1beta1", "apps", "*", "?od", "status", "ephemeralcontainers", "Scale", "", "V1", "v\u0661"]
SELECTORS = st.lists(st.sampled_from(WORDS), max_size=5).flatmap(
    lambda words: st.lists(st.sampled_from("/."), min_size=len(words), max_size=len(words)).map(
        lambda marks: "".join(word + mark for word, mark in zip(words, marks, strict=True))[:-1]
    )
)
KINDS = st.tuples(st.sampled_from(["", "apps"]), st.sampled_from(["v1", "v1beta1"]), st.sampled_from(["Pod", "Scale"]))
SUBRESOURCES = st.sampled_from(["", "status", "ephemeralcontainers"])


@table(__file__, "kinds", "text", "selector", "split", "part")
def test_text_names_these_kinds(text, selector, split, part):
    assert list(astuple(parse_kind(text))) == selector
    assert list(split_kind(text)) == split
    assert kind_part(text) == part


@given(SELECTORS | st.text(max_size=6))
@examples(500)
def test_selectors_parse_as_the_definition_says(text):
    assert astuple(parse_kind(text)) == matching.parse_kind(text)
    assert kind_part(text) == autogen.kind_part(text)


@given(SELECTORS, KINDS, SUBRESOURCES, st.booleans())
@examples(500)
def test_selectors_match_as_the_definition_says(text, kind, subresource, lenient):
    ours = parse_kind(text).matches(kind, subresource, ephemeral_containers=lenient)
    assert ours == matching.kind_matches([text], kind, subresource, ephemeral_containers=lenient)


@pytest.mark.parametrize(
    ("resource", "gvk"),
    [
        ({"apiVersion": "apps/v1", "kind": "Deployment"}, ("apps", "v1", "Deployment")),
        ({"apiVersion": "v1", "kind": "Pod"}, ("", "v1", "Pod")),
        ({}, ("", "", "")),
        ({"apiVersion": None, "kind": 5}, ("", "", "")),
    ],
)
def test_resource_states_its_kind(resource, gvk):
    assert gvk_of(resource) == gvk


def test_a_kind_is_contained_with_and_without_version_and_subresource():
    assert contains_kind(["Service", "v1/Pod"], "Pod")
    assert contains_kind(["Pod/exec"], "Pod")
    assert not contains_kind(["*", "Po?"], "Pod")


def kind_row(row):
    expect = row.get("expect")
    match row["function"]:
        case "parseKindSelector":
            ours = parse_kind(row["input"])
            return {name: getattr(ours, name) for name in expect}, expect
        case "getKindFromGVK":
            return split_kind(row["input"]), (expect["apiVersion"], expect["kind"])
        case "splitSubresource":
            return kind_part(row["input"]), expect["kind"]
        case "checkKind":
            gvk, lenient = tuple(row["gvk"].values()), row["allowEphemeralContainers"]
            ours = [
                parse_kind(kind).matches(gvk, row["subresource"], ephemeral_containers=lenient) for kind in row["kinds"]
            ]
            return any(ours), expect
    return None  # groupVersionMatches: clusters


def test_recorded_kinds():
    # what the configuration says of kinds has its tests in tests/engine
    rows = [
        row for row in vectors("kinds") if not row["function"].startswith(("parseExclusions", "parseResourceFilters"))
    ]
    check_rows("kinds", kind_row, rows)
