"""What does importing the library cost, against an interpreter that starts and does nothing?

The median of 20 fresh processes. What the number does not say: how cold the disk is elsewhere, and the import of
YAML, which the first text to be read pays.
"""

from __future__ import annotations

from _processes import medians
from _table import duration, table, versions

STATEMENTS = {
    "a bare start": "pass",
    "import kyvernopy": "import kyvernopy",
    "... and the first name": "import kyvernopy; kyvernopy.parse_policies",
    "... and the first policy": (
        "import kyvernopy; kyvernopy.load_policies('examples/policies/require-run-as-non-root.yaml')"
    ),
    "import jsonschema, for comparison": "import jsonschema",
}


def run() -> None:
    taken = medians({name: ("-c", statement) for name, statement in STATEMENTS.items()}, 20)
    base = taken["a bare start"]
    rows = [("", "process", "of a bare start")]
    rows += [(name, duration(seconds), f"{seconds / base:.2f}") for name, seconds in taken.items()]
    table("Importing in a fresh process", rows)
    print("Not in these numbers: a cold disk; the files are in the cache of the system.")
    print(versions("kyvernopy", "jsonschema"))


if __name__ == "__main__":
    run()
