"""Providers from functions and dicts."""

from __future__ import annotations

import pickle

import pytest

from kyvernopy.providers import NO_PROVIDERS, ApiError, ApiRequest, Providers


def test_functions_are_taken_as_they_are_and_dicts_are_looked_up_in():
    providers = Providers.of({"random": len, "config_maps": {"ns/name": {"data": {}}}, "clock": None})
    assert providers.random is len
    assert providers.clock is None
    assert providers.config_maps is not None
    assert providers.config_maps("ns", "name") == {"data": {}}
    assert Providers.of(providers) is providers
    assert Providers.of(None) == Providers.of({}) == NO_PROVIDERS


@pytest.mark.parametrize("given", [{"other": len}, {"clock": {}}, {"config_maps": 1}, {"random": [1]}])
def test_what_is_no_provider_is_a_type_error(given):
    with pytest.raises(TypeError, match="provider"):
        Providers.of(given)


def test_calls_are_looked_up_by_method_and_target_and_then_by_target():
    answers = {"POST:https://x": 1, "https://x": 2, "/api/v1/pods": ApiError("denied", 403)}
    api_calls = Providers.of({"api_calls": answers}).api_calls
    assert api_calls is not None
    assert api_calls(ApiRequest("POST", url="https://x")) == 1
    assert api_calls(ApiRequest("GET", url="https://x")) == 2
    with pytest.raises(ApiError, match="denied"):
        api_calls(ApiRequest(path="/api/v1/pods"))
    with pytest.raises(ApiError, match="no answer is known to GET /api/v1/nodes"):
        api_calls(ApiRequest(path="/api/v1/nodes"))


def test_what_is_not_there_is_an_error():
    providers = Providers.of({"image_registry": {}, "global_context": {}, "resolve_host": {"x": ["::1"]}})
    assert providers.resolve_host is not None
    assert providers.resolve_host("x") == ["::1"]
    for provider in (providers.image_registry, providers.global_context, providers.resolve_host):
        assert provider is not None
        with pytest.raises(LookupError):
            provider("no")


def test_providers_of_dicts_and_their_errors_pickle():
    providers = Providers.of({"config_maps": {"ns/name": {"data": {}}}})
    assert pickle.loads(pickle.dumps(providers)).config_maps("ns", "name") == {"data": {}}  # noqa: S301  our own bytes
    error = pickle.loads(pickle.dumps(ApiError("no", 404)))  # noqa: S301  our own bytes
    assert (str(error), error.status) == ("no", 404)
