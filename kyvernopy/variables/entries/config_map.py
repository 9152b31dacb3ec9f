"""Entries of kind `configMap`: the texts of a ConfigMap and its metadata (spec 02 §5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError
from kyvernopy.golang.text import type_name
from kyvernopy.variables.entries.entry import EntryError, ask, filler

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.variables.context import Context
    from kyvernopy.variables.deferred import Load

__all__ = ["compile_config_map"]


@dataclass(frozen=True, slots=True)
class ConfigMapEntry:
    """Which ConfigMap; `policy_namespace` is that of a namespaced policy, which may read no other."""

    name: str
    spec: Mapping[str, Any]
    fill_name: Callable[[Context], Any]
    fill_namespace: Callable[[Context], Any]
    policy_namespace: str

    def load(self, fetched: list[Any], context: Context) -> None:
        """Put the ConfigMap into the context; it is fetched once."""
        if not fetched:
            try:
                fetched.append(self._fetch(context))
            except ExpressionError as error:
                raise EntryError(f"failed to retrieve config map for context entry {self.name}: {error}") from None
        try:
            context.merge_entry(self.name, fetched[0])
        except ExpressionError as error:
            raise EntryError(f"failed to add config map for context entry {self.name}: {error}") from None

    def _fetch(self, context: Context) -> dict[str, Any]:
        name = self._filled("name", self.fill_name, context)
        namespace = self._filled("namespace", self.fill_namespace, context)
        namespace = namespace or self.policy_namespace or "default"
        if self.policy_namespace and namespace != self.policy_namespace:
            raise EntryError(
                f'context entry {self.name}: configMap namespace "{namespace}" is different from '
                f'policy namespace "{self.policy_namespace}"'
            )
        provider = context.dialect.providers.config_maps
        if provider is None:
            raise EntryError("a ConfigmapResolver is required")
        try:
            found = ask(provider, namespace, name)
        except EntryError as error:
            raise EntryError(f"failed to get configmap {namespace}/{name} : {error}") from None
        if not found or not isinstance(found, dict):
            cause = f'configmaps "{name}" {"is no object" if found else "not found"}'
            raise EntryError(f"failed to get configmap {namespace}/{name} : {cause}")
        return {"data": found.get("data"), "metadata": found.get("metadata") or {}}

    def _filled(self, field: str, fill: Callable[[Context], Any], context: Context) -> str:
        raw = self.spec.get(field) or ""
        try:
            value = fill(context)
        except ExpressionError as error:
            cause = str(error)
        else:
            if isinstance(value, str):
                return value
            cause = f"expected string, got {type_name(float(value) if type(value) is int else value)}"
        raise EntryError(f"failed to substitute variables in context {self.name} configMap.{field} {raw}: {cause}")


def compile_config_map(name: str, spec: Mapping[str, Any], dialect: Dialect, namespace: str) -> Callable[[], Load]:
    """What starts loading a ConfigMap."""
    fill_name, fill_namespace = (filler(spec.get(field) or "", dialect) for field in ("name", "namespace"))
    entry = ConfigMapEntry(name, spec, fill_name, fill_namespace, namespace)
    return lambda: partial(entry.load, [])
