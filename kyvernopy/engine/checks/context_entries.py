"""Checks of the context entries of a rule: names, exactly one source each, and what a source needs (spec 02 §5.7).

Upstream looks at the entries of the rule only, not at those of loops and targets. Of each entry the first mistake is
told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.kubernetes.image_references import ImageError, parse_image
from kyvernopy.variables.occurrences import is_variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    from kyvernopy.engine.checks.spots import Checked, CheckedRule, Spot
    from kyvernopy.errors import Finding
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.policies.model import ContextEntry

    Problem: TypeAlias = tuple[str, str, str, str]  # code, field within the entry, text, help
    Source: TypeAlias = Mapping[str, Any]

__all__ = ["check_context_entries"]

PREDEFINED = ("images", "request", "serviceAccountName", "serviceAccountNamespace", "element", "elementIndex")


def check_context_entries(checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """The entries of a rule (spec 03 §14.5 item 5)."""
    rule, prefix = one.rule, f"path: {one.at.shown}: "
    if rule.context and rule.validate and rule.validate.cel is not None:
        text = "context variables are not supported for CEL expressions in validate rules"
        yield one.at.within("context").error("context-with-cel", prefix + text, "use `validate.cel.variables`")
        return
    for index, entry in enumerate(rule.context):
        at = one.at.within(f"context[{index}]")
        problem = _problem(entry)
        if problem:
            code, field, text, advice = problem
            yield (at.within(field) if field else at).error(code, prefix + text, advice)
        else:
            yield from _check_expression(entry, checked.dialect, at, prefix)


def _problem(entry: ContextEntry) -> Problem | None:
    """What is wrong with an entry, but for its expression."""
    if not entry.name:
        return "context-entry-name", "", "a name is required for context entries", "name the entry"
    for name in PREDEFINED:
        if entry.name == name or entry.name.startswith(f"{name}."):
            text = f"entry name {entry.name} is invalid as it conflicts with a pre-defined variable {name}"
            return "context-entry-name", "name", text, "choose another name"
    sources = given_sources(entry)
    if len(sources) != 1:
        text = "exactly one of configMap or apiCall or imageRegistry or variable is required for context entries"
        advice = "make one entry of each" if sources else "say where the value comes from"
        return "context-entry-source", "", text, advice
    [(kind, source)] = sources.items()
    return SOURCES[kind](kind, source)


def given_sources(entry: ContextEntry) -> dict[str, Source]:
    """The sources of an entry by the names of their fields."""
    fields = {
        "configMap": entry.config_map,
        "apiCall": entry.api_call,
        "imageRegistry": entry.image_registry,
        "variable": entry.variable,
        "globalReference": entry.global_reference,
    }
    return {name: source for name, source in fields.items() if source is not None}


# --- Sources ---


def _config_map(kind: str, source: Source) -> Problem | None:
    for field in ("name", "namespace"):
        if not source.get(field):
            text = f"a {field} is required for configMap context entry"
            return "context-entry-incomplete", kind, text, f"write its `{field}`"
    return None


def _api_call(kind: str, source: Source) -> Problem | None:
    if source.get("urlPath") and source.get("service") is not None:
        text = "a URLPath cannot be used for service API calls"
        return "context-entry-source", f"{kind}.urlPath", text, "remove `urlPath` or `service`"
    return None


def _image_registry(kind: str, source: Source) -> Problem | None:
    reference = source.get("reference")
    if not reference:
        text = "a ref is required for imageRegistry context entry"
        return "context-entry-incomplete", kind, text, "write its `reference`"
    if is_variable(reference):
        return None
    try:
        parse_image(reference)
    except ImageError as error:
        cause = str(error).rpartition(": ")[2]  # without the registry and the settings of other places
        return "invalid-image", f"{kind}.reference", f"bad image: {reference}: {cause}", "correct the reference"
    return None


def _variable(kind: str, source: Source) -> Problem | None:
    if source.get("jmesPath"):
        return None
    if source.get("value") is None:
        text = "a variable must define a value or a jmesPath expression"
        return "context-entry-incomplete", kind, text, "write its `value` or its `jmesPath`"
    if source.get("default") is not None:
        text = "a variable must define a default value only when a jmesPath expression is defined"
        return "useless-default", f"{kind}.default", text, "remove the default"
    return None


def _global_reference(kind: str, source: Source) -> Problem | None:
    if not source.get("name"):
        text = "a name is required for globalReference context entry"
        return "context-entry-incomplete", kind, text, "write its `name`"
    return None


SOURCES = {
    "configMap": _config_map,
    "apiCall": _api_call,
    "imageRegistry": _image_registry,
    "variable": _variable,
    "globalReference": _global_reference,
}


# --- Expressions ---


def _check_expression(entry: ContextEntry, dialect: Dialect, at: Spot, prefix: str) -> Iterator[Finding]:
    """The `jmesPath` of an entry parses, unless it holds variables."""
    [(kind, source)] = given_sources(entry).items()
    path = source.get("jmesPath") or ""
    if not path or is_variable(path):
        return
    try:
        dialect.compile(path)
    except (ExpressionError, LimitExceeded) as error:
        excerpt = error.caret if isinstance(error, ExpressionError) else ""
        text = f"{prefix}failed to parse JMESPath {path}: {error}"
        yield at.within(f"{kind}.jmesPath").error("invalid-expression", text, "correct the expression", excerpt)
