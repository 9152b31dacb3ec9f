"""Kyverno's pattern language: anchors, leaves and lists, compiled into predicates that also explain themselves.

A pattern is parsed once into a tree (`nodes`, `parse`, `leaves`). From the tree come a slow walk that says why
(`explain`), closures that decide every pattern (`compile`) and, for plain conjunctions, one generated Python function
(`source`). `pattern.Pattern` puts them together.
"""

from __future__ import annotations

from kyvernopy.patterns.pattern import Pattern, compile_pattern

__all__ = ["Pattern", "compile_pattern"]
