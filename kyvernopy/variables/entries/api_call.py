"""Entries of kind `apiCall`: the answer of the API server, or of a service, to a call (spec 02 §5.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.values import json_text
from kyvernopy.providers import ApiError, ApiRequest
from kyvernopy.variables.entries.entry import EntryError, ask, filler, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.variables.context import Context
    from kyvernopy.variables.deferred import Load

__all__ = ["compile_api_call"]

IN_NAMESPACE = re.compile("/apis?/.*?/namespaces/([^/]+)/?.*")
DENIED = (401, 403)


@dataclass(frozen=True, slots=True)
class ApiCallEntry:
    """A call as it is written; all of its texts are filled in before it is made."""

    name: str
    spec: Mapping[str, Any]
    fill: Callable[[Context], Any]
    fill_path: Callable[[Context], Any]
    policy_namespace: str

    def load(self, fetched: list[Any], context: Context) -> None:
        """Put the answer into the context; the call is made once."""
        if not fetched:
            try:
                fetched.append(self._fetch(context))
            except ExpressionError as error:
                raise EntryError(f"failed to fetch data for APICall: {error}") from None
        try:
            self._store(fetched[0], context)
        except ExpressionError as error:
            raise EntryError(f"failed to store data for APICall: {error}") from None

    def _fetch(self, context: Context) -> Any:
        try:
            call = self.fill(context)
        except ExpressionError as error:
            url = self.spec.get("urlPath") or ""
            raise EntryError(f"failed to substitute variables in context entry {self.name} {url}: {error}") from None
        path = text_of(call, "urlPath", self.name)
        if self.policy_namespace:
            check_namespace(path, self.policy_namespace)
        try:
            return self._answer(path, call, context)
        except EntryError:
            if self.spec.get("default") is None:
                raise
            return self.spec["default"]  # Upstream: as it is written, variables and all

    def _answer(self, path: str, call: Mapping[str, Any], context: Context) -> Any:
        method = text_of({"method": "GET", **call}, "method", self.name)
        provider = context.dialect.providers.api_calls
        if provider is None:
            raise EntryError("no provider of API calls")
        if path:
            return ask_server(provider, ApiRequest(method, path, data=sent(call, self.name)))
        service = call.get("service")
        if not service:
            raise EntryError(f"missing service for APICall {self.name}")
        if method not in ("GET", "POST"):
            cause = f"invalid request type {method} for APICall {self.name}"
            raise EntryError(f"failed to build HTTP request for APICall {self.name}: {cause}")
        return self._ask_service(provider, service_request(method, call, self.name))

    def _ask_service(self, provider: Callable[[ApiRequest], Any], request: ApiRequest) -> Any:
        try:
            return ask(provider, request)
        except EntryError as error:
            if isinstance(error.__cause__, ApiError):
                raise
            raise EntryError(f"failed to execute HTTP request for APICall {self.name}: {error}") from None

    def _store(self, answer: Any, context: Context) -> None:
        if self.spec.get("jmesPath") and not self._is_default(answer):
            answer = self._searched(answer, context)
        try:
            context.merge_entry(self.name, answer)
        except ExpressionError as error:
            raise EntryError(f"failed to add resource data to context entry {self.name}: {error}") from None

    def _searched(self, answer: Any, context: Context) -> Any:
        raw = self.spec["jmesPath"]
        try:
            path = self.fill_path(context)
        except ExpressionError as error:
            raise EntryError(
                f"failed to substitute variables in context entry {self.name} JMESPath {raw}: {error}"
            ) from None
        path = text_of({"jmesPath": path}, "jmesPath", self.name)
        try:
            return context.dialect.compile(path).search(answer)
        except ExpressionError as error:
            raise EntryError(f"failed to apply JMESPath {path} for context entry {self.name}: {error}") from None

    def _is_default(self, answer: Any) -> bool:
        """Upstream: an answer with the text of the default is taken for it, and no path is applied."""
        default = self.spec.get("default")
        return default is not None and (answer is default or json_text(answer) == json_text(default))


def ask_server(provider: Callable[[ApiRequest], Any], request: ApiRequest) -> Any:
    """The answer of the API server."""
    try:
        return ask(provider, request)
    except EntryError as error:
        denied = "permission denied: " if getattr(error.__cause__, "status", None) in DENIED else ""
        raise EntryError(
            f"failed to {request.method} resource with raw url: {request.path}: {denied}{error}"
        ) from error.__cause__


def service_request(method: str, call: Mapping[str, Any], name: str) -> ApiRequest:
    """The call of a service; only a POST sends data."""
    service = call["service"]
    headers = tuple(
        (text_of(header, "key", name), text_of(header, "value", name)) for header in service.get("headers") or ()
    )
    data = sent(call, name) or {} if method == "POST" else None
    url, bundle = text_of(service, "url", name), text_of(service, "caBundle", name)
    return ApiRequest(method, "", url, headers, data, bundle)


def sent(call: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """The data of a call as one object."""
    data = call.get("data")
    return {text_of(item, "key", name): item.get("value") for item in data} if data else None


def check_namespace(path: str, policy_namespace: str) -> None:
    """A namespaced policy may only ask for what is in its namespace, and for no service."""
    found = IN_NAMESPACE.fullmatch(clean_path(path))
    if not found:
        raise EntryError(f"path {path} does not contain a namespace segment, which is required for namespaced policies")
    if found[1] != policy_namespace:
        raise EntryError(
            f"path {path} refers to namespace {found[1]}, which is different from the policy namespace "
            f"{policy_namespace}"
        )


def clean_path(path: str) -> str:
    """The path without empty parts, `.` and `..`, as Go's `path.Clean` gives it for absolute ones."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return ("/" if path.startswith("/") else "") + "/".join(parts)


def compile_api_call(name: str, spec: Mapping[str, Any], dialect: Dialect, namespace: str) -> Callable[[], Load]:
    """What starts an API call."""
    entry = ApiCallEntry(name, spec, filler(spec, dialect), filler(spec.get("jmesPath") or "", dialect), namespace)
    return lambda: partial(entry.load, [])
