"""How long whole processes take: several commands in turn, so that a busy moment of the machine meets all of them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

from _inputs import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["medians"]

BARE = {name: value for name, value in os.environ.items() if not name.startswith(("COV", "PYTHON"))}


def medians(commands: dict[str, Sequence[str]], repeat: int) -> dict[str, float]:
    """The median seconds of each command line of Python, by its name; the first round fills the caches of the disk."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(repeat + 1):
        for name, arguments in commands.items():
            begun = time.perf_counter()
            ended = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=BARE, capture_output=True, check=False)
            if ended.returncode not in (0, 1):  # 1 says that a resource failed
                raise RuntimeError(f"{name}: {ended.stderr.decode()}")
            if number:
                taken[name].append(time.perf_counter() - begun)
    return {name: median(seconds) for name, seconds in taken.items()}
