"""The page of findings lists every code that the library can give, and no other.

Codes are words with hyphens, so every such text in the source is a code, unless it is named here: the beginning of the
names of rules, and a property of results.
"""

from __future__ import annotations

import ast
import re

from support import ROOT

CODE = r"[a-z]+(?:-[a-z]+)+"
NO_CODES = {"autogen-cronjob", "patched-target"}


def codes_in_source():
    for path in (ROOT / "kyvernopy").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(CODE, node.value):
                yield node.value


def test_every_code_is_listed_and_none_else():
    page = (ROOT / "docs" / "reference" / "findings.md").read_text(encoding="utf-8")
    listed = set(re.findall(rf"`({CODE})`", page))
    assert listed == set(codes_in_source()) - NO_CODES
