"""The functions that every expression knows: one table from names to functions (spec 02 §2.7, §3).

A later module replaces functions of the same name in an earlier one, as Kyverno's `sum` replaces that of JMESPath.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kyvernopy.jmespath.functions import (
    arithmetic,
    base,
    certificates,
    collections,
    encoding,
    hosts,
    images,
    regular,
    strings,
    times,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kyvernopy.jmespath.functions.signature import Function

__all__ = ["BUILTIN"]

_MODULES = (base, strings, regular, collections, arithmetic, times, versions, encoding, certificates, images, hosts)

BUILTIN: Mapping[str, Function] = MappingProxyType(
    {function.name: function for module in _MODULES for function in module.FUNCTIONS}
)
