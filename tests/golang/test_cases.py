"""Upper and lower case by Go's rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.golang.cases import equal_fold, lower, upper
from reference import functions as defined
from support import examples


@pytest.mark.parametrize(
    ("text", "lowered", "uppered"),
    [
        ("Abc", "abc", "ABC"),
        ("\u00df", "\u00df", "\u00df"),
        ("\u1e9e", "\u00df", "\u1e9e"),
        ("\u0130", "i", "\u0130"),
        ("\u01c6", "\u01c6", "\u01c4"),
        ("\ufb01", "\ufb01", "\ufb01"),
        ("\u1fb3", "\u1fb3", "\u1fbc"),
        ("\u03a3\u03a3", "\u03c3\u03c3", "\u03a3\u03a3"),
    ],
)
def test_each_character_has_one_counterpart(text, lowered, uppered):
    assert (lower(text), upper(text)) == (lowered, uppered)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Kyverno", "kYVERNO", True),
        ("\u212a", "k", True),
        ("\u017f", "S", True),
        ("\u03c2", "\u03a3", True),
        ("\u1e9e", "\u00df", True),
        ("\u00df", "ss", False),
        ("\u0130", "i", False),
        ("a", "ab", False),
    ],
)
def test_texts_are_the_same_but_for_case(left, right, same):
    assert equal_fold(left, right) is same
    assert equal_fold(right, left) is same


@examples(500)
@given(st.text(max_size=5), st.text(max_size=5))
def test_case_is_that_of_the_definition(left, right):
    assert (lower(left), upper(left)) == (defined.lower(left), defined.upper(left))
    for other in right, left.swapcase(), left.casefold():
        assert equal_fold(left, other) == (defined.fold(left) == defined.fold(other))
