"""Every check of the project, as `make test` runs them; needs nothing but the standard library and .venv.

On the default Python (that of .venv): style, types, layers, the whole suite, its branch coverage, and the wheel. On each
other Python from 3.10 on: the suite with 100 examples a property and without coverage, in an environment of its own
below .venvs, which is made in the background while the first checks run. A failed step does not stop the next ones.
The last lines tell what each step did and took; the exit status is 1 if any failed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
DEFAULT = sys.version_info[:2]
PYTEST = ["-m", "pytest", "-n", "2", "--dist", "worksteal"]
SHORT = {"KYVERNOPY_EXAMPLES": "100"}
MEASURED = ["--ignore", "tests/reference"]

CLOSING = re.compile(r"=* ?((?:\d+ \w+,? ?)+ in [\d.]+s)")  # "812 passed, 3 skipped in 80.21s"
COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed)")


@dataclass(frozen=True)
class Step:
    """A step that has ended: its name, whether it went well, how long it took, and what pytest counted."""

    name: str
    ok: bool
    seconds: float
    counted: str = ""

    def __str__(self) -> str:
        return f"{'ok' if self.ok else 'FAILED':7}{self.seconds:6.1f} s  {self.name:28}{self.counted}".rstrip()


def main() -> int:
    """Run everything; 0 if all went well."""
    start = time.monotonic()
    others = other_pythons()
    with ThreadPoolExecutor(max_workers=1) as background:
        environments = {version: background.submit(environment, python, version) for version, python in others.items()}
        steps = [*static_checks(), *suite(), run("wheel", [sys.executable, ".ci/check_wheel.py"])]
        steps += [suite_elsewhere(version, made) for version, made in environments.items()]
    print_totals(steps, [DEFAULT, *others], time.monotonic() - start)
    return 0 if all(step.ok for step in steps) else 1


# --- Steps ---


def static_checks() -> list[Step]:
    """Style, types and layers."""
    return [
        run("ruff check", [BIN / "ruff", "check", "."]),
        run("ruff format", [BIN / "ruff", "format", "--check", "."]),
        run("mypy --strict", [BIN / "mypy"]),
        run("mypy --strict, definition", [BIN / "mypy", "-p", "reference"], cwd=ROOT / "tests"),
        run("import contracts", [BIN / "lint-imports"]),
    ]


def suite() -> list[Step]:
    """The whole suite on the default Python; the branches that it covers are measured in a short run of its own.

    Measuring takes as long again for the library, and four times as long for the definition, which is not measured.
    """
    tested = run(f"suite on {shown(DEFAULT)}", [sys.executable, *PYTEST])
    for old in ROOT.glob(".coverage*"):
        old.unlink()
    measured = run(
        "branch coverage, run", [sys.executable, "-m", "coverage", "run", *PYTEST, *MEASURED], variables=SHORT
    )
    subprocess.run([sys.executable, "-m", "coverage", "combine", "--quiet"], cwd=ROOT, check=False)
    return [tested, measured, run("branch coverage, report", [sys.executable, "-m", "coverage", "report"])]


def suite_elsewhere(version: tuple[int, int], made: Future[Path]) -> Step:
    """The suite on another Python."""
    name = f"suite on {shown(version)}, short"
    try:
        python = made.result()
    except subprocess.CalledProcessError as error:
        print(f"\n=== {name}: its environment could not be made\n{error.stdout}{error.stderr}")
        return Step(name, ok=False, seconds=0)
    return run(name, [python, *PYTEST], variables=SHORT)


def run(name: str, command: list[str | Path], cwd: Path = ROOT, variables: dict[str, str] | None = None) -> Step:
    """Run a command, show what it prints while it prints it, and note what pytest counts at the end."""
    print(f"\n=== {name}", flush=True)
    start, counted = time.monotonic(), ""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(variables or {})},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    for line in process.stdout or ():
        print(line, end="", flush=True)
        closing = CLOSING.match(line)
        counted = closing[1] if closing else counted
    return Step(name, process.wait() == 0, time.monotonic() - start, counted)


def print_totals(steps: list[Step], versions: list[tuple[int, int]], seconds: float) -> None:
    """A line for each step, and one for all."""
    print("\n=== totals")
    print(*steps, sep="\n")
    counts = {"passed": 0, "failed": 0, "error": 0, "skipped": 0}
    for number, what in COUNT.findall(" ".join(step.counted for step in steps if step.name.startswith("suite"))):
        counts[what.removesuffix("s")] = counts.get(what.removesuffix("s"), 0) + int(number)
    failed = [step.name for step in steps if not step.ok]
    print(
        "Python " + ", ".join(map(shown, versions)) + ":", "FAILED: " + ", ".join(failed) if failed else "all steps ok"
    )
    print(", ".join(f"{number} {what}" for what, number in counts.items()) + f" in {seconds:.2f}s")


# --- Other Pythons ---


def other_pythons() -> dict[tuple[int, int], Path]:
    """The other Pythons from 3.10 on, one of each version; prints what is used and what is skipped, and why."""
    found: dict[tuple[int, int], Path] = {}
    print(f"Python {shown(DEFAULT)}: default, {sys.executable}")
    for candidate in candidates():
        version, problem = ask(candidate)
        if version and not problem and version in {DEFAULT, *found}:
            problem = f"another {shown(version)} is used"
        if version and not problem:
            found[version] = candidate
        print(f"{'skipped' if problem else 'used'}: {candidate}" + f" ({problem})" * bool(problem))
    return dict(sorted(found.items()))


def candidates() -> list[Path]:
    """python3.10 to python3.14 on the path, and all that pyenv has installed."""
    names = [f"python3.{minor}" for minor in range(10, 15)]
    on_path = [Path(path) for path in map(shutil.which, names) if path]
    return on_path + sorted(Path.home().glob(".pyenv/versions/*/bin/python"))


def ask(python: Path) -> tuple[tuple[int, int] | None, str]:
    """The version that an interpreter says it has, and why it is not used."""
    command: list[str | Path] = [python, "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return None, "does not start"
    version = int(answer[0]), int(answer[1])
    return version, "" if version >= (3, 10) else f"is {shown(version)}"


def environment(python: Path, version: tuple[int, int]) -> Path:
    """The Python of an environment that holds the library and what its tests need; kept while pyproject.toml stays."""
    folder = ROOT / ".venvs" / f"py{shown(version)}"
    stamp, wanted = folder / "installed", hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if not (stamp.exists() and stamp.read_text() == wanted):
        command: list[str | Path] = [ROOT / ".ci" / "install", folder, "-e", ".[test]"]
        variables = {**os.environ, "PYTHON": str(python)}
        subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=True)
        stamp.write_text(wanted)
    return folder / "bin" / "python"


def shown(version: tuple[int, int]) -> str:
    """3.12."""
    return ".".join(map(str, version))


if __name__ == "__main__":
    sys.exit(main())
