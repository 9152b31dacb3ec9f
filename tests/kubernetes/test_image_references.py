from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.kubernetes.image_references import ImageError, ImageReference, add_default_registry, parse_image
from reference.images import parse_image as defined_image
from reference.values import ExpressionError as DefinedError
from support import check_rows, examples

SHA = "sha256:" + "0123456789abcdef" * 4


def fields(image: ImageReference) -> dict[str, str]:
    names = {name: getattr(image, name) for name in ("registry", "path", "name", "tag", "digest", "reference")}
    return {**names, "referenceWithTag": image.reference_with_tag, "string": str(image)}


def parsed(text: str, registry: str, mutate: bool, expected: dict) -> tuple[object, object]:  # noqa: FBT001
    try:
        ours = fields(parse_image(text, registry, mutate))
    except ImageError:
        return {"error": True}, expected
    return {name: ours[name] for name in expected}, expected


def test_vectors_of_image_strings():
    def check(row):
        if row["kind"] == "image_info":
            config = row["config"]
            return parsed(
                row["image"], config["defaultRegistry"], config["enableDefaultRegistryMutation"], row["expect"]
            )
        if row["kind"] == "add_default_registry":
            return add_default_registry(row["image"], row["config"]["defaultRegistry"]), row["expect"]["image"]
        return None

    check_rows("image_parse", check, others=True)


def test_vectors_of_images():
    def check(row):
        if row["kind"] == "parse":
            expected = row.get("expect", {"error": True})
            return parsed(row["image"], row["default_registry"], row["enable_default_registry_mutation"], expected)
        if row["kind"] == "add_default_registry":
            return add_default_registry(row["image"], row["default_registry"]), row["expect"]
        return None

    check_rows("images", check, others=True)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "invalid reference format"),
        ("++", "invalid reference format"),
        ("a//b", "invalid reference format"),
        ("nginx:", "invalid reference format"),
        ("a/B", "repository name must be lowercase"),
        ("a" * 256, "repository name must not be more than 255 characters"),
        (f"a@md5:{'0' * 32}", "unsupported digest algorithm"),
        (f"a@sha256:{'0' * 32}", "invalid checksum digest length"),
        (f"a@sha256:{'A' * 64}", "invalid checksum digest format"),
    ],
)
def test_error_names_the_image_the_settings_and_the_cause(text, cause):
    with pytest.raises(ImageError) as caught:
        parse_image(text)
    expected = f"bad image: docker.io/{text}, defaultRegistry: docker.io, enableDefaultRegistryMutation: true: {cause}"
    assert str(caught.value) == expected


def test_registry_with_underscore_is_taken_from_the_path_when_none_is_shown():
    image = parse_image("my_team/app/web", mutate=False)
    assert (image.registry, image.path, image.name) == ("my_team", "app/web", "web")
    assert image.reference == "my_team/app/web:latest"


def test_tag_and_digest_may_both_be_there():
    image = parse_image(f"r.example:10443/i:tag@{SHA}")
    assert (image.registry, image.tag, image.digest) == ("r.example:10443", "tag", SHA)
    assert image.reference == f"r.example:10443/i@{SHA}"


def test_long_hostile_texts_take_linear_time():
    for text in ("a-" * 100_000, "a." * 100_000, "a/" * 100_000, "a__" * 100_000, "a:" + "a" * 100_000):
        with pytest.raises(ImageError):
            parse_image(text + "!")


PARTS = st.sampled_from(
    [
        *"abAB09.-_/:@",
        "nginx",
        "localhost",
        "docker.io",
        "__",
        "--",
        "sha256:",
        "0" * 32,
        SHA,
        "[::1]",
        ":5000",
        "é",
        "K",
    ]
)


def outcome(parse, kinds, text):
    try:
        return parse(text)
    except kinds as error:
        return {"error": str(error)}


@examples(1_000)
@given(st.lists(PARTS, max_size=9).map("".join))
def test_images_are_read_as_in_the_definition(text):
    expected = outcome(defined_image, DefinedError, text)
    ours = outcome(lambda image: fields(parse_image(image)), ImageError, text)
    assert {name: ours.get(name) for name in expected} == expected
