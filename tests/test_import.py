"""`import kyvernopy` stays light: what a first decision may not need is loaded when it is needed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = ["asyncio", "cryptography", "decimal", "difflib", "glom", "orjson", "rich", "yaml"]
PLAIN = {
    name: value for name, value in os.environ.items() if not name.startswith("COV")
}  # coverage imports much itself


def modules_after(statement: str) -> set[str]:
    """The names of the modules that a fresh interpreter holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], env=PLAIN, capture_output=True, text=True, check=True)
    return set(printed.stdout.split())


@pytest.fixture(scope="module")
def imported() -> set[str]:
    return modules_after("import kyvernopy") - modules_after("pass")


@pytest.mark.parametrize("module", HEAVY)
def test_importing_the_library_leaves_heavy_modules_out(module, imported):
    assert module not in imported


def test_importing_the_library_opens_no_way_out(imported):
    assert not imported & {"socket", "ssl", "http", "http.client", "urllib.request", "subprocess", "multiprocessing"}
