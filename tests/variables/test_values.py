"""Values of flags and files."""

from __future__ import annotations

import pytest

from kyvernopy.variables.values import (
    checked_operation,
    compute_values,
    first_foreach_values,
    parse_set,
    rule_values,
)

VALUES = {
    "globalValues": {"a": 1, "b": 1, "c": 1},
    "policies": [
        {"name": "p", "resources": [{"name": "r", "values": {"b": 2, "c": 2}}, {"name": "other", "values": {"a": 9}}]},
        {
            "name": "p",
            "rules": [
                {
                    "name": "x",
                    "values": {"config.data.k": "v"},
                    "foreachValues": {"element": ["first", "second"], "none": []},
                },
                {"name": "x", "values": {"config.data.k": "later"}},
            ],
        },
    ],
}


def test_later_sources_override():
    assert compute_values(VALUES, {"c": "3"}, "p", "r") == {"request.operation": "CREATE", "a": 1, "b": 2, "c": "3"}
    assert compute_values({"globalValues": None, "policies": None}, {}, "p", "r") == {"request.operation": "CREATE"}


def test_the_first_of_equal_names_counts():
    assert parse_set(["a=1", " a = 2 ", "b", "c=", "d=e=f", "request.object.x=1", " g = h "]) == {"a": "1", "g": "h"}


@pytest.mark.parametrize("rule", ["x", "autogen-x", "autogen-cronjob-x"])
def test_values_of_a_rule_are_those_of_its_first_entry(rule):
    assert rule_values(VALUES, "p", rule) == {"config.data.k": "v"}
    assert first_foreach_values(VALUES, "p", rule) == {"element": "first"}


def test_an_unknown_rule_has_no_values():
    assert rule_values(VALUES, "p", "y") == first_foreach_values(VALUES, "q", "x") == {}


def test_an_operation_is_one_of_four():
    assert checked_operation("CONNECT") == "CONNECT"
    assert checked_operation("") == ""
    with pytest.raises(ValueError, match=r'invalid request.operation value "create", must be one of CREATE, UPDATE'):
        checked_operation("create")
