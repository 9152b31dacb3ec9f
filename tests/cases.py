"""Case tables: JSON files beside the tests, each row an `id`, inputs and an expectation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

__all__ = ["table"]


def table(test: str, name: str, *columns: str) -> pytest.MarkDecorator:
    """Runs a test once a row of `<name>.json` beside it; `test` is its `__file__`. A column may be absent: None."""
    rows = json.loads(Path(test).with_name(f"{name}.json").read_text(encoding="utf-8"))
    unknown = {key for row in rows for key in row} - {"id", *columns}
    assert not unknown, f"{name}: unknown keys {sorted(unknown)}"
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids)), f"{name}: an id occurs twice"
    return pytest.mark.parametrize(columns, [tuple(map(row.get, columns)) for row in rows], ids=ids)
