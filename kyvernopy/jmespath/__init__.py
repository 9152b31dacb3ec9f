"""Kyverno's dialect of JMESPath: `search(expression, data)`, and `compile(expression)` for many searches.

It is the language of the `jmespath` package with other rules where a key is absent, which is an error (spec 02 §2.3).
"""

from __future__ import annotations
