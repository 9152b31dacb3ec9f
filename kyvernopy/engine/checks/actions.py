"""Checks of what rules do: one kind of test in a validate rule, and the anchors of its patterns (spec 03 §14.6, 01 §11).

Also the two checks of other fields that need neither variables nor expressions (spec 03 §14.5 items 6 and 10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.documents.positions import show_path
from kyvernopy.engine.checks.spots import Spot
from kyvernopy.kubernetes.kinds import kind_part
from kyvernopy.patterns.anchors import Anchor, parse_key
from kyvernopy.policies.autogen import ANNOTATION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeAlias

    from kyvernopy.engine.checks.spots import Checked, CheckedRule
    from kyvernopy.errors import Finding
    from kyvernopy.policies.model import ForEach, Validate

    Path: TypeAlias = tuple[str | int, ...]
    Problem: TypeAlias = tuple[str, str, Path, str]  # code, path as Kyverno writes it, our path, text

__all__ = ["check_autogen_annotation", "check_image_extractors", "check_validate", "find_anchor_problems"]


# --- validate (spec 03 §14.6) ---


def check_validate(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """A validate rule has one kind of test, and its patterns have only anchors that make sense there."""
    validate = one.rule.validate
    if not validate:
        return
    prefix = f"path: {one.at.shown}.validate"
    for code, shown, path, text in _problems(validate):
        place = Spot.same(show_path(("spec", "rules", one.origin, "validate", *path)))
        yield place.error(code, f"{prefix}.{shown}.: {text}", ADVICE[code])


ADVICE = {
    "no-test": "add a `pattern` or `deny`",
    "several-tests": "make one rule of each",
    "any-pattern-not-a-list": "write a list of patterns",
    "unsupported-anchor": "use `( )`, `=( )`, `^( )`, `X( )` or `<( )`",
    "existence-anchor-value": "write a list with the pattern that some item must match",
    "foreach-without-list": "write the query that gives the elements",
    "foreach-without-test": "add a `pattern` or `deny`",
    "foreach-with-several-tests": "make one loop of each",
}


def _problems(validate: Validate) -> Iterator[Problem]:
    yield from _test_problems(validate)
    yield from find_anchor_problems(validate.pattern, "pattern./", ("pattern",))
    patterns = validate.any_pattern
    if patterns is not None and not isinstance(patterns, list):
        text = f"failed to deserialize anyPattern, expect array: {_unmarshal_error(patterns)}"
        yield "any-pattern-not-a-list", "anyPattern", ("anyPattern",), text
    for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
        yield from find_anchor_problems(pattern, f"anyPattern[{index}]./", ("anyPattern", index))
    for index, loop in enumerate(validate.foreach or ()):
        yield from _loop_problems(loop, ("foreach", index))


def _test_problems(validate: Validate) -> Iterator[Problem]:
    fields = (
        *(validate.pattern, validate.any_pattern, validate.deny, validate.foreach),
        *(validate.pod_security, validate.cel, validate.assertion),
    )
    has_attestors = bool(validate.manifests and validate.manifests.get("attestors"))
    count = sum(field is not None for field in fields) + has_attestors
    if count == 0:
        yield "no-test", "", (), "one of pattern, anyPattern, deny, foreach, cel must be specified"
    elif count > 1:
        yield "several-tests", "", (), "only one of pattern, anyPattern, deny, foreach, cel can be specified"


def _loop_problems(loop: ForEach, path: Path) -> Iterator[Problem]:
    """What is wrong with a loop; loops within loops are not looked at."""
    if not loop.list:
        yield "foreach-without-list", "", path, "foreach.list is required"
    count = sum(field is not None for field in (loop.pattern, loop.any_pattern, loop.deny)) + bool(loop.foreach)
    tests = "one of pattern, anyPattern, deny, or a nested foreach"
    if count == 0:
        yield "foreach-without-test", "", path, f"{tests} must be specified"
    elif count > 1:
        yield "foreach-with-several-tests", "", path, f"only {tests} can be specified"


def _unmarshal_error(value: Any) -> str:
    """Go's words for a value that is no list."""
    kind = "object" if isinstance(value, dict) else "string" if isinstance(value, str) else "number"
    return (
        f"json: cannot unmarshal {'bool' if isinstance(value, bool) else kind} into Go value of type []interface {{}}"
    )


# --- Anchors (spec 01 §11) ---


def find_anchor_problems(pattern: Any, shown: str, path: Path) -> Iterator[Problem]:
    """Anchors that a pattern cannot have, and existence anchors without a list to look into."""
    if isinstance(pattern, dict):
        for key, value in pattern.items():
            below, there = f"{shown}/{key}", (*path, key)
            problem = _anchor_problem(key, value)
            if problem:
                code, text = problem
                yield code, below, there, text
            yield from find_anchor_problems(value, below, there)
    elif isinstance(pattern, list):
        for index, item in enumerate(pattern):
            # Upstream: the index follows the key without a slash, and a slash follows the index.
            yield from find_anchor_problems(item, f"{shown}{index}/", (*path, index))


def _anchor_problem(key: str, value: Any) -> tuple[str, str] | None:
    anchor = parse_key(key).anchor
    if anchor is Anchor.ADD_IF_ABSENT:
        return "unsupported-anchor", f"unsupported anchor {key}"
    if anchor is not Anchor.EXISTENCE or (isinstance(value, list) and value):
        return None
    if isinstance(value, list):
        return "existence-anchor-value", "existence anchor: should have at least one value"
    return "existence-anchor-value", "existence anchor should have value of type list"


# --- Other fields (spec 03 §14.5) ---


def check_image_extractors(_checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """A digest cannot be put where an expression changed the image (item 6)."""
    rule = one.rule
    extractors = [extractor for several in (rule.image_extractors or {}).values() for extractor in several]
    if any(entry.get("mutateDigest") for entry in rule.verify_images) and any(
        extractor.get("jmesPath") for extractor in extractors
    ):
        text = "jmespath may not be used in an image extractor when mutating digests with verify images"
        place = one.at.within("imageExtractors")
        yield place.error("image-extractor-jmespath", f"path: {one.at.shown}: {text}", "set `mutateDigest: false`")


def check_autogen_annotation(checked: Checked, one: CheckedRule) -> Iterator[Finding]:
    """A rule for Pods also meets Pods of controllers that autogen leaves out (item 10)."""
    listed = checked.policy.annotations.get(ANNOTATION, "none")
    kinds = {kind_part(kind) for wanted in one.rule.match.filters for kind in wanted.resources.kinds}
    if listed == "none" or kinds != {"Pod"}:
        return
    if sorted(listed.lower().split(",")) != ["cronjob", "daemonset", "deployment", "job", "statefulset"]:
        text = (
            "Policies that match Pods apply to all Pods including those created and managed by controllers "
            "excluded from autogen. Use preconditions to exclude the Pods managed by controllers which are "
            "excluded from autogen. Refer to https://kyverno.io/docs/policy-types/cluster-policy/autogen/ for details."
        )
        place = Spot.same(show_path(("metadata", "annotations", ANNOTATION)))
        yield place.warning("autogen-excludes-controllers", text, "exclude the Pods of these controllers")
