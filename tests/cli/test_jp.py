"""What `jp` prints beyond the cases: all functions, and the recorded examples of Kyverno's documentation."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from kyvernopy.jmespath.functions import BUILTIN
from support import needs_shared, vectors


def test_kyvernos_functions_are_listed_by_signature(run):
    listed = run("jp", "function").stdout.split("\n\n")[:-1]
    names = [block.splitlines()[0].removeprefix("Name: ") for block in listed]

    assert names == sorted(names, key=lambda name: BUILTIN[name].signature)
    assert not {"length", "keys", "sort_by"} & set(names)
    assert {"add", "sum", "truncate"} < set(names)  # `sum` replaces that of JMESPath


@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_each_function_can_be_asked_for(name, run):
    first, second, *rest = run("jp", "function", name).stdout.splitlines()

    assert first == f"Name: {name}"
    assert second.startswith(f"  Signature: {name}(")
    assert rest[-1] == ""


@needs_shared
def test_examples_of_the_documentation_end_as_printed(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    judged = 0
    for row in vectors("cli_docs_examples"):
        if row["kind"] != "jp" or "<snip>" in row["shell"]:
            continue
        for block in row["shell"].removeprefix("$ ").split("\n$ "):
            command, _, printed = block.partition("\n")
            judged += example(command, printed.rstrip("\n"), run)
    assert judged == 6


def example(command: str, printed: str, run) -> bool:
    """Run one line of a shell; `cat` shows a file, which is written instead."""
    if command.startswith("cat "):
        Path(command.removeprefix("cat ")).write_text(printed, encoding="utf-8")
        return False
    stdin, _, called = command.rpartition(" | kyverno jp ") if " | kyverno" in command else ("", "", command[11:])
    echoed = shlex.split(stdin)[1:] if stdin else []
    ran = run("jp", *shlex.split(called), stdin=" ".join(echoed).encode())
    assert ran.stdout.rstrip("\n") == printed, command
    return True
