"""All code in README.md and docs/ runs, page by page, in a temporary folder that holds a copy of examples/.

The blocks of a page run from top to bottom:

- ```` ```python ````: run; all blocks of a page share their names. With `>>>` the printed values are compared (doctest).
- ```` ```console ````: each line `$ command` is run, and must end with 0 or with what a comment says: `$ command  # exit 1`.
  Lines below it, if any, are what it prints. In printed text `...` stands for anything.
- ```` ```sh ````: run as one script, which must end with 0.
- Any block below a line `<!-- file: policy.yaml -->` is not run but written to that file.
- Any block below a line `<!-- not run: reason -->` is left alone.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(
    r"(?:^ *<!-- (?P<mark>file|not run): (?P<note>.+?) -->\n\s*)?^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
COMMAND = re.compile(r"^\$ (?P<command>(?:.*\\\n)*.*)\n(?P<output>(?:(?!\$ ).*\n?)*)", re.MULTILINE)
FLAGS = doctest.ELLIPSIS
TERMINAL = {"NO_COLOR": "1", "COLUMNS": "120", "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@dataclass(frozen=True)
class Block:
    """A block of a page: its language, text, first line, and what the comment above it says."""

    page: str
    line: int
    language: str
    text: str
    mark: str
    note: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: str) -> Iterator[Block]:
    text = (ROOT / page).read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("text")) + 1
        code = textwrap.dedent(found["text"])
        yield Block(page, line, found["language"], code, found["mark"] or "", found["note"] or "")


@pytest.mark.parametrize("page", PAGES)
def test_all_code_of_a_page_runs(page, tmp_path, monkeypatch):
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in blocks(page):
        run(block, names)


def run(block: Block, names: dict[str, Any]) -> None:
    match block.mark or block.language:
        case "file":
            path = Path(block.note)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
        case "python" if ">>> " in block.text:
            run_session(block, names)
        case "python":
            source = "\n" * (block.line - 1) + block.text  # so that a traceback names the line of the page
            exec(compile(source, block.page, "exec"), names)  # noqa: S102  (our own documentation)
        case "console":
            run_commands(block)
        case "sh":
            check_command(block, block.text, status=0, output="")


def run_session(block: Block, names: dict[str, Any]) -> None:
    """Run the `>>>` lines and compare what they print."""
    test = doctest.DocTestParser().get_doctest(block.text, names, block.page, block.page, block.line - 1)
    test.globs = names  # get_doctest copies them, but later blocks read what this one defines
    told: list[str] = []
    failed, _ = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=told.append, clear_globs=False)
    assert not failed, "".join(told)


def run_commands(block: Block) -> None:
    """Run the `$` lines of a block."""
    for found in COMMAND.finditer(block.text):
        noted = re.search(r"# exit (\d+)\s*$", found["command"])
        check_command(block, found["command"], int(noted[1]) if noted else 0, found["output"])


def check_command(block: Block, command: str, status: int, output: str) -> None:
    """Run a command in a shell and compare its exit status, and what it prints if the page shows that."""
    ran = subprocess.run(
        ["bash", "-e", "-c", command],  # noqa: S607  (the shell of the path)
        env={**os.environ, **TERMINAL},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    printed = "".join(f"{line.rstrip()}\n" for line in ran.stdout.splitlines())
    told = f"{block.place}: {command}\nended with {ran.returncode} and printed:\n{printed}"
    assert ran.returncode == status, told
    assert not output.strip() or doctest.OutputChecker().check_output(output.rstrip() + "\n", printed, FLAGS), told
