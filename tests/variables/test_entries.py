"""Context entries of each kind: their values, the exact texts of what goes wrong, and how often providers are asked."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress

import pytest

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.providers import ApiError, ApiRequest, Providers
from kyvernopy.variables.context import Context, QueryError
from kyvernopy.variables.entries import compile_entry

POD = {"kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": 2}}


def context_of(
    kind: str, spec: object, providers: object = None, *, namespace: str = "", **variables: object
) -> Context:
    """A context with one entry, `e`."""
    dialect = Dialect(providers=Providers.of(providers))
    context = Context(dialect, {"request": {"object": POD}, **variables})
    context.declare([compile_entry("e", kind, spec, dialect, namespace)])
    return context


def error_of(context: Context, query: str = "e") -> str:
    with pytest.raises(ExpressionError) as caught:
        context.query(query)
    return str(caught.value)


# --- variable ---


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ({"value": ""}, ""),
        ({"value": 0}, 0),
        ({"value": False}, False),
        ({"value": []}, []),
        ({"value": {}}, {}),
        ({"value": "{{ request.object.spec.replicas }}"}, 2),
        ({"value": {"n": "{{ request.object.metadata.name }}-x"}}, {"n": "web-x"}),
        ({"jmesPath": "request.object.metadata.name"}, "web"),
        ({"jmesPath": "request.object.{{ part }}.name"}, "web"),
        ({"jmesPath": "a", "value": {"a": 1}}, 1),
        ({"jmesPath": "b", "value": {"a": 1}, "default": "d"}, "d"),
        ({"jmesPath": "b", "default": "{{ part }}"}, "metadata"),
        ({"jmesPath": "nothing", "default": "d"}, "d"),
        ({"default": "d"}, "d"),
        ({"value": None, "default": "d"}, "d"),
    ],
)
def test_values_of_variables(spec, value):
    assert context_of("variable", spec, part="metadata", nothing=None).query("e") == value


NIL = "failed to add context entry for variable e since it evaluated to nil"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({}, NIL),
        ({"value": None}, NIL),
        ({"jmesPath": "nothing"}, NIL),
        ({"jmesPath": "a", "value": {"a": None}, "default": "d"}, NIL),
        ({"jmesPath": "{{ number }}"}, "jmespath value must be a string e {{ number }}: <nil>"),
        (
            {"jmesPath": "{{ no }}"},
            (
                "failed to substitute variables in context entry e {{ no }}: failed to resolve no at path : "
                'JMESPath query failed: Unknown key "no" in path'
            ),
        ),
        (
            {"jmesPath": "number", "default": ["{{ no }}", True, 1, None, {"a": "b"}]},
            (
                "failed to substitute variables in context entry e [{{ no }} %!s(bool=true) %!s(float64=1) %!s(<nil>) map[a:b]]: "
                'failed to resolve no at path /0: JMESPath query failed: Unknown key "no" in path'
            ),
        ),
        (
            {"jmesPath": "no"},
            'failed to apply jmespath no to variable <nil>: JMESPath query failed: Unknown key "no" in path',
        ),
        (
            {"jmesPath": "no", "value": {"a": 1}},
            'failed to apply jmespath no to variable <nil>: Unknown key "no" in path',
        ),
        (
            {"jmesPath": "a..", "value": {"a": 1}},
            "failed to apply jmespath a.. to variable <nil>: failed to compile JMESPath: a.., error: SyntaxError: ",
        ),
    ],
)
def test_texts_of_variables_that_fail(spec, message):
    assert error_of(context_of("variable", spec, number=1, nothing=None)).startswith(message)


def test_an_index_becomes_a_number_when_it_is_stored():
    context = context_of("variable", {"value": {"at": "{{ elementIndex }}"}})
    context.add_element("x", 2, 0)
    assert context.query("e.at == `2`") is True
    assert context.query("elementIndex == `2`") is False


def test_a_variable_is_worked_out_again_when_a_scope_is_left():
    context = context_of("variable", {"jmesPath": "part"}, part="old")
    context.checkpoint()
    context.add_variable("part", "new")
    assert context.query("e") == "new"
    context.restore()
    assert context.query("e") == "old"


# --- configMap ---

CONFIG_MAPS = {
    "shop/rules": {"data": {"a": "1"}, "metadata": {"name": "rules"}},
    "default": {"rules": {"data": None}},
}


@pytest.mark.parametrize(
    ("spec", "namespace", "value"),
    [
        ({"name": "rules", "namespace": "shop"}, "", {"data": {"a": "1"}, "metadata": {"name": "rules"}}),
        ({"name": "{{ 'rules' }}", "namespace": "{{ request.object.metadata.namespace }}"}, "", None),
        ({"name": "rules"}, "", {"data": None, "metadata": {}}),
        ({"name": "rules"}, "shop", None),
    ],
)
def test_config_maps_are_found_by_namespace_and_name(spec, namespace, value):
    context = context_of("configMap", spec, {"config_maps": CONFIG_MAPS}, namespace=namespace)
    assert context.query("e") == (value or {"data": {"a": "1"}, "metadata": {"name": "rules"}})


RETRIEVE = "failed to retrieve config map for context entry e: "


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"name": "no", "namespace": "shop"}, 'failed to get configmap shop/no : configmaps "no" not found'),
        (
            {"name": "{{ request.object.spec.replicas }}", "namespace": "shop"},
            (
                "failed to substitute variables in context e configMap.name {{ request.object.spec.replicas }}: "
                "expected string, got float64"
            ),
        ),
        (
            {"name": "rules", "namespace": "{{ no }}"},
            (
                "failed to substitute variables in context e configMap.namespace {{ no }}: failed to resolve no at path : "
                'JMESPath query failed: Unknown key "no" in path'
            ),
        ),
        (
            {"name": "rules", "namespace": "other"},
            'context entry e: configMap namespace "other" is different from policy namespace "shop"',
        ),
    ],
)
def test_texts_of_config_maps_that_fail(spec, message):
    context = context_of("configMap", spec, {"config_maps": CONFIG_MAPS}, namespace="shop")
    assert error_of(context) == RETRIEVE + message


# --- apiCall ---


def asked(spec: dict, answer: object = None, **options: object) -> ApiRequest:
    """The request that a provider is asked."""
    requests: list[ApiRequest] = []

    def api_calls(request: ApiRequest) -> object:
        requests.append(request)
        return answer or {}

    context_of("apiCall", spec, {"api_calls": api_calls}, **options).query("e")
    return requests[0]


def test_calls_reach_the_provider_with_their_variables_filled_in():
    request = asked({"urlPath": "/api/v1/namespaces/{{ request.object.metadata.namespace }}/pods"})
    assert request == ApiRequest("GET", "/api/v1/namespaces/shop/pods")
    posted = asked(
        {"urlPath": "/apis/x", "method": "POST", "data": [{"key": "k", "value": "{{ request.object.spec }}"}]}
    )
    assert posted == ApiRequest("POST", "/apis/x", data={"k": {"replicas": 2}})


def test_service_calls_carry_headers_and_data():
    service = {"url": "https://x/{{ n }}", "headers": [{"key": "h", "value": "{{ n }}"}], "caBundle": "pem"}
    request = asked({"service": service, "method": "POST", "data": [{"key": "k", "value": 1}]}, n="v")
    assert request == ApiRequest("POST", "", "https://x/v", (("h", "v"),), {"k": 1}, "pem")
    assert asked({"service": {"url": "https://x"}, "data": [{"key": "k", "value": 1}]}).data is None


def test_a_path_picks_from_the_answer():
    spec = {"urlPath": "/api/v1/pods", "jmesPath": "items[].{{ field }}"}
    answers = {"/api/v1/pods": {"items": [{"name": "a"}, {"name": "b"}]}}
    assert context_of("apiCall", spec, {"api_calls": answers}, field="name").query("e") == ["a", "b"]
    null = {"urlPath": "/api/v1/pods", "jmesPath": "items[0].no || `null`"}
    assert context_of("apiCall", null, {"api_calls": answers}).query("e") is None


def refuse(_request: ApiRequest) -> object:
    raise ApiError("pods is forbidden", 403)


def break_down(_request: ApiRequest) -> object:
    raise OSError("connection refused")


FETCH = "failed to fetch data for APICall: "


@pytest.mark.parametrize(
    ("spec", "provider", "message"),
    [
        ({"urlPath": "/x"}, {}, FETCH + "failed to GET resource with raw url: /x: no answer is known to GET /x"),
        (
            {"urlPath": "/x"},
            refuse,
            FETCH + "failed to GET resource with raw url: /x: permission denied: pods is forbidden",
        ),
        ({"urlPath": "/x"}, break_down, FETCH + "failed to GET resource with raw url: /x: connection refused"),
        (
            {"urlPath": "/{{ no }}"},
            {},
            FETCH
            + "failed to substitute variables in context entry e /{{ no }}: failed to resolve no at path /urlPath: "
            'JMESPath query failed: Unknown key "no" in path',
        ),
        ({}, {}, FETCH + "missing service for APICall e"),
        (
            {"service": {"url": "http://x"}, "method": ""},
            {},
            FETCH + "failed to build HTTP request for APICall e: invalid request type  for APICall e",
        ),
        (
            {"service": {"url": "http://x"}},
            break_down,
            FETCH + "failed to execute HTTP request for APICall e: connection refused",
        ),
        (
            {"service": {"url": "http://x"}},
            {"http://x": ApiError("HTTP 404 Not Found: none", 404)},
            FETCH + "HTTP 404 Not Found: none",
        ),
        (
            {"urlPath": "/x", "jmesPath": "no", "default": 1},
            {"/x": {"a": 1}},
            'failed to store data for APICall: failed to apply JMESPath no for context entry e: Unknown key "no" in path',
        ),
    ],
)
def test_texts_of_calls_that_fail(spec, provider, message):
    assert error_of(context_of("apiCall", spec, {"api_calls": provider})) == message


def test_the_default_stands_in_for_a_call_that_fails_but_for_no_path():
    spec = {"urlPath": "/x", "jmesPath": "a", "default": {"d": "{{ 'as written' }}"}}
    # The default is stored without the path, and its variables are filled in only to see that they can be.
    assert context_of("apiCall", spec, {"api_calls": break_down}).query("e") == {"d": "{{ 'as written' }}"}
    assert context_of("apiCall", spec, {"api_calls": {"/x": {"a": 1}}}).query("e") == 1
    assert context_of("apiCall", spec, {"api_calls": {"/x": spec["default"]}}).query("e") == spec["default"]
    broken = {**spec, "default": "{{ no }}"}
    assert "failed to resolve no" in error_of(context_of("apiCall", broken, {"api_calls": break_down}))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/api/v1/namespaces/shop/pods", ""),
        ("/api/v1/namespaces/shop", ""),
        ("/apis/apps/v1/namespaces/shop/deployments/x", ""),
        (
            "/api/v1/namespaces/shop/../other/pods",
            (
                "path /api/v1/namespaces/shop/../other/pods refers to namespace other, which is different from the policy "
                "namespace shop"
            ),
        ),
        (
            "/api/v1/pods",
            "path /api/v1/pods does not contain a namespace segment, which is required for namespaced policies",
        ),
        ("", "path  does not contain a namespace segment, which is required for namespaced policies"),
    ],
)
def test_namespaced_policies_only_ask_about_their_namespace(path, message):
    spec = {"urlPath": path, "service": {"url": "http://x"}, "default": "unused"}
    context = context_of("apiCall", spec, {"api_calls": {path: "found"}}, namespace="shop")
    if message:
        assert error_of(context) == FETCH + message
    else:
        assert context.query("e") == "found"


# --- imageRegistry ---


def test_images_are_described_by_the_registry():
    images = {"nginx": {"configData": {"config": {"User": "root"}}}}
    spec = {"reference": "{{ image }}", "jmesPath": "configData.config.User"}
    assert context_of("imageRegistry", spec, {"image_registry": images}, image="nginx").query("e") == "root"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"reference": "no"}, "failed to fetch image descriptor: no, error: no image no is known"),
        (
            {"reference": "{{ request.object.spec }}"},
            "invalid image reference map[replicas:%!s(float64=2)], image reference must be a string",
        ),
        (
            {"reference": "nginx", "jmesPath": "{{ 'no' }}"},
            "failed to apply JMESPath ({{ 'no' }}) results to context entry e, error: Unknown key \"no\" in path",
        ),
    ],
)
def test_texts_of_images_that_fail(spec, message):
    assert error_of(context_of("imageRegistry", spec, {"image_registry": {"nginx": {"a": 1}}})) == message


# --- globalReference ---

GLOBALS = {"deployments": [{"name": "a"}], "both": {"names": ["a"], "none": None}, "both.count": 1}


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        ({"name": "deployments"}, [{"name": "a"}]),
        ({"name": "{{ which }}", "jmesPath": "[].name"}, ["a"]),
        ({"name": "both.names.and.more"}, ["a"]),
        ({"name": "both.count"}, 1),
        ({"name": "both.none"}, None),
    ],
)
def test_global_references_read_entries_and_projections(spec, value):
    context = context_of("globalReference", spec, {"global_context": GLOBALS}, which="deployments")
    assert context.query("e") == value


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"name": "no.x"}, "failed to fetch entry key=no"),
        ({"name": "both.x"}, 'global context mock: projection "x" not found'),
        ({"name": "deployments.x"}, 'global context mock: projection "x" requested but value is not an object'),
        (
            {"name": "both", "jmesPath": "no"},
            'failed to apply JMESPath no for context entry e: Unknown key "no" in path',
        ),
        ({"name": "{{ no }}"}, 'failed to resolve no at path /name: JMESPath query failed: Unknown key "no" in path'),
    ],
)
def test_texts_of_global_references_that_fail(spec, message):
    context = context_of("globalReference", spec, {"global_context": GLOBALS})
    assert error_of(context) == f"failed to marshal APICall data for context entry e: {message}"


# --- Providers ---


class Counting:
    """Providers that count how often they are asked."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.providers = Providers(
            config_maps=lambda namespace, name: self.count("config_maps", {"data": {"n": f"{namespace}/{name}"}}),
            api_calls=lambda request: self.count("api_calls", {"path": request.path}),
            image_registry=lambda reference: self.count("image_registry", {"image": reference}),
            global_context=lambda name: self.count("global_context", {"name": name}),
        )

    def count(self, name: str, answer: object) -> object:
        self.calls[name] += 1
        return answer

    def context(self) -> Context:
        dialect = Dialect(providers=self.providers)
        context = Context(dialect)
        specs = {
            "configMap": {"name": "x"},
            "apiCall": {"urlPath": "/x"},
            "imageRegistry": {"reference": "x"},
            "globalReference": {"name": "x"},
        }
        context.declare([compile_entry(kind, kind, spec, dialect) for kind, spec in specs.items()])
        return context


