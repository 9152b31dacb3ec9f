"""Deferred entries: which texts mention a name, that each is loaded once, and that all of it comes to an end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.limits import Limits
from kyvernopy.variables.context import Context, QueryError
from kyvernopy.variables.deferred import MOST_ANSWERS, Mention
from kyvernopy.variables.entries import compile_entry
from reference.context import Context as Definition
from reference.context import Loader
from reference.values import ExpressionError as DefinitionError
from support import examples


@pytest.mark.parametrize(
    "text", ["one", "(one)", "one.two", "one<two", "one-two", "f(a,one)", "'one'", "_one", " one", "\none", "é one"]
)
def test_texts_that_mention_a_name(text):
    assert Mention("one")(text)


@pytest.mark.parametrize("text", ["x.one", "one1", "one_two", "oneTwo", "xone", "ONE", "", "1one"])
def test_texts_that_do_not_mention_a_name(text):
    assert not Mention("one")(text)


def test_a_dot_in_a_name_stands_for_any_character():
    assert Mention("a.b")("axb")


def test_names_that_are_regular_expressions_are_taken_as_such():
    assert Mention("(one|two)")("two.x")
    with pytest.raises(ValueError, match="error parsing regexp"):
        Mention("(one")


@given(st.text("one.-_ (),'1é\n", max_size=12), st.sampled_from(["one", "e", "on.e", "n-o", "1"]))
def test_mentions_are_those_of_the_definition(text, name):
    assert Mention(name)(text) == Loader(name, 0, lambda: None).is_mentioned(text)


def test_answers_are_kept_within_bounds():
    mention = Mention("one")
    for number in range(3 * MOST_ANSWERS):
        mention(f"one.x{number}")
    mention("one." + "x" * 5_000)
    assert len(mention.answers) <= MOST_ANSWERS


def test_an_entry_that_fails_is_an_error_once_and_then_absent():
    def fail(_context: Context) -> None:
        raise ExpressionError("no luck")

    context = Context(Dialect())
    context.defer("x", fail)
    with pytest.raises(ExpressionError, match=r"^no luck$"):
        context.query("x")
    with pytest.raises(QueryError, match='Unknown key "x"'):
        context.query("x")
    context.checkpoint()
    context.restore()
    with pytest.raises(ExpressionError, match=r"^no luck$"):
        context.query("x")


# --- An end to everything ---


def entries(dialect: Dialect, *variables: tuple[str, dict]) -> list:
    return [compile_entry(name, "variable", spec, dialect) for name, spec in variables]


def test_an_entry_that_refers_to_itself_terminates():
    context = Context(Dialect())
    context.declare(entries(context.dialect, ("a", {"jmesPath": "a"})))
    with pytest.raises(ExpressionError, match=r"failed to apply jmespath a to variable <nil>: .*Unknown key"):
        context.query("a")


def test_entries_that_refer_to_each_other_terminate():
    context = Context(Dialect())
    context.declare(entries(context.dialect, ("a", {"jmesPath": "b || 'A'"}), ("b", {"jmesPath": "a || 'B'"})))
    assert context.query("b") == "A"
    assert context.query("a") == "A"


def test_a_chain_of_many_entries_is_a_crossed_limit_and_no_crash():
    dialect = Dialect()
    chain = [("v0", {"value": "end"})]
    chain += [(f"v{number}", {"value": f"{{{{ v{number - 1} }}}}"}) for number in range(1, 2_000)]
    context = Context(dialect)
    context.declare(entries(dialect, *chain))
    assert context.query("v30") == "end"
    with pytest.raises(LimitExceeded, match="expression_depth"):
        context.query("v1999")


def read_doubling_entries(limits: Limits) -> None:
    """Each of 40 entries holds the one before it twice."""
    dialect = Dialect(limits=limits)
    doubling = [("v0", {"value": "x" * 100})]
    doubling += [(f"v{number}", {"jmesPath": f"[v{number - 1}, v{number - 1}]"}) for number in range(1, 40)]
    context = Context(dialect)
    context.declare(entries(dialect, *doubling))
    for number in range(40):
        context.query(f"v{number}")


def test_entries_that_double_are_held_to_the_context_size():
    with pytest.raises(ExpressionError, match=r"context size limit exceeded: \d+ bytes exceeds limit of 2097152 bytes"):
        read_doubling_entries(Limits())


def test_entries_that_double_end_also_without_a_context_size():
    with pytest.raises(LimitExceeded):
        read_doubling_entries(Limits(context_size=0))


# --- The same as the definition ---

NAMES = ["a", "b", "c"]
PATHS = ["a", "b", "c", "a.b", "b || c", "[a, b]", "to_string(c)", "sum([a, b])", "e"]
PARTS = st.one_of(
    st.sampled_from(["{{ a }}", "{{ b }}x", "{{ c }}", "{{ e }}", "t", 1, True, [None]]),
    st.fixed_dictionaries({"b": st.sampled_from(["{{ c }}", "{{ a }}", 2])}),
)
VARIABLES = st.fixed_dictionaries(
    {}, optional={"jmesPath": st.sampled_from([*PATHS, "{{ a }}"]), "default": PARTS, "value": PARTS}
)
STEPS = st.one_of(
    st.tuples(st.just("declare"), st.sampled_from(NAMES), VARIABLES),
    st.tuples(st.just("query"), st.sampled_from(PATHS)),
    st.tuples(st.just("element"), st.sampled_from([1, "x", {"b": 3}])),
    st.sampled_from([("checkpoint",), ("reset",), ("restore",)]),
)


@examples(500)
@given(st.lists(STEPS, max_size=14))
def test_scripts_go_as_in_the_definition(steps):
    dialect = Dialect()
    ours, definition = Context(dialect), Definition()
    for step in steps:
        match step:
            case ["declare", name, spec]:
                ours.declare([compile_entry(name, "variable", spec, dialect)])
                definition.declare([{"name": name, "variable": spec}])
            case ["query", path]:
                assert outcome(ours, path) == outcome(definition, path)
            case ["element", value]:
                ours.data["e"] = value
                definition.data["e"] = float(value) if value == 1 else value
            case [operation]:
                getattr(ours, operation)()
                getattr(definition, operation)()
    for path in PATHS:
        assert outcome(ours, path) == outcome(definition, path)


def outcome(context: Context | Definition, path: str) -> object:
    try:
        return context.query(path)
    except (ExpressionError, DefinitionError) as error:
        return str(error)
