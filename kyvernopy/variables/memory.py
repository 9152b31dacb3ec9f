"""A cluster in memory: API calls, ConfigMaps and global context entries answered from a list of resources.

It answers what Kyverno's command line answers without a cluster (spec 02 §8.3): reading one object or a list of them,
and nothing else. The resources are sorted by their API path when something is first asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.kubernetes.api_resources import RESOURCES, is_cluster_scoped, plural_of
from kyvernopy.kubernetes.kinds import gvk_of
from kyvernopy.providers import ApiError, Providers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeAlias

    from kyvernopy.providers import ApiRequest

    Type: TypeAlias = "tuple[str, str, str]"  # group, version and plural

__all__ = ["MemoryCluster"]

NOT_FOUND = 404
PLACE = ("group", "version", "namespace", "resource")


@dataclass(frozen=True, slots=True)
class ApiPath:
    """A path to objects: `/api/<version>` or `/apis/<group>/<version>`, then namespace, plural and name."""

    group: str
    version: str
    namespace: str
    plural: str
    name: str

    @property
    def type(self) -> Type:
        """What is asked for, wherever it is."""
        return self.group, self.version, self.plural

    @property
    def api_version(self) -> str:
        """Group and version as an object states them."""
        return f"{self.group}/{self.version}" if self.group else self.version


class MemoryCluster:
    """The resources, to be asked as a cluster is; `providers` hands them to a policy set."""

    def __init__(self, resources: Iterable[Mapping[str, Any]]) -> None:
        self._resources = tuple(resources)

    def __repr__(self) -> str:
        return f"<MemoryCluster {len(self._resources)} resources>"

    @property
    def providers(self) -> Providers:
        """Providers of API calls, ConfigMaps and global context entries."""
        return Providers(api_calls=self.api_calls, config_maps=self.config_maps, global_context=self.global_context)

    def api_calls(self, request: ApiRequest) -> Any:
        """The object or list of objects at a path."""
        if not request.path:
            raise ApiError(f"{request.url} is not part of the cluster in memory")
        if request.method != "GET":
            raise ApiError(f"method {request.method} not supported for fake client")
        path = parse_path(request.path)
        return self._object(path) if path.name else self._list(path)

    def config_maps(self, namespace: str, name: str) -> Mapping[str, Any] | None:
        """A ConfigMap, or None."""
        return self._find(ApiPath("", "v1", namespace, "configmaps", name))

    def global_context(self, name: str) -> Any:
        """The value of a GlobalContextEntry among the resources, or of one of its projections."""
        entry, _, projection = name.partition(".")
        spec = self._global_entries[entry]  # a KeyError says that there is no such entry
        call = map_at(spec, "apiCall")
        value = self._called(call) if call else self._listed(map_at(spec, "kubernetesResource"))
        return self._projected(spec, projection, value) if projection else value

    # --- Objects ---

    @cached_property
    def _by_type(self) -> dict[Type, list[Mapping[str, Any]]]:
        found: dict[Type, list[Mapping[str, Any]]] = {}
        for resource in self._resources:
            group, version, kind = gvk_of(resource)
            plural = self._plurals.get((group, kind)) or plural_of(group, kind)
            found.setdefault((group, version, plural), []).append(resource)
        return found

    @cached_property
    def _plurals(self) -> dict[tuple[str, str], str]:
        """What the CustomResourceDefinitions among the resources say, by group and kind."""
        found = {}
        for resource in self._resources:
            if resource.get("kind") == "CustomResourceDefinition":
                spec = map_at(resource, "spec")
                names = map_at(spec, "names")
                found[text_at(spec, "group"), text_at(names, "kind")] = text_at(names, "plural")
        return found

    def _kind(self, path: ApiPath) -> str:
        """The kind of a plural, which the resources know, or else the built-in ones, or else the usual rule."""
        there = self._by_type.get(path.type)
        if there:
            return str(there[0].get("kind"))
        known = (
            kind for (group, kind), plural in self._plurals.items() if (group, plural) == (path.group, path.plural)
        )
        built_in = (one.kind for one in RESOURCES if (one.group, one.plural) == (path.group, path.plural))
        return next(known, "") or next(built_in, "") or guessed_kind(path.plural)

    def _list(self, path: ApiPath) -> dict[str, Any]:
        items = [one for one in self._by_type.get(path.type, ()) if path.namespace in ("", namespace_of(one))]
        return {"apiVersion": path.api_version, "kind": f"{self._kind(path)}List", "items": items}

    def _find(self, path: ApiPath) -> Mapping[str, Any] | None:
        for one in self._by_type.get(path.type, ()):
            if map_at(one, "metadata").get("name") == path.name and namespace_of(one) == path.namespace:
                return one
        return None

    def _object(self, path: ApiPath) -> Mapping[str, Any]:
        found = self._find(path)
        if found is None:
            resource = f"{path.plural}.{path.group}" if path.group else path.plural
            cause = f'{resource} "{path.name}" not found'
            raise ApiError(
                f"failed to get resource {path.api_version}/{self._kind(path)}/{path.name}: {cause}", NOT_FOUND
            )
        return found

    # --- Global context entries ---

    @cached_property
    def _global_entries(self) -> dict[str, Mapping[str, Any]]:
        entries = [one for one in self._resources if one.get("kind") == "GlobalContextEntry"]
        return {text_at(map_at(one, "metadata"), "name"): map_at(one, "spec") for one in entries}

    def _listed(self, resource: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        group, version, namespace, plural = (text_at(resource, field) for field in PLACE)
        path = ApiPath(group, version, namespace, plural, "")
        items: list[Mapping[str, Any]] = self._list(path)["items"]
        return items

    def _called(self, call: Mapping[str, Any]) -> Any:
        path = parse_path(text_at(call, "urlPath"))
        return self._object(path) if path.name else self._list(path)

    def _projected(self, spec: Mapping[str, Any], name: str, value: Any) -> Any:
        paths = [one.get("jmesPath") or "" for one in spec.get("projections") or () if one.get("name") == name]
        if not paths:
            raise LookupError("no data available" if spec.get("apiCall") else f'projection "{name}" not found')
        found = self._dialect.compile(paths[-1]).search(value)
        if found is None and spec.get("apiCall"):
            raise LookupError("no data available")
        return found

    @cached_property
    def _dialect(self) -> Dialect:
        return Dialect()


def map_at(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The map under a key; an empty one where something else is there."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def text_at(value: Mapping[str, Any], key: str) -> str:
    """The text under a key; an empty one where something else is there."""
    found = value.get(key)
    return found if isinstance(found, str) else ""


def parse_path(text: str) -> ApiPath:
    """The parts of a path; query strings and subresources are none of them."""
    first, *parts = text.strip("/").split("/")
    if first == "api" and parts:
        group, (version, *rest) = "", parts
    elif first == "apis" and len(parts) > 1:
        group, version, *rest = parts
    else:
        raise unreadable(text)
    namespace = ""
    # Upstream: `namespaces/<name>` is always a prefix, so that a single Namespace cannot be read.
    if rest[:1] == ["namespaces"] and len(rest) > 1:
        namespace, rest = rest[1], rest[2:]
    if not 1 <= len(rest) <= 2 or "?" in text:  # noqa: PLR2004  a plural and perhaps a name
        raise unreadable(text)
    return (
        ApiPath(group, version, namespace, *rest) if len(rest) > 1 else ApiPath(group, version, namespace, rest[0], "")
    )


def unreadable(text: str) -> ApiError:
    """The error of a path that is not understood."""
    return ApiError(f"failed to parse path: {text}")


def namespace_of(resource: Mapping[str, Any]) -> str:
    """The namespace of a resource, which is `default` where a resource that has one does not say it."""
    group, _, kind = gvk_of(resource)
    if is_cluster_scoped(group, kind):
        return ""
    return text_at(map_at(resource, "metadata"), "namespace") or "default"


def guessed_kind(plural: str) -> str:
    """The kind that a plural is likely to belong to."""
    for ending, single in (("ies", "y"), ("es", ""), ("s", "")):
        if plural.endswith(ending):
            plural = plural.removesuffix(ending) + single
            break
    return plural[:1].upper() + plural[1:]
