"""What does `kyvernopy apply` cost as a whole process, against an interpreter that starts and does nothing?

The article's policy on one Pod, and the twelve policies of pod security on one Pod and on 1,000 Pods of three containers,
of which every third fails; the Pods are in one file, as YAML or as JSON.
What the number does not say: how it goes with many small files.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import yaml
from _inputs import ARTICLE, TWELVE, pods
from _processes import medians
from _table import duration, table, versions

COUNT = 1_000


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, many, listed = folder / "one.yaml", folder / "many.yaml", folder / "many.json"
        one.write_text(yaml.safe_dump(pods(2)[1]), encoding="utf-8")
        many.write_text(yaml.safe_dump_all(pods(COUNT)), encoding="utf-8")
        listed.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": pods(COUNT)}), encoding="utf-8")
        apply = ("-m", "kyvernopy", "apply")
        taken = medians(
            {
                "a bare start": ("-c", "pass"),
                "the article's policy, one Pod": (*apply, str(ARTICLE), "-r", str(one)),
                "twelve policies, one Pod": (*apply, str(TWELVE), "-r", str(one)),
            },
            20,
        )
        taken |= medians(
            {
                f"twelve policies, {COUNT:,} Pods, YAML": (*apply, str(TWELVE), "-r", str(many)),
                f"twelve policies, {COUNT:,} Pods, JSON": (*apply, str(TWELVE), "-r", str(listed)),
            },
            5,
        )
    base = taken["a bare start"]
    rows = [("", "process", "of a bare start")]
    rows += [(label, duration(seconds), f"{seconds / base:.1f}") for label, seconds in taken.items()]
    table("kyvernopy apply as a process", rows)
    print("Not in these numbers: many small files, and a cold disk.")
    print(versions("kyvernopy", "pyyaml", "orjson"))


if __name__ == "__main__":
    run()