def test_entries_that_nobody_reads_are_never_loaded():
    counting = Counting()
    context = counting.context()
    context.add_variable("other", 1)
    context.checkpoint()
    assert context.query("other") == 1
    context.reset()
    context.restore()
    assert not counting.calls


def test_entries_that_are_read_twice_are_fetched_once():
    counting = Counting()
    context = counting.context()
    for _ in range(3):
        assert context.query("[configMap.data.n, apiCall.path, imageRegistry.image, globalReference.name]") == [
            "default/x",
            "/x",
            "x",
            "x",
        ]
    assert set(counting.calls.values()) == {1}


def test_what_was_fetched_serves_all_elements_of_a_foreach():
    counting = Counting()
    context = counting.context()
    context.checkpoint()
    for index in range(3):
        context.reset()
        context.add_element("x", index, 0)
        assert context.query("[configMap.data.n, apiCall.path, imageRegistry.image, globalReference.name]")
    context.restore()
    # The global context is read again at each reset, because it may have changed.
    assert counting.calls.pop("global_context") > 1
    assert set(counting.calls.values()) == {1}


@pytest.mark.parametrize("kind", ["configMap", "apiCall", "imageRegistry", "globalReference"])
def test_entries_without_their_provider_are_passed_over_and_named_when_missed(kind):
    context = context_of(kind, {"name": "x"})
    with pytest.raises(QueryError, match=r'^JMESPath query failed: Unknown key "e" in path$') as caught:
        context.query("e.data")
    assert caught.value.help.startswith("the context entry `e` needs the provider `")
    context.add_variable("e.data", "a mock")
    assert context.query("e.data") == "a mock"


