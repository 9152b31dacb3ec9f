"""`assert_never`, from wherever it costs least: a match that forgets a node is then an error of types.

The standard library has it from Python 3.11 on; importing `typing_extensions` would double the time of a cold start.
"""

from __future__ import annotations

import sys

if sys.version_info >= (3, 11):
    from typing import assert_never
else:
    from typing_extensions import assert_never

__all__ = ["assert_never"]
