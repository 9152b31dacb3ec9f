"""What does one condition cost, beside the query of its key?

Keys are variables of a Pod, values are literals, as in nearly all policies; the query is what the same variable costs
without a condition. The last rows have a value that is a variable too, and the plain function that reads all afresh.
What the number does not say: what making the context costs, and the rule around the condition.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from _inputs import CAREFUL
from _table import compare, duration, table, versions

from kyvernopy import evaluate_condition
from kyvernopy.engine.conditions import compile_conditions
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.policies.model import Condition
from kyvernopy.variables.context import Context

DIALECT = Dialect()
CONTEXT = Context(
    DIALECT, {"request": {"object": CAREFUL, "operation": "CREATE"}, "allowed": ["CREATE", "UPDATE"], "memory": "512Mi"}
)
OPERATION, IMAGES = "{{ request.operation }}", "{{ request.object.spec.containers[].image }}"

CASES: list[tuple[str, str, str, Any]] = [
    ("a text equals", OPERATION, "Equals", "CREATE"),
    ("a text is one of three", OPERATION, "AnyIn", ["UPDATE", "CREATE", "DELETE"]),
    ("a text is none of three, two wildcards", OPERATION, "AnyNotIn", ["UP*", "DEL*", "CONNECT"]),
    ("a quantity is at most", "{{ memory }}", "LessThanOrEquals", "1Gi"),
    ("three images all match a wildcard", IMAGES, "AllIn", ["registry.example.com/*", "*"]),
    ("a text is one of a variable", OPERATION, "AnyIn", "{{ allowed }}"),
]


def run() -> None:
    rows = [("", "condition", "query", "beside the query")]
    for name, key, operator, value in CASES:
        condition = compile_conditions([Condition(key=key, operator=operator, value=value)], DIALECT)
        queries = [DIALECT.compile(text.strip("{} ")) for text in (key, value) if str(text).startswith("{{")]
        assert condition is not None
        assert condition.holds(CONTEXT) == (True, "")
        seconds = compare({"condition": partial(condition.holds, CONTEXT), "query": partial(ask, queries)})
        rows.append((name, *map(duration, seconds.values()), duration(seconds["condition"] - seconds["query"])))
    alone = compare({"": partial(evaluate_condition, "CREATE", "AnyIn", ["UPDATE", "CREATE", "DELETE"])})[""]
    rows.append(("evaluate_condition, one of three", duration(alone), "", ""))
    table("One condition", rows)
    print("Not in these numbers: making the context, and the rule around the condition.")
    print(versions("kyvernopy"))


def ask(queries: list[Any]) -> None:
    for query in queries:
        CONTEXT.query(query)


if __name__ == "__main__":
    run()
