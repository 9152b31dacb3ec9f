"""Expressions give the recorded values, and the recorded texts of errors."""

from __future__ import annotations

import json
from collections import Counter

import pytest

import kyvernopy
from kyvernopy import jmespath
from kyvernopy.jmespath.values import json_text
from support import Answer, Row, check_rows, same, vectors


def outcome(row: Row, data: object) -> tuple[object, kyvernopy.ExpressionError | None]:
    """The value, as JSON text gives it back, or the error."""
    try:
        return json.loads(json_text(jmespath.search(row["expression"], data))), None
    except kyvernopy.ExpressionError as error:
        return None, error


def equal(value: object, expected: object, expression: str) -> bool:
    """Where the order of members decides the order of a list, any order is good."""
    if same(value, expected):
        return True
    lists = isinstance(value, list) and isinstance(expected, list)
    return (
        lists and any(word in expression for word in ("*", "keys(", "values(")) and counted(value) == counted(expected)
    )


def counted(values: object) -> Counter[str]:
    return Counter(json.dumps(value, sort_keys=True) for value in values)


def check(row: Row) -> Answer:
    if row.get("requires_dns") or row.get("overridden_by_kyverno"):
        return None
    value, error = outcome(row, row["data"])
    ours = value if error is None else str(error)
    expected = row["expect_error"] if "expect_error" in row else row.get("expect")
    return (expected if meets(row, value, error) else ours), expected


def meets(row: Row, value: object, error: kyvernopy.ExpressionError | None) -> bool:
    if "expect_error" not in row:
        if row.get("or_not_found") and isinstance(error, jmespath.NotFound):
            return True
        return error is None and equal(value, row.get("expect"), row["expression"])
    if error is None or (row.get("error_kind") == "not_found") > isinstance(error, jmespath.NotFound):
        return False
    expected = row["expect_error"]
    if expected is True or row.get("handler_level"):  # such a row calls the function without a check of types
        return True
    return str(error) == expected if row.get("error_match") == "exact" else expected in str(error)


@pytest.mark.parametrize("name", ["jmespath", "jmespath-compliance"])
def test_expressions_give_the_recorded_answers(name):
    check_rows(name, check, others=True)


def test_random_expressions_give_the_recorded_answers():
    first, *rows = vectors("fuzz/jmespath")  # the first line holds the data of all others

    def check_random(row: Row) -> Answer:
        value, error = outcome(row, first["data"])
        if "expect_error" in row:
            return str(error), row["expect_error"]
        good = error is None and equal(value, row["expect"], row["expression"])
        return (row["expect"] if good else str(error or value)), row["expect"]

    check_rows("fuzz/jmespath", check_random, rows, others=True)
