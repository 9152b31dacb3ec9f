"""What a user sees of an expression: values, errors with their place, own functions; and what hostile ones come to."""

from __future__ import annotations

import copy
import math
import pickle
import threading
from collections import defaultdict

import pytest

from kyvernopy import ExpressionError, LimitExceeded, Limits, jmespath
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.jmespath.errors import UnknownFunction
from kyvernopy.jmespath.functions.signature import Function
from kyvernopy.jmespath.nodes import Field, SubExpression
from kyvernopy.jmespath.values import OpaqueInt, equal, json_text
from kyvernopy.source import Resource

DATA = {"a": {"n": None, "s": "x", "l": [1, 2], "e": []}, "z": 0}


def error_of(expression, data=None, **options) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        jmespath.search(expression, data, **options)
    return caught.value


# --- Values ---


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a.n.q", None),
        ("(a.n).q", None),
        ("(a).s", "x"),
        ("a.s.q", None),
        ("a.q || 'd'", "d"),
        ("q.r.s || 'd'", "d"),
        ("a.e || 'd'", "d"),
        ("z || `1`", 0),  # zero is true
        ("a | q", None),
        ("q && z", None),
        ("!q", True),
        ("!a.n", None),  # (!a).n
        ("q == `null`", True),
        ("a.l[5]", None),
        ("a.s[0]", None),
        ("q[*]", None),
        ("q.r[]", None),
        ("q.r.*", None),
        ("[a.q, z]", [None, 0]),
        ("{k: a.q}", {"k": None}),
        ("'a' < 'b'", None),
        ("length(@)[]", None),
        ("nosuch(@)[]", None),  # any error on the left of [] is null
        ("a.[l, e][]", [1, 2]),
        ("(a.l || `[]`)[::-1]", [2, 1]),
        (r"'it\'s'", "it's"),
        ('`"\\u00e9"`', "é"),
        ("`2.0` == `2`", True),
        ("`true` == `1`", False),
        ("{b: z a: z}", {"b": 0, "a": 0}),
        ("contains(a.l `2`,)", True),
        ("('type')(a)", "object"),
        ("type(@)(a)", "object"),
        ("&a", {}),
        ("to_array(&a)", [{}]),
        ("{b: `2`, a: `1`}.*", [1, 2]),  # in the order of the keys
    ],
)
def test_values(expression, expected):
    assert jmespath.search(expression, DATA) == expected


@pytest.mark.parametrize("expression", ["a.q", "q.r", "z && q", "q[0]", "a.q[0]", "q.r[*]", "q.r[1:2]", "q.length(@)"])
def test_absent_key_raises(expression):
    error = error_of(expression, DATA)
    assert isinstance(error, jmespath.NotFound)
    assert str(error) == f'Unknown key "{"q" if "q" in expression else "r"}" in path'


def test_absent_key_is_found_in_paths_of_every_length():
    data, names = {"k": 1}, ["k"]
    for _ in range(7):
        data, names = {"k": data}, ["k", *names]
        path = ".".join(names)
        assert jmespath.search(path, data) == 1
        assert jmespath.search(f"{path}.x.y", data) is None
        for place in range(len(names)):
            absent = ".".join([*names[:place], "x", *names[place + 1 :]])
            assert jmespath.search(f"{absent} || 'no'", data) == "no"
            assert str(error_of(absent, data)) == 'Unknown key "x" in path'
            null = {"k": None}
            for _ in range(place):
                null = {"k": null}
            assert jmespath.search(f"{path}.k", null) is None
            assert jmespath.search(f"{path}.k || 'no'", null) == "no"


def test_opaque_integers_are_no_numbers():
    data = {"i": OpaqueInt(0)}
    assert jmespath.search("i == `0`", data) is False
    assert jmespath.search("i < `1`", data) is None
    assert jmespath.search("to_string(i)", data) == "0"
    assert str(error_of("type(i)", data)) == "unknown type"
    assert str(error_of("abs(i)", data)) == 'Invalid type for: 0, expected: []jmespath.JpType{"number"}'


