"""Label selectors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import table
from kyvernopy.kubernetes.selectors import SelectorError, compile_selector, selects
from reference import matching
from support import check_rows, examples, vectors

KEYS = st.sampled_from(["a", "b", "a*", "*", "x.io/a", "x.io/*", "?", "a/b/c", "X.io/a", "", "a_", "a/"])
VALUES = st.sampled_from(["", "x", "y", "*", "x*", "?", "not valid", "x\n", "-x"])
OPERATORS = st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "in", ""])
EXPRESSIONS = st.fixed_dictionaries(
    {"key": st.sampled_from(["a", "b", "x.io/a", "a*"]), "operator": OPERATORS},
    optional={"values": st.lists(st.sampled_from(["x", "y", "", "not valid"]), max_size=2)},
)
SELECTORS = st.fixed_dictionaries(
    {},
    optional={
        "matchLabels": st.dictionaries(KEYS, VALUES, max_size=3),
        "matchExpressions": st.lists(EXPRESSIONS, max_size=2),
    },
)
LABELS = st.dictionaries(st.sampled_from(["a", "b", "x.io/a", "a1", "bad key"]), st.sampled_from(["", "x", "y", "x1"]))


def answer(function, selector, labels, error):
    """What the function says, or that it raises."""
    try:
        return function(selector, labels)
    except error:
        return "error"


@table(__file__, "selectors", "selector", "labels", "selected")
def test_selector_selects_these_labels(selector, labels, selected):
    assert answer(selects, selector, labels, SelectorError) == ("error" if selected is None else selected)


@given(SELECTORS, LABELS)
@examples(1000)
def test_selectors_select_as_the_definition_says(selector, labels):
    ours = answer(selects, selector, labels, SelectorError)
    assert ours == answer(matching.selects, selector, labels, ValueError)


def test_an_invalid_selector_is_refused_before_any_label_is_seen():
    with pytest.raises(SelectorError, match=r"`a/b/c`"):
        compile_selector({"matchLabels": {"a/b/c": "d"}})
    with pytest.raises(SelectorError, match='"Equals" is not a valid label selector operator'):
        compile_selector({"matchExpressions": [{"key": "a", "operator": "Equals"}]})


def test_a_selector_is_compiled_once_and_asked_often():
    test = compile_selector({"matchLabels": {"team-*": "?*"}})
    assert [test({"team-a": "x"}), test({"team-a": ""}), test({})] == [True, False, False]


def selector_row(row):
    error = row.get("expectError", False)
    expect = "error" if error else row["expect"]
    return answer(selects, row["expected"], row["actual"], SelectorError), expect


def test_recorded_selectors():
    check_rows("matching", selector_row, [row for row in vectors("matching") if row["level"] == "labelSelector"])
