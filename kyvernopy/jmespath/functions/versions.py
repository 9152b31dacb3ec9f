"""`semver_compare`: whether a version is in a range, read as blang/semver reads both (spec 02 §3.7)."""

from __future__ import annotations

from kyvernopy.errors import ExpressionError
from kyvernopy.jmespath.functions.signature import Function

__all__ = ["FUNCTIONS"]


def _semver_compare(version: str, span: str) -> bool:
    from kyvernopy.golang.semver import (  # noqa: PLC0415  rarely called
        ZERO,
        RangeError,
        VersionError,
        parse_range,
        parse_version,
    )

    try:
        found = parse_version(version)
    except VersionError:  # Upstream: what is no version counts as 0.0.0
        found = ZERO
    try:
        return parse_range(span)(found)
    except RangeError as error:
        raise ExpressionError(str(error)) from None


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "semver_compare",
        _semver_compare,
        (("string",), ("string",)),
        "bool",
        "Whether a semantic version is in a range; what is no version counts as 0.0.0.",
    ),
)
