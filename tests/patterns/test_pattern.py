"""What users see of a compiled pattern."""

from __future__ import annotations

import pickle

import pytest

from kyvernopy import LimitExceeded, Limits, Outcome, PolicyError, compile_pattern


def test_the_tree_prints_as_written():
    pattern = compile_pattern({"spec": {"=(a)": ["x | y", "ignored"], "X(b)": None}})
    assert str(pattern) == '{"spec": {"=(a)": ["x | y", "ignored"], "X(b)": null}}'
    assert repr(pattern) == f"<Pattern {pattern}>"


def test_any_json_value_is_a_whole_pattern():
    assert compile_pattern(None).matches(None)
    assert compile_pattern("?*").matches("x")
    assert compile_pattern(["x"]).matches(["x", "x"])
    assert compile_pattern(5).matches("5")
    assert not compile_pattern(5.0).matches("x")


def test_an_explanation_says_where_and_what():
    explanation = compile_pattern({"spec": {"replicas": ">=2"}}).explain({"spec": {"replicas": 1}})
    assert (explanation.outcome, explanation.path) == (Outcome.FAIL, "/spec/replicas/")
    assert (explanation.expected, explanation.found) == (">=2", 1)
    assert explanation.message == "resource value '1' does not match '>=2' at path /spec/replicas/"


def test_a_skip_explains_each_member():
    explanation = compile_pattern({"a": [{"(n)": "x", "v": "1"}]}).explain({"a": [{"n": "y"}, {"n": "z"}]})
    assert (explanation.outcome, explanation.path) == (Outcome.SKIP, "")
    assert [child.found for child in explanation.children[0].children[0].children] == ["y"]


def test_a_value_that_is_not_of_json_is_refused():
    with pytest.raises(PolicyError, match="`set`"):
        compile_pattern({"a": {1, 2}})


def test_a_pattern_has_bounds():
    deep = "x"
    for _ in range(100):
        deep = {"a": deep}
    with pytest.raises(LimitExceeded, match="pattern_depth"):
        compile_pattern(deep)
    with pytest.raises(LimitExceeded, match="pattern_nodes"):
        compile_pattern({str(number): "x" for number in range(50)}, limits=Limits(pattern_nodes=40))


@pytest.mark.parametrize(
    "value", [10**5000, float("nan"), float("inf"), {1: 2, "a": 3}, {"a": {None: 1}}, (1,), object()], ids=type
)
def test_no_resource_makes_deciding_raise(value):
    for pattern in ({"a": "x"}, {"a": ">1"}, {"a": 5}, {"a": 1.5}, {"a": None}, {"a": {"b": 1}}, {"(a)": "!1"}):
        compiled = compile_pattern(pattern)
        assert compiled.explain({"a": value}).outcome is compiled.outcome({"a": value})


def test_a_cyclic_or_endless_resource_makes_no_message_fail():
    cyclic: dict = {}
    cyclic["a"] = cyclic
    assert "does not match" in compile_pattern({"a": "x"}).explain(cyclic).message


def test_a_pattern_pickles_as_its_source():
    pattern = pickle.loads(pickle.dumps(compile_pattern({"a": "x"})))  # noqa: S301  our own bytes
    assert pattern.matches({"a": "x"})


def test_an_outcome_does_not_depend_on_what_was_asked_before():
    labels = {"*1*": "v", "*n*": "v", "*z*": "v"}
    pattern = {"metadata": {"labels": labels, "=(annotations)": {"*z*": "v"}}}
    bad = {"metadata": {"labels": {"=(annotations)": "BAD", "bz": "BAD", "x1nz": "v"}}}
    good = {"metadata": {"labels": {"x1nz": "v"}, "annotations": {"bz": "v"}}}
    asked_before, fresh = compile_pattern(pattern), compile_pattern(pattern)
    asked_before.outcome(good)
    assert asked_before.outcome(bad) is fresh.outcome(bad) is Outcome.FAIL
