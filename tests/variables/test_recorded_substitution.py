"""Variables, references, positions and values of flags give the recorded answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kyvernopy.engine.conditions import compile_conditions
from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.dialect import Dialect
from kyvernopy.offline.values import parse_set, read_values
from kyvernopy.policies import rewriting
from kyvernopy.policies.model import Condition
from kyvernopy.variables.allow_list import AllowList
from kyvernopy.variables.context import Context
from kyvernopy.variables.occurrences import (
    find_variables,
    has_variables,
    is_reference,
    is_variable,
    replace_all_variables,
)
from kyvernopy.variables.paths import merged
from kyvernopy.variables.positions import parse_path, pointer_to_jmespath
from kyvernopy.variables.references import absolute_path, resolve_reference
from kyvernopy.variables.template import compile_template
from support import Answer, Row, check_rows, needs_shared, vectors

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = needs_shared

DIALECT = Dialect()
CALL = r"([a-z_0-9]+\()[^{}]"
ADMISSION = rf"request|serviceAccountName|serviceAccountNamespace|element|elementIndex|@|images|image|{CALL}"


def filled(row: Row) -> Any:
    return compile_template(row["document"], DIALECT).fill(Context(DIALECT, row["context"]))


def condition_with_key(row: Row) -> Any:
    conditions = compile_conditions([Condition(key=row["document"], operator="Equals", value="")], DIALECT)
    return conditions.holds(Context(DIALECT, row["context"]))


def allowed(row: Row) -> Any:
    regex = ADMISSION if row["allowed_regex"] else None
    return compile_template(row["document"], DIALECT).fill(AllowList(DIALECT, regex, row["allowed_patterns"]))


def without_variables(row: Row) -> None:
    if has_variables(row["document"]):
        raise ExpressionError("variables are not allowed")


def shifted(row: Row) -> Any:
    pivot = "anyPattern/[0-9]+" if row["pivot"] == "anyPattern" else row["pivot"]
    return rewriting._shift(row["document"], pivot, f"/{row['shift']}")  # noqa: SLF001  a rule goes through more than this


def added(row: Row) -> Any:
    context = Context(DIALECT, row["context"])
    context.add_variable(row["key"], row["value"])
    return context.query(row["query"])


def computed(row: Row) -> Any:
    document = row["document"]
    values = read_values(document["values"] or {}, "values", [], chosen=document["set"])
    return values.variables_for(document["policy"], document["resource"])


def merged_maps(row: Row) -> Any:
    """With `overwrite` the names at the top are set; that is what every setter of the context does."""
    return {**row["context"], **row["document"]} if row["overwrite_maps"] else merged(row["context"], row["document"])


MODES: dict[str, Callable[[Row], Any]] = {
    "add_variable_then_query": added,
    "allowlist": allowed,
    "cli_compute_values": computed,
    "cli_parse_set": lambda row: parse_set(row["document"] or [])[0] or None,
    "condition_key": condition_with_key,
    "find_variables": lambda row: find_variables(row["document"]),
    "form_absolute_path": lambda row: absolute_path(row["document"], row["absolute_path"]),
    "is_reference": lambda row: is_reference(row["document"]),
    "is_variable": lambda row: is_variable(row["document"]),
    "merge_maps": merged_maps,
    "object_has_variables": without_variables,
    "parse_path": lambda row: parse_path(row["document"]),
    "pointer_to_jmespath": lambda row: pointer_to_jmespath(row["document"]),
    "replace_all_vars": lambda row: replace_all_variables(row["document"], row["replacement"]),
    "resolve_reference": lambda row: resolve_reference(row["reference"], row["absolute_path"], row["document"]),
    "shift_references": shifted,
    "substitute": filled,
}


def test_recorded_substitutions():
    check_rows("variables/substitution", answer, vectors("substitution"))


def answer(row: Row) -> Answer:
    """Our value and the recorded one, or our error's text and what it must hold."""
    try:
        value = MODES[row["mode"]](row)
    except ExpressionError as error:
        wanted = row.get("expect_error", "no error")
        return (True if wanted is True else wanted if wanted in str(error) else str(error)), wanted
    if "expect_error" in row:
        return value, "an error"
    return (value, row["expect"]) if "expect" in row else (True, True)
