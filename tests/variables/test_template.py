"""Templates: what is shared, what keeps its type, what an error says."""

from __future__ import annotations

import pickle

import pytest

from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.jmespath.values import OpaqueInt
from kyvernopy.variables.context import Context
from kyvernopy.variables.failures import ForbiddenVariable, SubstitutionError, UnresolvedReference
from kyvernopy.variables.template import Part, compile_template, put_together

DIALECT = Dialect()
DATA = {
    "n": 5,
    "s": "x",
    "o": {"b": 1},
    "l": ["p"],
    "z": None,
    "e": "",
    "t": "{{ s }}",
    "text": "a<b",
    "number": 0.5,
    "self": {"again": ["{{ s }}", {"{{ s }}": "\\{{ s }}"}]},
    "request": {"object": {"metadata": {"name": "web", "labels": {"app": "shop"}}}},
}


def fill(document, data=None, **options):
    return compile_template(document, DIALECT).fill(Context(DIALECT, DATA if data is None else data), **options)


def failure(document, data=None, **options) -> str:
    with pytest.raises(ExpressionError) as caught:
        fill(document, data, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ n }}", 5),
        ("{{n}}", 5),
        (" {{n}}", " 5"),
        ("v{{n}}", "v5"),
        ("{{ z }}", None),
        ("v{{ z }}", "vnull"),
        ("{{ o }}", {"b": 1}),
        ("v{{ o }}", 'v{"b":1}'),
        ('v{{ `{"x": "a<b"}` }}', 'v{"x":"a\\u003cb"}'),
        ("v{{ number }}", "v0.5"),
        ("{{ t }}", "{{ s }}"),
        ("v {{ t }}", "v x"),
        ("v {{- t }}", "v {{ s }}"),
        ("{{- t }}", "{{ s }}"),
        ("{{- n }}", 5),
        ("v {{- z }}", "v null"),
        ("{{e}}{{n}}", 5),
        ("{{s}}{{n}}", "x5"),
        ("{{s}}-{{s}}-{{n}}", "x-x-5"),
        ("\\{{ n }}", "{{ n }}"),
        ("a \\{{n}} {{n}}", "a {{n}} 5"),
        ("{{ missing || 'd' }}", "d"),
        ("{{ to_string(o.missing) }}", "null"),
        ("{{ request.object.metadata.labels.{{ 'app' }} }}", "shop"),
        ("\\{{ a.{{ s }} }}", "{{ a.x }}"),
        ("{{ {a: n} }}", {"a": 5}),
        ("{{ {a: {b: n}} }}", "{{ {a: {b: n}} }}"),
        ("é{{ s }}", "éx"),
        ("{{ s", "{{ s"),
    ],
)
def test_a_text_becomes(text, value):
    assert fill(text) == value


def test_a_key_becomes_the_text_of_its_variable():
    assert fill({"{{ s }}-{{ n }}": 1, "k": 2}) == {"x-5": 1, "k": 2}


def test_a_null_leaves_a_key_as_it_is():
    assert fill({"{{ z }}": 1}) == {"{{ z }}": 1}


def test_a_key_takes_no_other_value():
    assert failure({"{{ n }}": 1}) == 'expected string after substituting variables in key "{{ n }}"'


def test_of_keys_that_become_equal_the_later_counts():
    assert fill({"{{ s }}": 1, "x": 2}) == {"x": 2}
    assert fill({"x": 1, "{{ s }}": 2}) == {"x": 2}
    assert fill({"\\{{ a }}": "{{ n }}", "{{ 'x' }}": 1}) == {"{{ a }}": 5, "x": 1}


def test_a_fetched_object_is_read_again():
    assert fill("{{ self }}") == {"again": ["x", {"x": "{{ s }}"}]}
    assert fill({"a": "{{ self.again[1] }}"}) == {"a": {"x": "{{ s }}"}}


def test_a_fetched_object_without_variables_is_shared():
    assert fill("{{ o }}") is DATA["o"]


def test_the_kind_of_a_number_is_kept():
    assert type(fill("{{ n }}")) is int
    assert type(fill("{{ i }}", {"i": OpaqueInt(3)})) is OpaqueInt
    assert fill("v{{ i }}", {"i": OpaqueInt(3)}) == "v3"


# --- Sharing ---


def test_what_is_constant_is_shared():
    document = {"a": {"b": [1, "x"]}, "c": "{{ s }}"}
    template = compile_template(document, DIALECT)
    first, second = (template.fill(Context(DIALECT, DATA)) for _ in range(2))
    assert first == {"a": {"b": [1, "x"]}, "c": "x"}
    assert first is not second
    assert first["a"] is second["a"]
    assert document == {"a": {"b": [1, "x"]}, "c": "{{ s }}"}


def test_a_document_without_variables_is_constant():
    template = compile_template({"a": ["$(/b)", "\\{{ x }}"], "b": "c"}, DIALECT)
    assert template.is_constant
    assert template.outline == {"a": ["c", "{{ x }}"], "b": "c"}
    assert template.fill(Context(DIALECT)) is template.outline


def test_nothing_is_looked_up_for_a_constant():
    assert fill({"a": "b"}, {}) == {"a": "b"}


# --- Parts ---


