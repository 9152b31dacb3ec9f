"""Versions and ranges of versions."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cases import table
from kyvernopy.golang.semver import ZERO, RangeError, Version, VersionError, parse_range, parse_version
from reference import semver
from reference.values import ExpressionError
from support import examples

PIECES = [
    "1.2.3",
    "1.2.x",
    "1.x",
    "4.x.x",
    "1.0.0-rc.1",
    "1.0.0-x",
    ">",
    ">=",
    "<",
    "<=",
    "=",
    "!",
    " ",
    " || ",
    "x",
    "1",
    "^",
]
RANGES = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
SIGNED = st.builds(
    "{}{}".format, st.sampled_from([">", ">=", "<", "<=", "", "=", "!", "!="]), st.sampled_from(PIECES[:6])
)
VERSIONS = st.sampled_from(
    ["1.2.3", "1.0.0-rc.1", "1.0.0-1", "2.0.0", "4.1.0", "0.0.0", "v1.0.0", "1.2.3+b", "1.2.3-a.10"]
)


def is_in(version, text):
    try:
        found = parse_version(version)
    except VersionError:
        found = ZERO
    return parse_range(text)(found)


def outcome(decide, version, text):
    """The decision, or the text of the error."""
    try:
        return decide(version, text)
    except (RangeError, ExpressionError) as error:
        return str(error)


@table(__file__, "ranges", "span", "version", "inside", "error")
def test_ranges_are_read_as_upstream(span, version, inside, error):
    assert outcome(is_in, version, span) == (error or inside)


@given(VERSIONS, RANGES | st.lists(SIGNED, min_size=1, max_size=3).map(" ".join))
@examples(1000)
def test_ranges_decide_as_the_definition_says(version, text):
    ours, defined = outcome(is_in, version, text), outcome(semver.in_range, version, text)
    assume("mpty alternative" not in str(defined))  # upstream crashes, after it has read the rest
    assume(
        not text.rstrip(" ").endswith((">", "<", "=")) or not text.endswith(" ")
    )  # a sign and a space are two characters, so no part to be dropped
    if isinstance(defined, str) and "Could not parse version" in defined:  # the definition has fewer reasons
        assert isinstance(ours, str)
    else:
        assert ours == defined


@given(st.text(st.sampled_from("0123.-+ax"), max_size=12) | VERSIONS)
@examples(500)
def test_versions_are_those_of_the_definition(text):
    defined = semver.parse_version(text)
    try:
        found = parse_version(text)
    except VersionError:
        assert defined is None
    else:
        assert defined == (found.major, found.minor, found.patch, found.pre)
        assert str(found) == text


@pytest.mark.parametrize(
    "ordered",
    ["1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.1"],
)
def test_versions_sort_by_precedence(ordered):
    versions = [parse_version(text) for text in ordered.split()]
    assert sorted(versions, reverse=True) == versions[::-1]


def test_build_metadata_does_not_count():
    assert parse_version("1.2.3+a") == Version(1, 2, 3)
    assert not parse_version("1.2.3+a") < parse_version("1.2.3+b")


def test_an_empty_alternative_is_an_error():
    with pytest.raises(RangeError, match="Empty alternative"):
        parse_range("1.2.3 || || 2.0.0")