def test_an_average_of_nothing_is_no_number():
    assert math.isnan(jmespath.search("avg(`[]`)", None))
    assert str(error_of("to_string(avg(`[]`))")) == "json: unsupported value: NaN"


# --- Data ---


def test_data_may_be_any_dict():
    resource = Resource({"a": defaultdict(dict, b=Resource({"c": 1}))})
    assert jmespath.search("a.b.c", resource) == 1
    assert jmespath.search("a.x.y || 'no'", resource) == "no"
    assert list(resource["a"]) == ["b"]
    assert jmespath.search("*.b[]", resource) == [{"c": 1}]
    assert str(error_of("a.x", resource)) == 'Unknown key "x" in path'

    assert jmespath.search("keys(a)", resource) == ["b"]


def test_sorting_is_seen_by_later_readers_but_not_by_the_caller():
    data = {"l": [{"k": 2}, {"k": 1}]}
    before = copy.deepcopy(data)
    expression = jmespath.compile("[l[0].k, sort_by(l, &k)[0].k, l[0].k]")
    assert expression.sorts
    assert expression.search(data) == [2, 1, 1]
    assert data == before
    assert expression.evaluate(data) == [2, 1, 1]
    assert data == {"l": [{"k": 1}, {"k": 2}]}


def test_results_do_not_change_the_expression():
    expression = jmespath.compile('a || `{"l": [1]}`')
    expression.search({})["l"].append(2)
    expression.search({})["m"] = 2
    assert expression.search({}) == {"l": [1]}


