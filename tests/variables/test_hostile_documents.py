"""Documents and data that want to take forever, or all memory: a bound ends each of them, in about a second at most."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from kyvernopy import LimitExceeded
from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.limits import Limits
from kyvernopy.variables.context import Context
from kyvernopy.variables.occurrences import (
    find_references,
    find_variables,
    is_reference,
    replace_all_variables,
    unescape_references,
)
from kyvernopy.variables.template import compile_template

DIALECT = Dialect()
LARGE = 100_000
PATIENCE = 20  # seconds; what is not linear here takes many minutes


def fill(document, data=None):
    return compile_template(document, DIALECT).fill(Context(DIALECT, data or {}))


def exceeded(document, data=None) -> str:
    start = time.monotonic()
    with pytest.raises(LimitExceeded) as caught:
        fill(document, data)
    assert time.monotonic() - start < PATIENCE
    return caught.value.limit


# --- Data that grow by themselves ---


@pytest.mark.parametrize(
    ("document", "data"),
    [
        ("v {{ a }}", {"a": "{{ a }}"}),
        ("v {{ a }}", {"a": "x {{ b }}", "b": "y {{ a }}"}),
        ("{{ a }}", {"a": ["{{ a }}"]}),
        ("{{ a }}", {"a": {"k": {"k": "{{ a }}"}}}),
        ("{{ a }}", {"a": {"{{ b }}": 1}, "b": ["{{ a }}"]}),
    ],
)
def test_data_that_name_themselves_come_to_an_end(document, data):
    assert exceeded(document, data) in ("substitution_passes", "depth")


@pytest.mark.parametrize(
    ("document", "data"),
    [
        ("v {{ a }}", {"a": "{{ a }} {{ a }}"}),
        ("v {{ a }}", {"a": "x" * 1000 + "{{ a }} {{ a }}"}),
        ("{{ a }}", {"a": ["{{ a }}", "{{ a }}"]}),
        ("{{ a }}", {"a": {"x": "{{ a }}", "y": "{{ a }}"}}),
        ("{{ a }}", {"a": [*range(LARGE), "{{ a }}"]}),
        ("v {{ a }}", {"a": "{{ '{{ a }}' }} {{ a }} \\{{"}),
    ],
)
def test_data_that_multiply_come_to_an_end(document, data):
    assert exceeded(document, data) in ("substitution_passes", "output_size", "expression_work", "depth")


def test_values_that_share_parts_many_times_over_come_to_an_end():
    doubled = ["x"]
    for _ in range(60):
        doubled = [doubled, doubled]
    assert exceeded("{{ a }}", {"a": doubled}) == "expression_work"
    assert exceeded("v {{ a }}", {"a": doubled}) == "output_size"


def test_large_values_used_often_come_to_an_end():
    data = {"a": "x" * LARGE}
    assert exceeded("v" + "-{{ a }}" * LARGE, data) == "output_size"
    assert exceeded(["v {{ a }}"] * 1_000, data) == "output_size"
    assert exceeded("v {{ a }}" * 1_000, {"a": [0] * LARGE}) == "output_size"
    assert exceeded(["{{ {{ 'a' }} }}{{ a }}"] * 1_000, data) == "output_size"


# --- Texts that take long to read ---


@pytest.mark.parametrize(
    "text",
    [
        "{{" * LARGE,
        "{{ {a} " * LARGE,
        "{{" + "{a}" * LARGE,
        "{" * LARGE,
        "{{a" * LARGE + "}}",
        "\\{{" * LARGE,
        "$(" * LARGE,
        "$(a" * LARGE,
        "\\$(" * LARGE,
        "\\$(a" * LARGE + " )",
        "$( " * LARGE,
        "x" * LARGE + "{{",
    ],
)
def test_long_texts_are_read_in_linear_time(text):
    start = time.monotonic()
    find_variables(text)
    is_reference(text)
    unescape_references(text)
    replace_all_variables(text, "x")
    with suppress(ExpressionError, LimitExceeded):
        fill(text)
    assert time.monotonic() - start < PATIENCE


def test_many_variables_are_filled_in_linear_time():
    start = time.monotonic()
    assert len(fill("-{{ a }}" * LARGE, {"a": "x"})) == 2 * LARGE
    assert len(fill("-{{ a }}" * 1000 + "\\{{", {"a": "x"})) == 2002
    assert time.monotonic() - start < PATIENCE
    assert exceeded("\\{{" + "-{{ a }}" * LARGE, {"a": "x"}) == "expression_work"


def test_many_references_come_to_an_end():
    assert exceeded({"a": "x" * LARGE, "b": " $(/a)" * LARGE}) in ("output_size", "expression_work")
    assert len(find_references(" $(/a)" * LARGE)) == LARGE
    key = "k" * LARGE
    assert exceeded({"x": "y", key: ["$(/x)"] * LARGE}) == "expression_work"


# --- Depth ---


def nested(levels: int, leaf, form):
    for _ in range(levels):
        leaf = form(leaf)
    return leaf


@pytest.mark.parametrize("form", [lambda leaf: [leaf], lambda leaf: {"k": leaf}, lambda leaf: {"{{ k }}": leaf}])
@pytest.mark.parametrize("leaf", ["{{ a }}", "v {{ a }} {{ {{ 'a' }} }}", "$(/k)"])
def test_deep_documents_are_refused(form, leaf):
    assert exceeded(nested(100_000, leaf, form)) == "depth"
    assert exceeded(nested(201, leaf, form)) == "depth"


def test_documents_of_the_allowed_depth_are_filled_in():
    deep = nested(200, "{{ a }}", lambda leaf: [leaf])
    assert fill(deep, {"a": 1}) == nested(200, 1, lambda leaf: [leaf])
    fetched = nested(200, "{{ b }}", lambda leaf: {"k": leaf})
    document = nested(200, "{{ a }}", lambda leaf: {"k": leaf})
    assert fill(document, {"a": fetched, "b": 1}) == nested(400, 1, lambda leaf: {"k": leaf})
    assert exceeded(document, {"a": nested(201, "{{ b }}", lambda leaf: [leaf]), "b": 1}) == "depth"


def test_deep_constant_values_are_passed_on():
    deep = nested(50_000, "x", lambda leaf: [leaf])
    assert fill("{{ a }}", {"a": deep}) is deep


def test_higher_limits_do_not_reach_the_end_of_the_stack():
    dialect = Dialect(limits=Limits(depth=10**6, substitution_passes=10**6))
    template = compile_template(nested(5_000, "{{ a }}", lambda leaf: [leaf]), dialect)
    with pytest.raises(LimitExceeded, match="limit `depth` exceeded"):
        template.fill(Context(dialect))
    with pytest.raises(LimitExceeded):
        compile_template("{{ a }}", dialect).fill(Context(dialect, {"a": ["{{ a }}"]}))


def test_a_limit_of_passes_counts_them():
    dialect = Dialect(limits=Limits(substitution_passes=2))
    data = {"a": "{{ b }}", "b": "{{ c }}", "c": "{{ d }}", "d": "x"}
    assert compile_template("v {{ c }}", dialect).fill(Context(dialect, data)) == "v x"
    with pytest.raises(LimitExceeded) as caught:
        compile_template("v {{ b }}", dialect).fill(Context(dialect, data))
    assert (caught.value.limit, caught.value.value, caught.value.bound) == ("substitution_passes", 3, 2)
