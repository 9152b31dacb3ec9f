"""Blocks of conditions: what they share, what goes wrong, and how they explain themselves."""

from __future__ import annotations

import pickle

import pytest

from kyvernopy import ExpressionError, LimitExceeded, Limits, evaluate_condition
from kyvernopy.engine.conditions import compile_conditions
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.policies.model import Condition, Conditions
from kyvernopy.variables.context import Context

DIALECT = Dialect()


def condition(key, value="yes", operator="Equals", message="") -> Condition:
    return Condition(key=key, operator=operator, value=value, message=message)


def compiled(*conditions, **parts):
    return compile_conditions(Conditions(**parts) if parts else list(conditions), DIALECT)


def holds(conditions, **variables):
    return conditions.holds(Context(DIALECT, variables))


def explained(conditions, **variables):
    """Outcome, title, message, expected, found, or for a block the same of its conditions."""
    return [outline(one) for one in conditions.explain(Context(DIALECT, variables))]


def outline(one):
    if one.children:
        return one.outcome, one.title, [outline(child) for child in one.children]
    return one.outcome, one.title, one.message, one.expected, one.found


def test_no_conditions_are_none():
    assert compile_conditions(None, DIALECT) is None


def test_empty_conditions_hold_but_an_empty_any_does_not():
    assert holds(compile_conditions((), DIALECT)) == (True, "")
    assert holds(compile_conditions(Conditions(), DIALECT)) == (True, "")
    assert holds(compiled(all=())) == (True, "")
    assert holds(compiled(any=())) == (False, "")
    assert compiled(any=()).holds_exception(Context(DIALECT))


def test_messages_of_a_block_and_of_a_list_are_joined_differently():
    yes = [condition("yes", message="A"), condition("yes"), condition("yes", message="B")]
    assert holds(compiled(all=yes)) == (True, "A; B")
    assert holds(compiled(*yes)) == (True, "A;B")


def test_a_list_stops_where_a_condition_does_not_hold():
    conditions = compiled(condition("no", message="first"), condition("{{ absent }}"))
    assert holds(conditions) == (False, "first")


def test_all_is_asked_even_where_any_does_not_hold():
    with pytest.raises(ExpressionError):
        holds(compiled(any=[condition("no")], all=[condition("{{ absent }}")]))


def test_an_operator_is_looked_up_after_the_variables():
    with pytest.raises(ExpressionError, match="failed to substitute variables in condition value: "):
        holds(compiled(condition("a", "{{ absent }}", "Is")))
    with pytest.raises(ExpressionError, match="failed to create handler for condition operator"):
        holds(compiled(condition("a", "b", "Is")))


def test_an_error_points_into_the_expression():
    with pytest.raises(ExpressionError) as caught:
        evaluate_condition("{{ a..b }}", "Equals", 1)
    assert caught.value.expression == "a..b"
    assert caught.value.caret == "a..b\n  ^"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)  # noqa: S301  our own


def test_a_bound_is_no_error_of_the_expression():
    with pytest.raises(LimitExceeded):
        evaluate_condition(
            "{{ n[].m }}", "AnyIn", ["x"], variables={"n": [{}] * 100}, limits=Limits(expression_work=10)
        )


def test_conditions_without_variables_are_constant():
    assert compiled(condition("a", ["b", 1]), condition({"a": "\\{{ b }}"})).is_constant
    assert not compiled(any=[condition("a"), condition("b", ["{{ c }}"])]).is_constant


@pytest.mark.parametrize(("key", "text"), [("{{ n }}", "1e+06"), (["{{ n }}"], "1e+06"), ([1000000], "1000000")])
def test_a_number_of_a_variable_prints_as_a_double_and_one_of_a_literal_list_as_an_integer(key, text):
    assert holds(compiled(condition(key, [text], "AnyIn")), n=1000000) == (True, "")


def test_numbers_of_a_value_print_like_those_of_a_key():
    assert holds(compiled(condition("1e+06", ["{{ n }}", 2], "AnyIn")), n=1000000) == (True, "")
    assert holds(compiled(condition("1000000", ["{{ n }}", 1000000], "AnyIn")), n=2) == (True, "")


def test_variables_inside_of_lists_and_maps_are_filled_in():
    conditions = compiled(condition({"a": ["{{ x }}", 2]}, {"a": [1, "{{ y }}"]}))
    assert holds(conditions, x=1, y=2.0) == (True, "")


def test_a_block_explains_what_was_asked():
    conditions = compiled(
        any=[condition("{{ a }}", message="a is wanted"), condition("yes")],
        all=[condition("{{ b }}", ["x", "y"], "AnyIn"), condition("{{ absent }}")],
    )
    assert explained(conditions, a="no", b="z") == [
        (
            "true",
            "any",
            [
                ("false", "{{ a }} Equals", "a is wanted", "yes", "no"),
                ("true", "yes Equals", "", "yes", "yes"),
            ],
        ),
        ("false", "all", [("false", "{{ b }} AnyIn", "", ["x", "y"], "z")]),
    ]


def test_an_error_is_explained_and_the_last_that_was_asked():
    conditions = compiled(any=[condition("{{ absent }}"), condition("yes")], all=[condition("yes")])
    reason = 'failed to resolve absent at path : JMESPath query failed: Unknown key "absent" in path'
    message = f"failed to substitute variables in condition key: {reason}"
    assert explained(conditions) == [("error", "any", [("error", "{{ absent }} Equals", message, "yes", None)])]


def test_a_list_explains_what_was_asked():
    conditions = compiled(condition("yes"), condition("{{ a }}", "{{ b }}", "NotEquals"), condition("yes"))
    assert [one.outcome for one in conditions.explain(Context(DIALECT, {"a": 1, "b": 1}))] == ["true", "false"]
