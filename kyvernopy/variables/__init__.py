"""Variables: the data that they are looked up in, what is loaded into it, and how they are filled in."""

from __future__ import annotations
