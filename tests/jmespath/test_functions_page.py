"""The page of the functions lists every function as the code describes it, with two examples and its errors."""

from __future__ import annotations

import re

from kyvernopy.jmespath.functions import BUILTIN
from support import ROOT

PAGE = (ROOT / "docs/reference/jmespath-functions.md").read_text(encoding="utf-8")
ENTRIES = re.findall(r"^### `([^`]+)`\n\n(.+?)(?=^#{2,3} |\Z)", PAGE, re.MULTILINE | re.DOTALL)


def test_every_function_stands_on_the_page_with_its_signature():
    signatures = [signature for signature, _ in ENTRIES]
    assert sorted(signatures) == sorted(function.signature for function in BUILTIN.values())


def test_every_function_is_described_by_its_note():
    for signature, text in ENTRIES:
        note = BUILTIN[signature.partition("(")[0]].note
        assert note.endswith(".")
        assert " ".join(text.partition("\n\n")[0].split()) == note


def test_every_function_has_two_examples_that_call_it_and_shows_its_errors():
    for signature, text in ENTRIES:
        name = signature.partition("(")[0]
        assert len(re.findall(rf"^>>> (?:print\()?search\(.*\b{name}\(", text, re.MULTILINE)) >= 2, name
        assert ("\nErrors: " in text) == (f'>>> error("{name}(' in text), name
