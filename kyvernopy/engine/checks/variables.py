"""Checks of variables: places that may have none, and a dry run of every rule (spec 03 §14.4 items 2 and 3, 02 §7).

The dry run fills each text of a rule from a scope without data, which knows the variables that are allowed there. So
every text tells its own first mistake, and Kyverno's answer is the first of all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kyvernopy.engine.checks.patches import read_operations
from kyvernopy.engine.checks.texts import pointer, spot_of, texts
from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.policies.reading import near_miss
from kyvernopy.variables.allow_list import AllowList
from kyvernopy.variables.failures import ForbiddenVariable
from kyvernopy.variables.occurrences import find_references, find_variables
from kyvernopy.variables.references import Leaves, resolve_reference, resolve_references
from kyvernopy.variables.template import compile_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kyvernopy.engine.checks.spots import Checked, CheckedRule, Spot
    from kyvernopy.errors import Finding
    from kyvernopy.jmespath.dialect import Dialect
    from kyvernopy.policies.model import ContextEntry, Rule

__all__ = ["check_variables", "declared_names", "find_forbidden_places", "find_invalid_variables", "rule_scope"]

INVALID = "policy contains invalid variables: "
ANY_CALL = r"([a-z_0-9]+\()[^{}]"
ADMISSION = rf"request|serviceAccountName|serviceAccountNamespace|element|elementIndex|@|images|image|{ANY_CALL}"
BACKGROUND = rf"request\.|element|elementIndex|@|images|images\.|image\.|{ANY_CALL}"
TARGET = (
    r"request\.|serviceAccountName|serviceAccountNamespace|element|elementIndex|@|images|images\.|image\.|target\.|"
    + ANY_CALL
)
BACKGROUND_TARGET = rf"request\.|element|elementIndex|@|images|images\.|image\.|target\.|{ANY_CALL}"

PREDEFINED = (
    "element",
    "elementIndex",
    "images",
    "request",
    "serviceAccountName",
    "serviceAccountNamespace",
    "target",
)
FIRST_NAME = re.compile(r"[\w-]+")
MOST_NAMES = 100  # that a wrong one is compared with
# What upstream looks for in match and exclude: braces within or escapes do not matter there.
PLAIN_VARIABLE = re.compile(r"\{\{[^{}]*\}\}")


def check_variables(checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """The variables of a rule stand where they may, and ask for what there is; each is told once."""
    forbidden = list(find_forbidden_places(one))
    yield from forbidden
    told = {(found.place.path, "") for found in forbidden}
    background = checked.policy.spec.background is not False
    for found in find_invalid_variables(one, checked.dialect, background=background):
        path = found.place.path
        if (path, "") not in told and (path, found.excerpt) not in told:
            yield found
        told.add((path, found.excerpt or "nothing"))


# --- Places that may have no variables (item 2) ---


def find_forbidden_places(one: CheckedRule, prefix: str = INVALID) -> Iterator[Finding]:
    """Variables in the paths of a JSON patch, in match and exclude, and in references to images."""
    rule, at = one.rule, one.at
    patch = read_operations(rule.mutate.patches_json6902) if rule.mutate else []
    for operation in patch if isinstance(patch, list) else ():
        path = operation.get("path") if isinstance(operation, dict) else None
        if isinstance(path, str) and find_variables(path):
            place = at.within("mutate.patchesJson6902")
            yield _forbidden(place, rule, "patchesJSON6902 path", prefix)
    for name in ("exclude", "match"):
        block = one.document.get(name)
        found = [steps for steps, text in texts(block, (name,)) if PLAIN_VARIABLE.search(text)]
        if found:
            yield _forbidden(spot_of(at, found[0]), rule, name, prefix)
    for index, entry in enumerate(rule.verify_images):
        references: list[str] = [*(entry.get("imageReferences") or ()), entry.get("image") or ""]
        if any(map(find_variables, references)):
            yield _forbidden(at.within(f"verifyImages[{index}]"), rule, "image reference", prefix)


def _forbidden(at: Spot, rule: Rule, section: str, prefix: str) -> Finding:
    text = f'{prefix}rule "{rule.name}" should not have variables in {section} section'
    return at.error("forbidden-variable", text, "write the value itself, or ask for it in `preconditions`")


# --- The dry run (item 3) ---


def find_invalid_variables(
    one: CheckedRule, dialect: Dialect, *, background: bool, prefix: str = INVALID
) -> Iterator[Finding]:
    """Variables that are not allowed, expressions that do not parse, and references that name nothing."""
    rule = one.rule
    targets = (rule.mutate and rule.mutate.targets) or ()
    for index, target in enumerate(targets):
        scope = AllowList(dialect, BACKGROUND if background else ADMISSION, _patterns(rule.context))
        document = {**target.to_dict(), "context": [], "preconditions": []}
        steps = ("mutate", "targets", index)
        text = f"{prefix}invalid variables defined at mutate.targets[{index}]: "
        yield from _dry_run(document, steps, one, scope, text)
    scope = rule_scope(rule, dialect, background=background)
    yield from _dry_run(
        _checked_part(one), (), one, scope, f"{prefix}variable substitution failed for rule {rule.name}: "
    )


def rule_scope(rule: Rule, dialect: Dialect, *, background: bool) -> AllowList:
    """The variables that a rule may ask for."""
    allowed = (TARGET, BACKGROUND_TARGET) if rule.mutates_existing else (ADMISSION, BACKGROUND)
    return AllowList(dialect, allowed[background], _patterns(_declared(rule), rule))


def _checked_part(one: CheckedRule) -> Mapping[str, Any]:
    """The rule without the conditions of attestations, whose variables come from the attestation."""
    if not one.rule.verify_images:
        return one.document
    entries = [
        {**entry, "attestations": [{**each, "conditions": None} for each in entry.get("attestations") or ()]}
        for entry in one.rule.verify_images
    ]
    return {**one.document, "verifyImages": entries}


def _dry_run(document: Any, steps: Any, one: CheckedRule, scope: AllowList, prefix: str) -> Iterator[Finding]:
    try:
        document = resolve_references(document, scope.dialect.limits)
    except (ExpressionError, LimitExceeded):
        yield from _unresolved(document, steps, one, prefix)
    for found, text in texts(document, steps):
        if "{{" not in text:
            continue
        try:
            compile_template(text, scope.dialect).fill(scope, pointer(found))
        except (ExpressionError, LimitExceeded) as error:
            yield _invalid(error, spot_of(one.at, found), one.rule, prefix)


def _unresolved(document: Any, steps: Any, one: CheckedRule, prefix: str) -> Iterator[Finding]:
    """The references of a document that name nothing, or that are too many to be resolved."""
    advice = "write the path of a text in the same document"
    leaves = Leaves(document)
    for found, text in texts(document):
        for _, start, end in find_references(text):
            error = _reference_error(text[start:end], pointer(found), leaves)
            if error:
                at = spot_of(one.at, (*steps, *found))
                yield at.error("unresolved-reference", f"{prefix}{error}", advice, text[start:end])


def _reference_error(reference: str, path: str, leaves: Leaves) -> str:
    try:
        resolve_reference(reference, path, leaves)
    except ExpressionError as error:
        return str(error)
    return ""


def _invalid(error: ExpressionError | LimitExceeded, at: Spot, rule: Rule, prefix: str) -> Finding:
    text = f"{prefix}{error}"
    if isinstance(error, ForbiddenVariable):
        return at.error("undefined-variable", text, _what_was_meant(error.expression, rule), error.expression)
    excerpt = (error.caret or error.expression) if isinstance(error, ExpressionError) else ""
    return at.error("invalid-expression", text, "correct the expression", excerpt)


def _what_was_meant(expression: str, rule: Rule) -> str:
    """Advice about a variable that nothing defines."""
    found = FIRST_NAME.match(expression)
    name = found[0] if found else ""
    declared = declared_names(rule)[:MOST_NAMES]
    if name in PREDEFINED:
        return "ask for a field of it, or set `spec.background: false` if it is not there in the background"
    if name in declared:
        return f"a ConfigMap has `{name}.data` and `{name}.metadata`"
    return near_miss(name, [*declared, *PREDEFINED]) or "define it in `context`, or ask for `request.object`"


# --- What a rule declares ---


def declared_names(rule: Rule) -> tuple[str, ...]:
    """The names of all context entries of a rule."""
    return tuple(entry.name for entry in _declared(rule))


def _declared(rule: Rule) -> Iterator[ContextEntry]:
    """The context entries of a rule, of its loops, but for loops within loops, and of its targets."""
    yield from rule.context
    for loop in (rule.validate and rule.validate.foreach) or ():
        yield from loop.context
    if rule.mutate:
        for part in rule.mutate.foreach or ():
            yield from part.context
        for target in rule.mutate.targets or ():
            yield from target.context
    for entry in (rule.generate and rule.generate.foreach) or ():
        yield from _plain_entries(entry.get("context") or ())


def _plain_entries(entries: Iterable[Any]) -> Iterator[ContextEntry]:
    from kyvernopy.policies.model import ContextEntry  # noqa: PLC0415  loops of generate are rare
    from kyvernopy.policies.reading import Reading  # noqa: PLC0415

    for entry in entries:
        yield ContextEntry.SHAPE.read(entry, None, Reading(strict=False))


def _patterns(entries: Iterable[ContextEntry], rule: Rule | None = None) -> list[str]:
    """The wildcards that context entries and attestations add to what is allowed."""
    patterns: list[str] = []
    for entry in entries:
        if entry.config_map is not None:
            patterns += [f"{entry.name}.{part}" for part in ("data", "metadata", "data.*", "metadata.*")]
        elif (entry.api_call, entry.global_reference, entry.image_registry, entry.variable) != (None,) * 4:
            patterns.append(f"{entry.name}*")
    for image in rule.verify_images if rule else ():
        if image.get("validate"):
            patterns += [f"{one.get('name', '')}*" for one in image.get("attestations") or ()]
    return patterns
