"""Images of resources, and the patterns that match them, as recorded."""

from __future__ import annotations

from typing import Any

import pytest

from kyvernopy.images.extract import extract_images
from kyvernopy.images.extractors import compile_extractors
from kyvernopy.images.match import compile_image_patterns
from kyvernopy.jmespath.dialect import Dialect
from support import Answer, Row, check_rows, needs_shared

pytestmark = needs_shared


def extracted(row: Row, extractors: str, secrets: str) -> dict[str, Any]:
    """The images of a row; pull secrets stand under a name of the recording's own."""
    custom = compile_extractors(row[extractors] or {}, Dialect().compile)
    return {
        group: {
            key: {**image.to_dict(), **({secrets: list(image.pull_secrets)} if image.pull_secrets else {})}
            for key, image in members.items()
        }
        for group, members in extract_images(row["resource"], custom).items()
    }


def extract_row(row: Row) -> Answer:
    if row["kind"] != "extract":
        return None
    return extracted(row, "extractors", "_imagePullSecrets"), row["expect"]


def extract_images_row(row: Row) -> Answer:
    if row["kind"] != "extract_images":
        return None
    recorded = row["expect"]["images"]
    for image in (image for members in recorded.values() for image in members.values()):
        image["imagePullSecrets"] or image.pop("imagePullSecrets")
    return extracted(row, "imageExtractors", "imagePullSecrets"), recorded


@pytest.mark.parametrize(("name", "check"), [("images", extract_row), ("image_parse", extract_images_row)])
def test_images_are_extracted_as_recorded(name, check):
    check_rows(name, check, others=True)


def match_row(row: Row) -> Answer:
    if "patterns" not in row:
        return None
    return compile_image_patterns(row["patterns"])(row["image"]), row["expect"]["match"]


def test_patterns_match_images_as_recorded():
    check_rows("image_match", match_row)