def test_threads_share_an_expression():
    expression = jmespath.compile("l[?@ > `5`].to_string(@) | join('', @)")
    found = []
    threads = [
        threading.Thread(target=lambda: found.extend(expression.search({"l": list(range(9))}) for _ in range(200)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["678"] * 800


def test_an_expression_pickles_as_its_text():
    expression = pickle.loads(pickle.dumps(jmespath.compile("two(a)", functions={"two": max})))  # noqa: S301  our own
    assert expression.search({"a": [1, 3, 2]}) == 3
    assert repr(expression) == "<Expression two(a)>"


def test_the_tree_of_an_expression_is_plain_nodes():
    assert jmespath.compile("a.b").root == SubExpression((Field("a"), Field("b")))


# --- Errors and their places ---


@pytest.mark.parametrize(
    ("expression", "column", "text"),
    [
        ("", 0, "SyntaxError: Incomplete expression"),
        ("a.", 2, "SyntaxError: Expected identifier, lbracket, or lbrace"),
        ("a == ", 5, "SyntaxError: Incomplete expression"),
        ("my-map", 2, "SyntaxError: Unexpected token at the end of the expression: tNumber"),
        ("foo bar", 4, "SyntaxError: Unexpected token at the end of the expression: tUnquotedIdentifier"),
        ("a *", 2, "SyntaxError: Unexpected token: tStar"),
        ("a = b", 2, "SyntaxError: Unexpected token at the end of the expression: tUnknown"),
        ("a + b", 2, "SyntaxError: Unknown char: '+'"),
        ("é", 0, "SyntaxError: Unknown char: '\\u00e9'"),
        ("a.\U0001f600", 2, "SyntaxError: Unknown char: '\\U0001f600'"),
        ("a\x00", 1, "SyntaxError: Unknown char: '\\x00'"),
        ("a.b[1:2:3:4]", 10, "SyntaxError: Expected tRbracket, received: tNumber"),
        ("a[1:x]", 4, "SyntaxError: Expected tColon or tNumber, received: tUnquotedIdentifier"),
        ("[1", 2, "SyntaxError: Expected tRbracket, received: tEOF"),
        ("[a", 2, "SyntaxError: Expected tComma, received: tEOF"),
        ("{a: b,}", 6, "SyntaxError: Expected tQuotedIdentifier or tUnquotedIdentifier"),
        ("a | 5", 4, "SyntaxError: Invalid token: tNumber"),
        ('"f"(a)', 0, "SyntaxError: Can't have quoted identifier as function Name."),
        ("a[*]b", 4, "SyntaxError: Unexpected token at the end of the expression: tUnquotedIdentifier"),
        ("a[]!b", 3, "SyntaxError: Error"),
        ("'abc", 4, "SyntaxError: Unclosed delimiter: '"),
        (r"'a\\'", 5, "SyntaxError: Unclosed delimiter: '"),
        ("a || `foo`", 5, "invalid character 'o' in literal false (expecting 'a')"),
        ('a."\\x"', 2, "invalid character 'x' in string escape code"),
        ("a[-]", 2, 'strconv.Atoi: parsing "-": invalid syntax'),
        ("a[9223372036854775808]", 2, 'strconv.Atoi: parsing "9223372036854775808": value out of range'),
    ],
)
def test_syntax_errors_say_where(expression, column, text):
    error = error_of(expression)
    assert (str(error), error.expression, error.column) == (text, expression, column)
    assert error.caret == f"{expression}\n{' ' * column}^"
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  our own
    assert (str(again), again.caret) == (str(error), error.caret)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("nosuch(@)", "unknown function: nosuch"),
        ("@(a)", "invalid node value type"),
        ("length(a, a)", "incorrect number of args"),
        ("not_null()", "Invalid arity."),
        ("length(a.q)", 'Invalid type for: <nil>, expected: []jmespath.JpType{"string", "array", "object"}'),
        ("join(',', `[1]`)", 'Invalid type for: [1], expected: []jmespath.JpType{"array[string]"}'),
        ("abs(&a)", 'Invalid type for: expression reference, expected: []jmespath.JpType{"number"}'),
        (
            'abs(`[1000000.0, {"a": null}]`)',
            'Invalid type for: [1e+06 map[a:<nil>]], expected: []jmespath.JpType{"number"}',
        ),
        ("a.l[::0]", "Invalid slice, step cannot be 0"),
        ("max_by(a.[l, e], &@)", "invalid type, must be number of string"),
        ("max_by([`1`, 'a'], &@)", "invalid type, must be number"),
        ("sort_by([`1`, 'a'], &@)", "error in sort_by comparison"),
        ("merge(a, z)", "JMESPath function 'merge': every argument must be an object"),
    ],
)
def test_errors_are_in_kyverno_s_words(expression, text):
    assert str(error_of(expression, DATA)) == text


def test_an_unknown_function_names_the_nearest():
    error = error_of("lenght(@)")
    assert isinstance(error, UnknownFunction)
    assert error.nearest == "length"
    assert error_of("qqqqq(@)").nearest == ""
    assert [call.name for call in jmespath.compile("a && lenght(b) || length(c)").unknown_functions] == ["lenght"]


# --- Functions of users ---


def test_functions_of_users_are_added():
    functions = {
        "double": lambda value: 2 * value,
        "shout": Function("shout", str.upper, (("string",),), "string"),
        "length": lambda _: "mine",
    }
    assert jmespath.search("double(a)", {"a": 2}, functions=functions) == 4
    assert jmespath.search("length(a)", {"a": 2}, functions=functions) == "mine"
    assert jmespath.search("shout(a)", {"a": "b"}, functions=functions) == "B"
    assert str(error_of("shout(`1`)", functions=functions)).startswith("Invalid type for: 1")
    assert str(error_of("double(a)", {"a": {}}, functions=functions)).startswith(
        "JMESPath function 'double': unsupported"
    )
    assert str(error_of("double(`1`)")) == "unknown function: double"


def test_a_dialect_keeps_what_it_compiled():
    dialect = Dialect()
    assert dialect.compile("a.b") is dialect.compile("a.b")


# --- Hostile expressions ---


def crossed(expression, data=None, limits=None) -> str:
    with pytest.raises(LimitExceeded) as caught:
        jmespath.search(expression, data, limits=limits or Limits())
    assert caught.value.value > caught.value.bound
    return caught.value.limit


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 30_000,
        "(" * 200 + "a" + ")" * 200,
        "!" * 30_000 + "a",
        "& " * 30_000,
        "[" * 30_000,
        "{a:" * 20_000,
        "a" + "[*]" * 20_000,
        "a" + "[0]" * 20_000,
        "a" + "[]" * 20_000,
        "a" + "[?a]" * 10_000,
        "a" + "[?a" * 10_000,
        "a" + ".*" * 20_000,
        "f(" * 20_000,
        "a" + " == a" * 10_000,
    ],
)
def test_deep_expressions_cross_a_limit(expression):
    assert crossed(expression) == "expression_depth"


