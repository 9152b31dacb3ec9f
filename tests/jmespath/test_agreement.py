"""The definition and the compiled expressions are two evaluators of one language; the `jmespath` package of its base."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

import jmespath as package
import kyvernopy
from kyvernopy import jmespath
from kyvernopy.jmespath.values import json_text
from random_expressions import Expressions
from reference import jmespath as definition
from reference import json_text as defined_text
from reference import values as defined
from support import EXAMPLES, examples

SEEDS = st.integers(0, 2**64 - 1)
SLICE_OF_ELEMENT = re.compile(r"\[-?\d+\]\[-?\d*:")  # `a[0][1:].b`: to the package alone no projection


def answer(search, text_of, error, expression, data) -> tuple[str, str]:
    """What came of it, and the JSON text of the value or the text of the error; some values have no JSON text."""
    try:
        value = search(expression, data)
    except error as failure:
        return type(failure).__name__.replace("UnknownFunction", "ExpressionError"), str(failure)
    try:
        return "value", text_of(value)
    except error as failure:
        return "value", str(failure)


def agree(expression, data) -> str:
    """What came of it, once it is known that both say the same."""
    wanted = answer(definition.search, defined_text.encode, defined.ExpressionError, expression, copy.deepcopy(data))
    before = repr(data)
    ours = answer(jmespath.search, json_text, kyvernopy.ExpressionError, expression, data)
    assert repr(data) == before, expression
    if "every argument must be an object" in wanted[1]:  # where Kyverno crashes, the text is our own
        wanted = (wanted[0], f"JMESPath function 'merge': {wanted[1].removeprefix('merge: ')}")
    if wanted[1].endswith("Unknown char: '\\'"):  # Go escapes a backslash between quotes
        wanted = (wanted[0], wanted[1][:-1] + "\\'")
    assert ours == wanted, expression
    return wanted[0]


def test_the_definition_agrees_on_very_many_expressions():
    seen: Counter[str] = Counter()

    @examples(10_000)
    @given(SEEDS)
    def agree_on(seed):
        draw = Expressions(seed)
        seen[agree(draw.expression(), draw.document())] += 1

    agree_on()
    if EXAMPLES is None:
        assert seen["value"] / seen.total() >= 1 / 3, seen


@examples(300)
@given(st.text(alphabet="ab.[]*?|&!=<>(){},:@'\"`01-\\ ", max_size=12))
def test_the_definition_agrees_on_any_text(expression):
    agree(expression, {"a": {"b": [1, {"a": "b"}]}, "b": [[0], None]})


def agree_with_package(expression, data) -> str:
    """What came of it, once it is known that both give the same value where the package gives one."""
    if SLICE_OF_ELEMENT.search(expression):
        return "left out"
    try:
        wanted = package.search(expression, data)
    except (package.exceptions.JMESPathError, TypeError):
        return "error"
    ours = jmespath.search(f"({expression}) | @", data)  # the pipe makes null of an absent key
    assert json.loads(json_text(ours)) == wanted, expression
    return "value"


def test_the_jmespath_package_agrees_where_the_dialects_do():
    seen: Counter[str] = Counter()

    @examples(10_000)
    @given(SEEDS)
    def agree_on(seed):
        draw = Expressions(seed, common=True)
        seen[agree_with_package(draw.expression(), draw.document())] += 1

    agree_on()
    if EXAMPLES is None:
        assert seen["value"] / seen.total() >= 1 / 3, seen
