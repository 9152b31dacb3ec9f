"""Which images a list of patterns means: wildcards, compared with a whole reference (spec 07 §1, §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kyvernopy.kubernetes.wildcards import compile_wildcard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["compile_image_patterns"]


def compile_image_patterns(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether any of the patterns matches a reference such as `docker.io/nginx:latest`; without patterns none does."""
    tests = tuple(map(compile_wildcard, dict.fromkeys(patterns)))
    if len(tests) == 1:
        return tests[0]
    return lambda reference: any(test(reference) for test in tests)
