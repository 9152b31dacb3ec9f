"""The first document of a text inside of another document."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.documents.events import HAS_LIBYAML
from kyvernopy.documents.first import YamlError, read_first
from kyvernopy.errors import LimitExceeded
from kyvernopy.limits import Limits


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing", None),
        ("---\n", None),
        ("\ufeffa: 1", {"a": 1}),
        ("a: 1\n---\n]", {"a": 1}),
        ("a: 1\n...\n]", {"a": 1}),
        ('{"a": 1.0}', {"a": 1}),
        ("yes", True),
    ],
)
def test_later_documents_are_not_read(text, value):
    assert read_first(text) == value


@pytest.mark.skipif(not HAS_LIBYAML, reason="PyYAML was built without libyaml, whose words these are")
@pytest.mark.parametrize(
    ("text", "error"),
    [
        (",", "yaml: did not find expected node content"),
        ("a: b: c", "yaml: mapping values are not allowed in this context"),
        ("a:\n  b: c: d", "yaml: line 2: mapping values are not allowed in this context"),
        ("- a\n- [b", "yaml: line 2: did not find expected ',' or ']'"),
        ("a\x00b", "yaml: control characters are not allowed"),
    ],
)
def test_mistakes_have_the_words_of_libyaml(text, error):
    with pytest.raises(YamlError) as caught:
        read_first(text)
    assert str(caught.value) == error


@pytest.mark.parametrize("text", ["a: .inf", "null: 1", "!!int x", "a: *b", "<<: 1"])
def test_what_json_cannot_hold_is_a_mistake(text):
    with pytest.raises(YamlError):
        read_first(text)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("a: b", Limits(document_size=3)),
        ("[[[1]]]", Limits(depth=2)),
        ("a: &a [x, x]\nb: [*a, *a]", Limits(alias_nodes=3)),
    ],
)
def test_bounds_are_kept(text, limits):
    with pytest.raises(LimitExceeded):
        read_first(text, limits)


@given(st.text() | st.lists(st.sampled_from([*"{}[]:,-&*!|>'\"#%@`\n\t ", "a", "1"])).map("".join))
def test_any_text_has_a_value_or_a_mistake(text):
    with suppress(YamlError):
        read_first(text)