def test_parts_stand_in_the_outline():
    template = compile_template(
        {"a": ["{{ s }}", "b"], "{{ s }}": {"c": "{{ n }}"}, "d": {"e": "$(/f)"}, "f": "g"}, DIALECT
    )
    assert isinstance(template.outline, Part), "a variable in a key makes the map one part"
    template = compile_template({"a": ["{{ s }}", "b"], "d": {"e": "v {{ n }} $(/f)"}, "f": "g"}, DIALECT)
    assert [part.path for part in template.parts] == ["/a/0", "/d/e"]
    values = template.fill_parts(Context(DIALECT, DATA))
    assert values == ["x", "v 5 g"]
    assert put_together(template.outline["a"], values) == ["x", "b"]
    assert repr(template.parts[0]) == "<Part 0 /a/0>"
    assert repr(template) == "<Template 2 parts>"


# --- DELETE ---


def test_on_delete_the_old_object_stands_for_the_object():
    data = {"request": {"operation": "DELETE", "object": None, "oldObject": {"a": "old"}}}
    assert fill("{{ request.object.a }}", data) == "old"
    assert fill("v {{ request.object.a }}", data) == "v old"
    assert fill("{{ 'request.object' }}", data) == "request.oldObject"
    assert fill("v {{ {{ 'request.object.a' }} }}", data) == "v old"
    assert fill("{{ request.object.a }}", {"request": {"object": {"a": "new"}}}) == "new"


def test_the_operation_may_be_given():
    data = {"request": {"object": {"a": "new"}, "oldObject": {"a": "old"}}}
    assert fill("{{ request.object.a }}", data, operation="DELETE") == "old"
    assert fill({"k": "{{@}} {{ request.object.a }}"}, data, operation="DELETE") == {"k": '{"a":"old"} old'}
    assert "request.oldObject.b at path" in failure("{{ request.object.b }}", data, operation="DELETE")


# --- `{{@}}` ---


def test_the_own_position_is_that_of_a_whole_rule():
    data = {"request": {"object": {"spec": {"a/b": ["x", "y"]}}}}
    document = {"mutate": {"patchStrategicMerge": {"spec": {"a/b": ["{{@}}", "v {{ @ }}"]}}}}
    filled = fill(document, data)
    assert filled == {"mutate": {"patchStrategicMerge": {"spec": {"a/b": ["x", "v y"]}}}}
    assert fill(document, {**data, "target": {"spec": {"a/b": [1, 2]}}})["mutate"]["patchStrategicMerge"] == {
        "spec": {"a/b": [1, "v 2"]}
    }
    foreach = {"mutate": {"foreach": [{"patchStrategicMerge": {"spec": {"a/b": {"1": "{{@}}"}}}}]}}
    assert fill(foreach, data)["mutate"]["foreach"][0]["patchStrategicMerge"]["spec"]["a/b"]["1"] == "y"


# --- Errors ---


def test_an_error_names_the_expression_and_its_path():
    text = 'failed to resolve missing at path : JMESPath query failed: Unknown key "missing" in path'
    assert failure("{{ missing }}") == text
    text = 'failed to resolve o.c at path /a/0/b\\/c: JMESPath query failed: Unknown key "c" in path'
    assert failure({"a": [{"b/c": "{{ o.c }}"}]}) == text
    assert failure({"a": [{"b/c": "v {{ o.c }}"}]}) == text
    assert failure({"a": [{"b/c": "{{ o.{{ 'c' }} }}"}]}) == text
    assert "at path /root/k: " in failure({"k": "{{ missing }}"}, path="/root")


def test_an_error_of_a_key_has_the_path_of_its_object():
    assert "failed to resolve missing at path /a: " in failure({"a": {"{{ missing }}": 1}})


def test_a_broken_expression_is_an_error_of_filling():
    template = compile_template({"k": "{{ a. }}"}, DIALECT)
    with pytest.raises(SubstitutionError) as caught:
        template.fill(Context(DIALECT, DATA))
    assert str(caught.value).startswith("failed to resolve a. at path /k: incorrect query a.: SyntaxError")
    assert caught.value.column is not None
    assert caught.value.caret


def test_an_empty_variable_is_an_error():
    assert failure("{{ }}") == "failed to resolve  at path : invalid query (nil)"


def test_a_shallow_variable_inside_a_text_is_a_text():
    assert "takes a string inside a longer text, not 5" in failure("v {{- n }}")
    assert "takes a string inside a longer text" in failure("v {{- {{ 'o' }} }}")


def test_a_value_without_json_text_is_an_error():
    text = "failed to resolve x at path : failed to marshal float64: NaN"
    assert failure("v {{ x }}", {"x": float("nan")}) == text


def test_the_first_error_of_a_document_counts():
    assert failure({"a": "{{ first }}", "b": "{{ second }}"}).startswith("failed to resolve first")
    assert failure({"a": "{{ first }}", "b": "$(/none)"}).startswith("got nil resolved variable $(/none)")


def test_a_scope_may_forbid_a_variable_in_its_own_words():
    class Scope:
        def query(self, query):
            raise ForbiddenVariable(f"no {query if isinstance(query, str) else query.text}")

        def query_operation(self):
            return ""

    for document in ("{{ a }}", {"k": "v {{ a }}"}, ["{{ {{ a }} }}"]):
        with pytest.raises(ForbiddenVariable, match=r"^no a$"):
            compile_template(document, DIALECT).fill(Scope())


def test_errors_can_be_pickled():
    for document in ("{{ missing }}", "$(/none)"):
        with pytest.raises(SubstitutionError) as caught:
            fill(document)
        again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  our own
        assert (type(again), str(again)) == (type(caught.value), str(caught.value))


def test_an_error_of_a_reference_is_raised_by_each_fill():
    template = compile_template("$(/none)", DIALECT)
    assert not template.is_constant
    for ask in (template.fill, template.fill_parts):
        with pytest.raises(UnresolvedReference):
            ask(Context(DIALECT))
