"""Values of context entries: what becomes plain, how long their text is, and the limit to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.jmespath.values import OpaqueInt, json_text
from kyvernopy.variables.stored import EntrySizes, SizeError, estimate, plain
from support import examples

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@examples(300)
@given(JSON)
def test_estimates_are_never_less_than_the_text_and_never_loose(value):
    size = len(json_text(value).encode())
    bound = estimate(value, 10**9)
    assert size <= bound <= 25 * size + 4


@examples(100)
@given(st.lists(JSON, max_size=8), st.integers(1, 200))
def test_sizes_add_up_to_those_of_the_texts(values, limit):
    sizes, total = EntrySizes(limit), 0
    for value in values:
        size = len(json_text(value).encode())
        if total + size > limit:
            with pytest.raises(SizeError) as caught:
                sizes.store(value)
            text = f"context size limit exceeded: {total + size} bytes exceeds limit of {limit} bytes"
            assert str(caught.value) == text
        else:
            assert sizes.store(value) is value
            total += size


def test_a_fork_counts_for_itself():
    sizes = EntrySizes(10)
    sizes.store("xxxx")
    fork = sizes.fork()
    fork.store("x")
    sizes.store("xx")
    with pytest.raises(SizeError):
        fork.store("x")


def test_opaque_integers_tuples_and_mappings_become_plain():
    assert type(EntrySizes(0).store(OpaqueInt(2))) is int
    assert plain({1: (OpaqueInt(1), None)}, {}) == {"1": [1, None]}


def test_shared_parts_stay_shared():
    part = [OpaqueInt(1)]
    found = plain([part, part], {})
    assert found[0] is found[1]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_without_json_text_are_errors(value):
    with pytest.raises(ExpressionError, match="json: unsupported value: "):
        EntrySizes(0).store([value])


def test_values_without_an_end_are_crossed_limits():
    endless: list[object] = []
    endless.append(endless)
    for limit in (0, 1_000):
        with pytest.raises(LimitExceeded):
            EntrySizes(limit, 1_000).store(endless)