def test_entries_of_no_known_kind_are_an_error_of_declaring_them():
    with pytest.raises(QueryError, match=r"^failed to create deferred loader for context entry e$"):
        context_of("other", {})
    dialect = Dialect()
    broken = compile_entry("(e", "variable", {"value": 1}, dialect)
    with pytest.raises(QueryError, match=r"^failed to create deferred loader for context entry \(e$"):
        Context(dialect).declare([broken])


@pytest.mark.parametrize(
    "answer", [{1: (1, 2)}, {"a": {"b", "c"}}, float("nan"), object(), None, [], "text", b"bytes", {"n": 1.5}]
)
@pytest.mark.parametrize("kind", ["configMap", "apiCall", "imageRegistry", "globalReference"])
def test_whatever_a_provider_answers_is_a_value_or_an_error_of_the_entry(kind, answer):
    spec = {"name": "x", "urlPath": "/x", "reference": "x"}
    everything = dict.fromkeys(
        ["config_maps", "api_calls", "image_registry", "global_context"], lambda *_arguments: answer
    )
    with suppress(ExpressionError):
        context_of(kind, spec, everything).query("e")


def test_crossed_limits_of_a_provider_pass():
    def too_much(_request: ApiRequest) -> object:
        raise LimitExceeded("document_size", 2, 1)

    with pytest.raises(LimitExceeded):
        context_of("apiCall", {"urlPath": "/x", "default": 1}, {"api_calls": too_much}).query("e")


