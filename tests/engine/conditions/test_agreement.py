"""Conditions come out as the definition says, however key and value are given."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.engine.conditions import compile_conditions
from kyvernopy.engine.conditions.operand import Operand
from kyvernopy.engine.conditions.operators import OPERATORS, compare, find_operator
from kyvernopy.engine.conditions.values import scalar
from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.jmespath.values import OpaqueInt
from kyvernopy.policies.model import Condition, Conditions
from kyvernopy.variables.context import Context
from reference import conditions as definition
from reference.substitute import PlainContext
from reference.values import ExpressionError as WantedError
from reference.values import Opaque
from support import EXAMPLES, examples

DIALECT = Dialect()

# --- Conditions ---

WORDS = ["", "a", "b", "ab", "a*", "?b", "*", "x", "true", "false", "null", "nginx:1.2", "registry/*", "<nil>", "Ω"]
NUMERIC = ["0", "1", "5", "10", "1.0", "1.5", "-1", "1e3", "1e+06", "1000000", "0x10", "1_0", "inf", "nan", "+5"]
MEASURED = ["1h", "60m", "3600s", "1.5h", "-2m", "0s", "1Ki", "1024", "100m", "0.1", "500Mi", "1Gi", "1G"]
VERSIONS = ["1.2.3", "1.2.10", "1.2.3-rc1", "1.2.3+b", "v1.2.3", "1.2", "1.5.*"]
RANGES = ["1-5", "1!-5", "-10--8", "1Mi-1Gi", "0.5-1.5", ">5", "!a", "1-5|7", "|1-5", "10-20", "1h-2h"]
JSON = ['["a","b"]', '["a",null]', "[]", "[1]", '{"a":1}', '"a"', '["a"', " [ ] ", '["\\u0061"]']
TEXTS = [*WORDS, *NUMERIC, *MEASURED, *VERSIONS, *RANGES, *JSON]

texts = st.sampled_from(TEXTS) | st.sampled_from(WORDS) | st.text("ab*?-1.", max_size=4)
# Inside a list or map, an integer and the same double are equal here; the definition keeps them apart.
inner_numbers = st.integers(-3, 12) | st.sampled_from([1000000, 123456, 0.5, 1.5, 1234567.5, 1e-7])
numbers = inner_numbers | st.sampled_from([1.0, 5.0, 3600, 86400.9, 1e6, 1e22, 2.0**63, -1, 10**15 + 1])
opaque = st.integers(-3, 12).map(Opaque)
items = texts | texts | inner_numbers | st.booleans() | st.none() | st.lists(texts, max_size=2)
lists = st.lists(texts, max_size=4) | st.lists(items, max_size=4)
maps = st.dictionaries(st.sampled_from("ab"), items, max_size=2)
values = texts | texts | texts | numbers | opaque | st.booleans() | st.none() | lists | lists | maps
operators = st.sampled_from([*OPERATORS, *OPERATORS, "equals", "greaterThan", "anyin", "durationLessThan", "Like", ""])


@st.composite
def conditions(draw: st.DrawFn):
    """Key, operator and value, of which key and value are often alike."""
    key = draw(values)
    alike = [st.just(key), st.just([key]), st.lists(st.just(key) | items, max_size=3)]
    if isinstance(key, list) and key:
        alike += [st.sampled_from(key), st.permutations(key), st.lists(st.sampled_from(key), max_size=3)]
    if isinstance(key, int | float) and not isinstance(key, bool):
        alike += [st.just(str(key)), st.just(float(key)), st.just(Opaque(key))]
    value = draw(st.one_of(values, values, *alike))
    return key, draw(operators), value


# --- Answers ---


def answer(function, *arguments):
    """The result, or the text of the error; where Kyverno crashes, the text is our own."""
    try:
        return function(*arguments)
    except (ExpressionError, WantedError) as error:
        return "crash" if "must hold" in str(error) else str(error)


def ours(value):
    """The value with our own kind of opaque integers."""
    if isinstance(value, Opaque):
        return OpaqueInt(value)
    return [ours(item) for item in value] if isinstance(value, list) else value


def prepared(key, operator, value):
    """The operator, asked twice with one operand: for the second time, all of it is read already."""
    test, operand = find_operator(operator), Operand(scalar(value), prepared=True)
    if test is None:
        return compare(operator, key, value)
    first = answer(test, scalar(key), operand)
    assert answer(test, scalar(key), operand) == first
    return first


def compiled(key, operator, value, variables):
    found = compile_conditions([Condition(key=key, operator=operator, value=value)], DIALECT)
    return found.holds(Context(DIALECT, variables))[0]


def defined(key, operator, value, variables):
    context = PlainContext(variables)
    return definition.evaluate_one({"key": key, "operator": operator, "value": value}, context)[0]


def ask_all(key, operator, value):
    """The answer, once it is known that all ways to ask give that of the definition."""
    wanted = answer(definition.evaluate, key, operator, value)
    own_key, own_value = ours(key), ours(value)
    assert answer(compare, operator, own_key, own_value) == wanted
    assert answer(prepared, own_key, operator, own_value) == wanted

    variables = {"key": own_key, "value": own_value}
    wanted_yielded = answer(defined, "{{ key }}", operator, "{{ value }}", {"key": key, "value": value})
    assert answer(compiled, "{{ key }}", operator, "{{ value }}", variables) == wanted_yielded
    if not isinstance(value, list | dict) or "In" in operator:  # equality of literal integers: see `inner_numbers`
        wanted_mixed = answer(defined, "{{ key }}", operator, value, {"key": key})
        assert answer(compiled, "{{ key }}", operator, own_value, variables) == wanted_mixed
    return wanted


def test_conditions_come_out_as_the_definition_says():
    seen: Counter[object] = Counter()

    @examples(10_000)
    @given(conditions())
    def agree(condition):
        seen[ask_all(*condition)] += 1

    agree()
    if EXAMPLES is None:  # agreement says little unless both answers are common
        assert min(seen[True], seen[False]) > 0.15 * sum(seen.values()), seen


# --- Blocks ---

outcomes = st.sampled_from(["t", "f"])
single = st.builds(
    lambda holds, message: {"key": holds, "operator": "Equals", "value": "t", "message": message},
    outcomes | st.sampled_from(["t", "{{ absent }}"]),
    st.sampled_from(["", "A", "B", "C"]),
)
parts = st.lists(single, max_size=3)
documents = st.fixed_dictionaries({}, optional={"any": parts, "all": parts})


def model(document):
    if isinstance(document, list):
        return [model(part) for part in document]
    if "key" in document:
        return Condition(**document)
    return Conditions(**{name: tuple(map(model, listed)) for name, listed in document.items()})


@examples(1000)
@given(documents | st.lists(single, max_size=3) | st.lists(documents.filter(bool), max_size=3))
def test_blocks_and_their_messages_come_out_as_the_definition_says(document):
    compiled_conditions = compile_conditions(model(document), DIALECT)
    wanted = answer(definition.evaluate_conditions, document, PlainContext({}))
    found = answer(compiled_conditions.holds, Context(DIALECT))
    assert found == wanted
    outcomes = {one.outcome for one in compiled_conditions.explain(Context(DIALECT))}
    assert (found[0] is True) == (outcomes <= {"true"}) if isinstance(found, tuple) else "error" in outcomes


@examples(500)
@given(documents)
def test_exceptions_apply_as_the_definition_says(document):
    wanted = answer(definition.evaluate_exception, document, PlainContext({}))
    assert answer(compile_conditions(model(document), DIALECT).holds_exception, Context(DIALECT)) == wanted
