"""Documents are filled in as the definition says, with the same values and error texts."""

from __future__ import annotations

import copy
from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.limits import Limits
from kyvernopy.variables.context import Context
from kyvernopy.variables.occurrences import VARIABLE, find_references, unescape_references
from kyvernopy.variables.positions import parse_path, pointer_to_jmespath
from kyvernopy.variables.references import absolute_path
from kyvernopy.variables.template import compile_template, put_together
from reference import substitute as definition
from reference.values import ExpressionError as DefinitionError
from support import EXAMPLES, examples, same

from .random_documents import random_document

if TYPE_CHECKING:
    from collections.abc import Callable

DIALECT = Dialect(limits=Limits(output_size=100_000))
SEEDS = st.integers(0, 2**64 - 1)


def attempt(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except (ExpressionError, LimitExceeded, DefinitionError) as error:
        return error


def ours(document: Any, data: dict[str, Any]) -> Any:
    return attempt(lambda: compile_template(document, DIALECT).fill(Context(DIALECT, data)))


def theirs(document: Any, data: dict[str, Any]) -> Any:
    return attempt(lambda: definition.substitute(document, data))


def comparable(answer: Any) -> Any:
    """An error as its text; that of a shallow variable is our own, because Kyverno crashes there."""
    if not isinstance(answer, Exception):
        return answer
    return "shallow" if "string inside a longer text" in str(answer) else f"error: {answer}"


def outcome_of_both(document: Any, data: dict[str, Any]) -> str:
    before = copy.deepcopy([document, data])
    answer = ours(document, data)
    if not isinstance(answer, LimitExceeded):  # else the definition might not come to an end
        expected = theirs(document, data)
        assert same(comparable(answer), comparable(expected)), (document, data, answer, expected)
    assert same([document, data], before), "inputs are not changed"
    return type(answer).__name__ if isinstance(answer, Exception) else "value"


def test_documents_are_filled_in_as_the_definition_says():
    seen: Counter[str] = Counter()

    @examples(10_000)
    @given(SEEDS)
    def agree(seed):
        seen[outcome_of_both(*random_document(seed))] += 1

    agree()
    # Agreement says little if most documents are wrong; a run with few examples says nothing here.
    if EXAMPLES is None:
        total = sum(seen.values())
        assert seen["value"] / total > 0.33, seen
        assert seen["LimitExceeded"] / total < 0.01, seen


@examples(1_000)
@given(SEEDS)
def test_parts_put_together_are_the_whole(seed):
    document, data = random_document(seed)
    template = compile_template(document, DIALECT)
    answer = ours(document, data)
    values = attempt(lambda: template.fill_parts(Context(DIALECT, data)))
    if isinstance(values, Exception):
        assert str(values) == str(answer)
    else:
        assert same(put_together(template.outline, values), answer)
        assert len(values) == len(template.parts)
    assert template.is_constant == (not template.parts and not isinstance(answer, Exception))


# --- Parts of it ---

PIECES = st.lists(st.sampled_from(["$(", "(", ")", "$", " ", "\\", "\n", "a", "/"]), max_size=12).map("".join)
BRACES = st.lists(st.sampled_from(["{{", "{", "}", "}}", " ", "\\", "\n", "a", "é"]), max_size=14).map("".join)
PATHS = st.lists(st.sampled_from(["a", "..", ".", "", "b c"]), max_size=6).map("/".join)
QUOTED = st.lists(st.sampled_from(["a", "/", "\\", '"', "7", "\n", "b-c"]), max_size=10).map("".join)


@examples(2_000)
@given(PIECES)
def test_references_are_found_as_the_definition_says(text):
    assert [text[start:end] for start, _, end in find_references(text)] == definition.REFERENCE.findall(text)
    assert unescape_references(text) == definition.ESCAPED_REFERENCE.sub(r"\1", text)


@examples(2_000)
@given(BRACES)
def test_variables_are_found_as_the_definition_says(text):
    assert VARIABLE.findall(text) == definition.VARIABLE.findall(text)


@examples(500)
@given(PATHS.filter(bool), st.just("") | PATHS.map("/{}".format))
def test_paths_are_joined_as_the_definition_says(target, path):
    assert absolute_path(target, path) == definition.absolute_path(target, path)


@examples(1_000)
@given(QUOTED)
def test_paths_are_parsed_as_the_definition_says(path):
    components = parse_path(path)
    assert components == definition.parse_path(path)
    assert pointer_to_jmespath(components) == definition.pointer_to_jmespath(components)