TOO_LARGE = "context size limit exceeded: {} bytes exceeds limit of 9 bytes"
ADD = "failed to add resource data to context"


@pytest.mark.parametrize(
    ("kind", "size", "message"),
    [
        ("variable", 12, ""),
        ("configMap", 33, "failed to add config map for context entry e: "),
        ("apiCall", 12, f"failed to store data for APICall: {ADD} entry e: "),
        ("imageRegistry", 12, f"{ADD}: contextEntry: e, error: "),
        ("globalReference", 12, "failed to add resource cache results for context entry e: "),
    ],
)
def test_entries_that_are_too_large_say_so(kind, size, message):
    value = "x" * 10
    providers = {
        "config_maps": {"default/x": {"data": {"k": "xx"}}},
        "api_calls": {"/x": value},
        "image_registry": {"x": value},
        "global_context": {"x": value},
    }
    dialect = Dialect(providers=Providers.of(providers))
    context = Context(dialect, context_size=9)
    spec = {"value": value, "name": "x", "urlPath": "/x", "reference": "x"}
    context.declare([compile_entry("e", kind, spec, dialect)])
    assert error_of(context) == message + TOO_LARGE.format(size)


@pytest.mark.parametrize(
    ("kind", "spec", "message"),
    [
        ("apiCall", {"urlPath": "{{ `1` }}"}, "failed to fetch data for APICall: failed to substitute variables"),
        ("globalReference", {"name": "{{ `1` }}"}, "failed to marshal APICall data for context entry e: failed to "),
        (
            "imageRegistry",
            {"reference": "{{ no }}"},
            "ailed to substitute variables in context entry e {{ no }}: failed to resolve no at path : ",
        ),
        (
            "imageRegistry",
            {"reference": "x", "jmesPath": "{{ no }}"},
            "failed to substitute variables in context entry e {{ no }}: failed to resolve no at path : ",
        ),
        (
            "imageRegistry",
            {"reference": "x", "jmesPath": "a.."},
            "failed to apply JMESPath (a..) results to context entry e, error: failed to compile JMESPath: a.., error: ",
        ),
        (
            "apiCall",
            {"urlPath": "/x", "jmesPath": "a.."},
            "failed to store data for APICall: failed to apply JMESPath a..",
        ),
        (
            "variable",
            {"value": "{{ max(`[]`) }}", "jmesPath": "a.."},
            "failed to apply jmespath a.. to variable <nil>: ",
        ),
    ],
)
def test_texts_of_entries_whose_parts_are_of_no_use(kind, spec, message):
    providers = {"api_calls": {"/x": {}}, "image_registry": {"x": {}}, "global_context": {}}
    assert error_of(context_of(kind, spec, providers)).startswith(message)
