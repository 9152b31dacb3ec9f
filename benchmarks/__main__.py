"""Runs every benchmark, each in a process of its own: `python benchmarks`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
    subprocess.run([sys.executable, str(path)], check=True)
