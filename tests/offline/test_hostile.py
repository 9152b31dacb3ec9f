"""Whatever files hold: they are read, or it is said what is wrong with them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.engine.review import request_from_review
from kyvernopy.errors import DocumentError
from kyvernopy.offline.context_file import FIELDS as CONTEXT
from kyvernopy.offline.strict import fields
from kyvernopy.offline.user_info import FIELDS as USER
from kyvernopy.offline.values import Values, read_values
from support import examples

if TYPE_CHECKING:
    from kyvernopy.engine.request import Request

FIELDS = """policies globalValues namespaceSelector namespaces subresources subresource parentResource name labels values
rules resources foreachValues request.operation metadata spec images image roles userInfo username groups request object
oldObject kind group version resource operation subResource namespace apiVersion NAME unknown"""
NAMES = st.sampled_from(FIELDS.split())
WORDS = st.sampled_from(["", "CREATE", "DELETE", "CONNECT", "Pod", "pods/exec", "a", "v1"])
LEAVES = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | WORDS
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5))


@given(JSON)
@examples(500)
def test_values_are_read_or_wrong(data):
    before = copy.deepcopy(data)
    wrong: list[str] = []
    values = read_values(data, "", wrong)

    assert isinstance(values, Values)
    assert all(isinstance(one, str) for one in wrong)
    assert data == before
    values.variables_for("a", "a")
    values.operation_for("a", "a")
    values.rule_values_for("a")
    values.labels_of("a")
    values.subresource_of(("", "v1", "Pod"))


@given(JSON)
@examples(300)
def test_users_and_contexts_are_read_or_wrong(data):
    for readers in (USER, CONTEXT):
        wrong: list[str] = []
        assert isinstance(fields(readers, "a file")(data, "", wrong), dict)
        assert wrong or isinstance(data, dict)


@given(JSON, st.fixed_dictionaries({"kind": JSON, "operation": WORDS}, optional={"object": JSON, "oldObject": JSON}))
@examples(500)
def test_reviews_are_requests_or_wrong(data, request):
    for review in (data, {"request": data}, {"request": {**request, "userInfo": data}}):
        before = copy.deepcopy(review)
        found = request_or_error(review)
        if isinstance(found, DocumentError):
            assert found.finding.code == "not-a-review"
        else:
            assert isinstance(found.kind_key, tuple)
            assert isinstance(found.namespace, str)
        assert review == before


def request_or_error(review) -> Request | DocumentError:
    try:
        return request_from_review(review)
    except DocumentError as error:
        return error
