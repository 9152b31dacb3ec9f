"""What the benchmarks share: timing a function, and printing a table that says on what it was measured."""

from __future__ import annotations

import platform
import time
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["compare", "duration", "measure", "table", "versions"]

_SHORTEST = 0.05  # seconds of one measurement, so that the clock does not decide
_TURN, _ROUNDS = 0.004, 50  # seconds, turns of each function


def measure(function: Callable[[], object], repeat: int = 5) -> float:
    """Seconds of one call: the best of several measurements, which other work on the machine disturbs least."""
    count, elapsed = 1, _timed(function, 1)
    while elapsed < _SHORTEST:
        count = max(2 * count, int(count * _SHORTEST / max(elapsed, 1e-9)))
        elapsed = _timed(function, count)
    return min([elapsed, *(_timed(function, count) for _ in range(repeat - 1))]) / count


def compare(functions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of one call of each: the best of many short turns, so that a busy moment of the machine meets all alike."""
    counts = {name: max(1, int(_TURN / measure(function, 1))) for name, function in functions.items()}
    rounds = [
        {name: _timed(function, counts[name]) / counts[name] for name, function in functions.items()}
        for _ in range(_ROUNDS)
    ]
    return {name: min(one[name] for one in rounds) for name in functions}


def _timed(function: Callable[[], object], count: int) -> float:
    begun = time.perf_counter()
    for _ in range(count):
        function()
    return time.perf_counter() - begun


def duration(seconds: float) -> str:
    """Seconds in the unit that reads best."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def table(title: str, rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a title as columns; the first row is the head, numbers stand to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    print(f"\n{title}\n{'=' * len(title)}")
    for number, row in enumerate(cells):
        first, *others = (
            cell.ljust(width) if not at else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *others]))
        if not number:
            print("  ".join("-" * width for width in widths))


def versions(*packages: str) -> str:
    """One line: Python, packages and machine."""
    found = [f"{package} {_version(package)}" for package in packages]
    system = f"{platform.system()} {platform.machine()}"
    return ", ".join([f"Python {platform.python_version()}", *found, system])


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(absent)"
