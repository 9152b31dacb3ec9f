"""The context: queries and their texts, scopes, the parts of a request, and that nothing given to it is modified."""

from __future__ import annotations

import copy
import pickle

import pytest

from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.jmespath.values import OpaqueInt
from kyvernopy.source import Resource
from kyvernopy.variables.context import Context, QueryError, is_absent, service_account

POD = {"kind": "Pod", "metadata": {"name": "a", "labels": {"b": "2", "a": "1"}}, "spec": {"list": [3, 1, 2]}}


@pytest.fixture
def context() -> Context:
    return Context(Dialect(), {"request": {"object": copy.deepcopy(POD), "operation": "CREATE"}})


def error_of(context: Context, query: str) -> str:
    with pytest.raises(QueryError) as caught:
        context.query(query)
    return str(caught.value)


# --- Queries ---


def test_query_takes_text_with_space_around_it_and_compiled_expressions(context):
    assert context.query(" request.object.metadata.name\u00a0") == "a"
    assert context.query(context.dialect.compile("request.object.kind")) == "Pod"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("  ", "invalid query (nil)"),
        ("a.b", 'JMESPath query failed: Unknown key "a" in path'),
        ("nosuch(@)", "JMESPath query failed: unknown function: nosuch"),
    ],
)
def test_queries_fail_with_the_texts_of_kyverno(context, query, message):
    assert error_of(context, query) == message


def test_query_that_does_not_parse_says_so_with_its_column(context):
    with pytest.raises(QueryError, match=r"^incorrect query a\.\.b: SyntaxError: ") as caught:
        context.query("a..b")
    assert caught.value.caret.startswith("a..b\n")


def test_errors_know_whether_a_key_was_absent_and_pickle(context):
    with pytest.raises(QueryError) as caught:
        context.query("x")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  our own bytes
    assert is_absent(again)
    assert (str(again), again.expression, again.help) == (str(caught.value), "x", "")
    with pytest.raises(QueryError) as caught:
        context.query("length(`1`)")
    assert not is_absent(caught.value)


def test_sort_by_sorts_the_context_but_not_the_resource():
    resource = {"l": [{"n": 2}, {"n": 1}]}
    context = Context(Dialect(), {"request": {"object": resource}})
    context.checkpoint()
    assert context.query("sort_by(request.object.l, &n)") == [{"n": 1}, {"n": 2}]
    assert context.query("request.object.l[0].n") == 1  # upstream sorts in place
    assert resource == {"l": [{"n": 2}, {"n": 1}]}
    context.reset()
    assert context.query("request.object.l[0].n") == 2


def test_resources_that_are_no_plain_dicts_are_queried_as_such():
    context = Context(Dialect(), {"request": {"object": Resource(POD)}})
    assert context.query("request.object.metadata.name") == "a"
    assert context.query("sort_by(request.object.spec.list, &@)[0]") == 1


# --- Scopes ---


def test_reset_keeps_the_checkpoint_and_restore_gives_it_up(context):
    context.checkpoint()
    context.add_variable("a", 1)
    context.reset()
    assert is_absent_in(context, "a")
    context.add_variable("a", 2)
    context.restore()
    assert is_absent_in(context, "a")
    context.add_variable("a", 3)
    context.restore()  # none is open any more
    context.reset()
    assert context.query("a") == 3


def is_absent_in(context: Context, name: str) -> bool:
    return "Unknown key" in error_of(context, name)


def test_a_fork_goes_its_own_way(context):
    context.defer("x", lambda inner: inner.replace_entry("x", 1))
    other = context.fork()
    other.add_variable("y", 2)
    assert other.query("[x, y]") == [1, 2]
    assert "x" not in context.data
    assert context.query("x") == 1


# --- The request ---


def test_changes_leave_what_was_given_as_it_was():
    request = {"object": copy.deepcopy(POD), "userInfo": {"username": "u"}}
    before = copy.deepcopy(request)
    context = Context(Dialect(), {"request": request})
    context.set_object({"kind": "Other"})
    context.set_operation("UPDATE")
    context.add_variable("request.object.metadata.name", "new")
    context.add_variable("request.userInfo.username", "v")
    assert request == before
    assert context.query("request.[object.metadata.name, operation, userInfo.username]") == ["new", "UPDATE", "v"]


def test_the_operation_is_the_requests_whatever_a_variable_says(context):
    assert context.query_operation() == "CREATE"
    context.set_operation("DELETE")
    context.add_variable("request", {"operation": "UPDATE"})
    assert context.query_operation() == "DELETE"
    assert Context(Dialect(), {"request": {"operation": 1}}).query_operation() == ""
    assert Context(Dialect(), {"request": []}).query_operation() == ""


@pytest.mark.parametrize(
    ("username", "name", "namespace"),
    [
        ("system:serviceaccount:ns:name", "name", "ns"),
        ("system:serviceaccount:ns:name:more", "name", "ns"),
        ("system:serviceaccount:ns", "", ""),
        ("a-prefix-of-that-length:ns:name", "ns", "h"),  # 22 characters are dropped, whatever they are
        ("short", "", ""),
    ],
)
def test_service_accounts_are_read_behind_a_counted_prefix(username, name, namespace):
    assert service_account(username) == {"serviceAccountName": name, "serviceAccountNamespace": namespace}


# --- Values ---


def test_elements_are_known_by_two_names_and_their_index_is_no_number(context):
    context.add_element({"name": "c"}, 3, 1)
    assert context.query("[element.name, element1.name]") == ["c", "c"]
    assert isinstance(context.query("elementIndex1"), OpaqueInt)
    assert context.query("elementIndex == `3`") is False


@pytest.mark.parametrize(
    ("key", "query"),
    [("a.b", "a.b"), ('a."b.c"', 'a."b.c"'), ('"x""y"', '"x\\"y"'), ("a[0]", '"a[0]"'), ("a..b", 'a."".b')],
)
def test_keys_of_variables_are_split_at_dots_outside_of_quotes(context, key, query):
    context.add_variable(key, 1)
    assert context.query(query) == 1


@pytest.mark.parametrize("key", ["", 'a"b', '"a', '"a"b', 'x."a"b'])
def test_keys_of_variables_that_cannot_be_split_are_errors(context, key):
    with pytest.raises(ExpressionError):
        context.add_variable(key, 1)


def test_variables_merge_into_objects_and_replace_everything_else(context):
    context.add_variable("request.object.metadata.labels.c", "3")
    assert context.query("request.object.metadata.labels") == {"a": "1", "b": "2", "c": "3"}
    context.add_variable("request.object.metadata", "gone")
    assert context.query("request.object.metadata") == "gone"


def test_context_entries_merge_or_replace(context):
    context.replace_entry("e", {"a": {"b": 1}})
    context.merge_entry("e", {"a": {"c": 2}})
    assert context.query("e") == {"a": {"b": 1, "c": 2}}
    context.replace_entry("e", {"d": 3})
    assert context.query("e") == {"d": 3}
    context.merge_entry("e", [1])
    assert context.query("e") == [1]
