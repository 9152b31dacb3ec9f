"""Running the command inside the process of the tests."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass

import pytest

from kyvernopy.cli import main


@dataclass(frozen=True)
class Ran:
    """What a run of the command came to."""

    exit: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capsys, monkeypatch):
    """A function that runs the command with arguments, and with bytes as its standard input."""

    def run_command(*arguments: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        status = main(arguments)
        return Ran(status, *capsys.readouterr())

    return run_command
