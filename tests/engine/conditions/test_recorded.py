"""Recorded answers of Kyverno about conditions."""

from __future__ import annotations

from kyvernopy import ExpressionError, evaluate_condition
from kyvernopy.engine.conditions import compare, compile_conditions
from kyvernopy.engine.conditions.equality import durations
from kyvernopy.engine.conditions.membership import is_in, is_not_in
from kyvernopy.engine.conditions.operand import Operand
from kyvernopy.engine.conditions.operators import DEPRECATED, OPERATORS, find_operator
from kyvernopy.engine.conditions.values import scalar
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.jmespath.values import OpaqueInt
from kyvernopy.policies.model import Condition, Conditions
from kyvernopy.variables.context import Context
from support import check_rows, needs_shared

SECOND = 10**9
NEITHER, WRONG = "neither value is a duration", "no valid duration value"

pytestmark = needs_shared


def test_conditions_come_out_as_in_kyverno():
    check_rows("conditions", condition_row)


def test_random_conditions_come_out_as_in_kyverno():
    check_rows("fuzz/conditions", lambda row: (both_ways(row["key"], row["operator"], row["value"]), row["expect"]))


def condition_row(row):
    match row["level"]:
        case "helper":
            return part(row)
        case "metadata":
            return table(row), row["expected"]
        case "dispatch":
            wanted = row["expectHandler"]
            return find_operator(row["operator"]), wanted and OPERATORS[wanted]
        case "operator":
            return compare(row["operator"], typed(row, "key"), typed(row, "value")), row["expect"]
        case "condition" if "resource" not in row:
            return both_ways(row["key"], row["operator"], row["value"]), row["expect"]
        case "condition":
            variables = {"request": {"object": row["resource"]}}
            return evaluate_condition(row["key"], row["operator"], row["value"], variables=variables), row["expect"]
        case "exceptionConditions":
            return exception(row), (row["expect"], row["expectError"])
        case "conditionBlocks":
            return blocks(row), (row["expect"], True)


def both_ways(key, operator, value) -> bool:
    """A condition whose value is read afresh, and one whose value was prepared."""
    prepared = Operand(scalar(value), prepared=True)
    answers = {evaluate_condition(key, operator, value), find_operator(operator)(scalar(key), prepared)}
    answers.add(find_operator(operator)(scalar(key), prepared))  # all is read by now
    assert len(answers) == 1
    return answers.pop()


def typed(row, side):
    """A number of the type that the operator was given in Kyverno."""
    return {"int": OpaqueInt, "float64": float}.get(row[f"{side}Type"], lambda value: value)(row[side])


# --- Blocks ---


def block(document) -> Conditions:
    parts = {name: tuple(Condition(**condition) for condition in document[name]) for name in document}
    return Conditions(**parts)


def context_of(row) -> Context:
    return Context(DIALECT, {"request": {"object": row["resource"]}})


DIALECT = Dialect()


def blocks(row):
    """The result, and whether the message is the recorded one."""
    compiled = compile_conditions([block(document) for document in row["conditions"]], DIALECT)
    holds, message = compiled.holds(context_of(row))
    wanted = row.get("expectMessage", message)
    return holds, wanted in message if row.get("messageMatch") == "contains" else wanted == message


def exception(row):
    """The result, and whether there was an error instead."""
    compiled = compile_conditions(block(row["conditions"]), DIALECT)
    try:
        return compiled.holds_exception(context_of(row)), False
    except ExpressionError:
        return False, True


# --- Parts of operators, and tables beside them ---


def table(row):
    operator = row["operator"]
    return {
        "isOperatorValid": operator in OPERATORS,
        "isOperatorDeprecated": operator in DEPRECATED,
        "getDeprecatedOperatorAlternative": DEPRECATED.get(operator, ()),
    }[row["function"]]


def part(row):
    key, value = row["key"], row["value"]
    match row["function"]:
        case "keyExistsInArray":
            operand = Operand(scalar(value))
            exists, absent = is_in(key, operand), is_not_in(key, operand)
            return (not (exists or absent), exists), (row["expectInvalidType"], row["expectExists"])
        case "setExistsInArray":
            operand = Operand(scalar(value))
            found = (is_not_in if row["notIn"] else is_in)(key, operand)
            invalid = not (is_in(key, operand) or is_not_in(key, operand))
            return (invalid, found), (row["expectInvalidType"], row["expectExists"])
        case "isIn":
            return is_in(key, Operand(value)), row["expect"]
        case "isNotIn":
            return is_not_in(key, Operand(value)), row["expect"]
        case "durationCompareByCondition":
            known = find_operator(row["operator"])
            return known is not None and compare(row["operator"], key, value), row["expect"]
        case "parseDuration":
            return durations_of(row)


def durations_of(row):
    both = durations(row["key"], Operand(row["value"]))
    if "expectError" in row:
        return both, None
    return both, (row["expectKeySeconds"] * SECOND, row["expectValueSeconds"] * SECOND)
