"""Runs of the command, one a file of `cases/`: what it is called with, what it prints and how it ends.

A case runs in a folder that holds the files of `files/` and its own `files`. Its `stdout` is all lines of standard
output, with 0 for the seconds of time stamps; its `stderr` has a line for each line of standard error, which begins
with it. `why` says what the case shows where its name does not.
"""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

HERE = Path(__file__).parent
KEYS = {"why", "args", "stdin", "files", "exit", "stdout", "stderr"}


def read_case(path: Path) -> dict[str, Any]:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert not case.keys() - KEYS, f"{path}: unknown keys"
    return case


CASES = {path.stem: read_case(path) for path in sorted((HERE / "cases").glob("*.yaml"))}


@pytest.mark.parametrize("name", CASES)
def test_a_case_ends_as_its_file_says(name, tmp_path, monkeypatch, run):
    case = CASES[name]
    shutil.copytree(HERE / "files", tmp_path, dirs_exist_ok=True)
    for file, text in case.get("files", {}).items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    stdin = (tmp_path / case["stdin"]).read_bytes() if "stdin" in case else b""

    ran = run(*shlex.split(case["args"]), stdin=stdin)

    assert re.sub(r'("?seconds"?: ?)\d+', r"\g<1>0", ran.stdout).splitlines() == case["stdout"]
    told = ran.stderr.splitlines()
    assert [line[: len(start)] for line, start in zip(told, case["stderr"], strict=False)] == case["stderr"], told
    assert len(told) == len(case["stderr"]), told
    assert ran.exit == case["exit"]