@pytest.mark.parametrize("operator", [" | ", " || ", " && ", "."])
def test_long_chains_are_not_deep(operator):
    expression = jmespath.compile(operator.join(["a"] * 5_000))
    assert expression.search(None) is None


def test_long_expressions_cross_a_limit():
    assert crossed("a" * 70_000) == "expression_size"


def test_a_deep_limit_is_no_deep_stack():
    for expression in ("(" * 20_000, "a" + "[0]" * 20_000):
        with pytest.raises(LimitExceeded):
            jmespath.search(expression, None, limits=Limits(expression_depth=10**6))


@pytest.mark.parametrize(
    "expression",
    [
        "a[*]",
        "a[?@]",
        "a[]",
        "a[:]",
        "length(a)",
        "map(&@, a)",
        "{a: a, b: a}.*[]",
        "@ | " + " | ".join(["[@, @][]"] * 40),
    ],
)
def test_projections_and_calls_spend_work(expression):
    data = {"a": [1] * 1_000_000}
    assert crossed(expression, data, Limits(expression_work=900_000)) == "expression_work"


def test_a_million_elements_are_within_the_default_work():
    assert len(jmespath.search("a[*]", {"a": [1] * 1_000_000})) == 1_000_000


DOUBLED = " | ".join(["[@, @]"] * 60)


@pytest.mark.parametrize(
    ("expression", "limit"),
    [
        (f"{DOUBLED} | to_string(@)", "output_size"),
        (f"[({DOUBLED}), ({DOUBLED})] | [0] == [1]", "expression_work"),
        (f"{DOUBLED} | [@, &a]", "expression_work"),
        (" | ".join(["'0123456789'", *["join('', [@, @])"] * 60]), "output_size"),
        (" | ".join(["'<<<<<<<<<<'", *["to_string([@, @])"] * 60]), "output_size"),
    ],
)
def test_values_that_double_cross_a_limit(expression, limit):
    assert crossed(expression, 1, Limits(output_size=100_000)) == limit


def test_the_text_of_an_error_stays_short():
    assert len(str(error_of(f"{DOUBLED} | abs(@)", 1))) < 100_000


def nested(depth: int) -> list:
    value: list = []
    for _ in range(depth):
        value = [value]
    return value


def test_deep_values_need_no_deep_stack():
    expression = " | ".join(["[@]"] * 10_000)
    deep = jmespath.search(expression, 1)
    assert json_text(deep) == "[" * 10_000 + "1" + "]" * 10_000
    assert equal(deep, jmespath.search(expression, 1))
    assert not equal(deep, jmespath.search(expression, 2))
    assert jmespath.search("a == b", {"a": nested(50_000), "b": nested(50_000)}) is True
    assert len(jmespath.search("to_string(@)", nested(50_000))) == 100_002
    assert jmespath.search("sort_by(@, &@)", nested(50_000)) is not None
    assert "..." in str(error_of("abs(@)", nested(50_000)))
