"""The public names are few, described where they are defined, and documented in docs/reference."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re

import pytest

import kyvernopy
from support import ROOT

PAGES = "\n".join(page.read_text(encoding="utf-8") for page in sorted(ROOT.glob("docs/reference/**/*.md")))
MODULES = ["kyvernopy", *(found.name for found in pkgutil.walk_packages(kyvernopy.__path__, "kyvernopy."))]


def test_there_are_at_most_twenty_five():
    assert len(kyvernopy.__all__) <= 25


@pytest.mark.parametrize("name", kyvernopy.__all__)
def test_a_public_name_has_a_docstring(name):
    described = getattr(kyvernopy, name)
    assert inspect.getdoc(described if callable(described) or inspect.ismodule(described) else type(described))


@pytest.mark.parametrize("name", kyvernopy.__all__)
def test_a_public_name_is_documented(name):
    assert re.search(rf"`(?:kyvernopy\.)?{re.escape(name)}\b", PAGES), f"docs/reference does not mention `{name}`"


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_the_public_names_of_a_module_exist(name):
    module = importlib.import_module(name)
    names = list(getattr(module, "__all__", []))  # ruff holds their order
    assert [one for one in names if not hasattr(module, one)] == []
