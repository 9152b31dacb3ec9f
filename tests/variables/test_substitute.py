"""The plain function: variables as a mapping, our own errors and nothing else."""

from __future__ import annotations

import copy

import pytest

from kyvernopy import KyvernopyError, LimitExceeded, PolicyError, Resource, substitute
from kyvernopy.errors import ExpressionError
from kyvernopy.limits import Limits


def test_names_may_be_dotted_and_maps_are_merged():
    variables = {"request.object.metadata.name": "web", "request": {"operation": "CREATE"}, 'labels."a.b/c"': "x"}
    document = ["{{ request.object.metadata.name }}", "{{ request.operation }}", '{{ labels."a.b/c" }}']
    assert substitute(document, variables) == ["web", "CREATE", "x"]


def test_later_names_override():
    assert substitute("{{ a.b }}", {"a": {"b": 1}, "a.b": 2}) == 2
    assert substitute("{{ a.b }}", {"a": 5, "a.b": 2}) == 2


def test_inputs_stay_as_they_are():
    document, variables = {"a": ["{{ b }}", {"c": "d"}]}, {"b": {"list": [1]}, "b.more": 2}
    before = copy.deepcopy((document, variables))
    result = substitute(document, variables)
    result["a"][0]["list"].append(2)
    result["a"][1]["c"] = "changed"
    assert (document, variables) == before


def test_a_document_may_be_any_mapping():
    assert substitute(Resource({"kind": "{{ kind }}"}), {"kind": "Pod"}) == {"kind": "Pod"}
    assert substitute(("{{ a }}",), {"a": (1, 2)}) == [[1, 2]]


def test_without_variables_references_and_functions_are_left():
    assert substitute({"a": "$(/b)", "b": "{{ to_upper('x') }}"}) == {"a": "X", "b": "X"}


def test_functions_may_be_added():
    assert substitute("{{ double(`2`) }}", functions={"double": lambda number: number * 2}) == 4


def test_providers_answer_functions():
    with pytest.raises(ExpressionError):
        substitute("{{ random('a') }}")
    assert substitute("{{ random('[ab]') }}", providers={"random": lambda _: 0}) == "a"


@pytest.mark.parametrize(
    ("document", "variables", "kind"),
    [
        ({1: "x"}, None, PolicyError),
        ("x", {"a": object()}, PolicyError),
        ("x", {"": 1}, ExpressionError),
        ("x", {1: 1}, ExpressionError),
        ("x", {'a"b': 1}, ExpressionError),
        ("{{ a", {"a": float("nan")}, PolicyError),
        ("{{ a.b }}", {"a": {}}, ExpressionError),
    ],
)
def test_errors_are_our_own(document, variables, kind):
    with pytest.raises(kind) as caught:
        substitute(document, variables)
    assert isinstance(caught.value, KyvernopyError)


def test_limits_hold():
    deep = "x"
    for _ in range(300):
        deep = [deep]
    for document, variables in ((deep, None), ("{{ a }}", {"a": deep})):
        with pytest.raises(LimitExceeded):
            substitute(document, variables)
    with pytest.raises(LimitExceeded):
        substitute("v {{ a }}", {"a": "x" * 100}, limits=Limits(output_size=50))
