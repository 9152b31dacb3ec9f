"""Images of containers: where resources state them, and which of them a pattern means."""

from __future__ import annotations
