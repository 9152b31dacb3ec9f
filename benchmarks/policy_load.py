"""What does it cost to load policies: YAML, checked fields, and the first decision, which compiles?

The twelve policies of pod security, from texts in memory. PyYAML's fastest loader reads the same texts and does no more.
What the number does not say: what opening the files costs, and imports, which the first load pays.
"""

from __future__ import annotations

import yaml
from _inputs import CAREFUL, TWELVE
from _table import compare, duration, table, versions

from kyvernopy import PolicySet, parse_policies
from kyvernopy.documents.read import read_documents


def run() -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(TWELVE.glob("*.yaml"))]
    policies = parse_policies("\n---\n".join(texts))
    seconds = compare(
        {
            "YAML alone: yaml.CSafeLoader": lambda: [list(yaml.load_all(text, yaml.CSafeLoader)) for text in texts],
            "YAML alone: kyvernopy": lambda: [list(read_documents(text)) for text in texts],
            "parse_policies: YAML and checked fields": lambda: [parse_policies(text) for text in texts],
            "first decision: rules and closures": lambda: PolicySet(policies.policies).validate(CAREFUL),
            "first decision after compile(): source too": lambda: (
                PolicySet(policies.policies).compile().validate(CAREFUL)
            ),
        }
    )
    read, *_ = seconds.values()
    rows = [("", f"{len(texts)} policies", "per policy", "of yaml.CSafeLoader")]
    for name, all_of_them in seconds.items():
        each = duration(all_of_them / len(texts))
        rows.append((name, duration(all_of_them), each, f"{all_of_them / read:.2f}"))
    table("Loading the twelve policies of pod security", rows)
    print("Not in these numbers: opening the files, and imports.")
    print(versions("kyvernopy", "pyyaml"))


if __name__ == "__main__":
    run()
