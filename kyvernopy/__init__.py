"""Kyverno policies as a Python library."""

from __future__ import annotations

from kyvernopy.patterns.pattern import compile_pattern as compile_pattern
