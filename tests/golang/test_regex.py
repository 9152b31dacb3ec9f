"""Regular expressions: the same answers from `re`, RE2 and the automaton, which are Go's, in bounded time."""

from __future__ import annotations

import contextlib
import re
import sys
import time
import unicodedata
from unittest import mock

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cases import table
from kyvernopy.errors import LimitExceeded
from kyvernopy.golang.regex import RegexError, compile_regex
from kyvernopy.golang.regex_parse import parse_regex
from kyvernopy.golang.regex_program import program, program_size
from kyvernopy.golang.regex_risk import safe_length
from kyvernopy.golang.regex_shape import trimmed
from kyvernopy.golang.regex_translate import for_python
from kyvernopy.limits import Limits
from reference import regexes
from reference.values import ExpressionError
from support import examples

LEAVES = [
    "a",
    "b",
    "ab",
    "",
    "^",
    "$",
    r"\b",
    r"\B",
    ".",
    "(?s:.)",
    "é",
    "[^a]",
    r"\z",
    r"\A",
    "c",
    r"\n",
    "[a-k]",
    r"\w",
]
REPETITIONS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{2,3}?", "{0}", "{2,}"]
FLAGS = ["(?i)", "(?m)", "(?s)", "(?U)", "(?-i)"]


def larger(inner):
    group = st.builds("({}{})".format, st.sampled_from(["", "?:", "?i:"]), inner)
    return st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("(?:{}|{})".format, inner, inner),
        st.builds("{}{}".format, group, st.sampled_from(REPETITIONS)),
        st.builds("{}{}".format, st.sampled_from(FLAGS), inner),
        st.builds("{}|{}".format, inner, inner),
    )


PATTERNS = st.recursive(st.sampled_from(LEAVES), larger, max_leaves=8)
TEXTS = st.text(st.sampled_from("aabbck é\n\u017f\u212a"), max_size=10)
TEMPLATES = st.sampled_from(["<$0>", "<$1>", "<$1|$2>", "-", "$$${1}x$1x"])
PIECES = [
    *LEAVES,
    *REPETITIONS,
    *FLAGS,
    "(",
    ")",
    "|",
    "[",
    "]",
    "(?P<n>",
    "[[:alpha:]]",
    r"\pN",
    r"\Q",
    r"\E",
    "{,3}",
    r"\1",
]


def answers(compiled, text, template):
    """What a compiled pattern says about a text."""
    return (
        compiled.search(text),
        compiled.replace(text, template, expand=True),
        compiled.replace(text, template, expand=False),
    )


def linear(pattern, *, re2):
    """A pattern that searches in linear time, by RE2 or by the automaton, with what it says about a text."""

    def ask(text, template):
        with contextlib.nullcontext() if re2 else without_re2():
            return answers(compile_regex(pattern, quick=False), text, template)

    return ask


def outcome(compile_pattern, pattern):
    """The text of the error, or none."""
    try:
        compile_pattern(pattern)
    except (RegexError, ExpressionError) as error:
        return str(error)
    return None


def without_re2():
    """As if RE2 were not installed."""
    return mock.patch.dict(sys.modules, {"re2": None})


@pytest.fixture(params=["with RE2", "without RE2"])
def re2_or_not(request, monkeypatch):
    """Both ways to search in linear time."""
    if request.param == "with RE2":
        pytest.importorskip("re2", reason="needs the extra `re2`")
    else:
        monkeypatch.setitem(sys.modules, "re2", None)


# --- Cases, recorded from Go ---


@table(__file__, "regex_matches", "pattern", "text", "template", "matches", "expanded", "literal")
def test_matches_and_replacements_are_those_of_go(pattern, text, template, matches, expanded, literal):
    assert answers(compile_regex(pattern), text, template) == (matches, expanded, literal)


@table(__file__, "regex_matches", "pattern", "text", "template", "matches", "expanded", "literal")
def test_the_automaton_answers_alike(pattern, text, template, matches, expanded, literal):
    assert linear(pattern, re2=False)(text, template) == (matches, expanded, literal)


@table(__file__, "regex_matches", "pattern", "text", "template", "matches", "expanded", "literal")
def test_re2_answers_alike(pattern, text, template, matches, expanded, literal):
    pytest.importorskip("re2", reason="needs the extra `re2`")
    assert linear(pattern, re2=True)(text, template) == (matches, expanded, literal)


@table(__file__, "regex_errors", "pattern", "error")
def test_what_go_refuses_is_refused_with_its_text(pattern, error):
    with pytest.raises(RegexError) as raised:
        compile_regex(pattern)
    assert str(raised.value) == error


# --- Properties ---


@given(PATTERNS, TEXTS, TEMPLATES)
@examples(300)
def test_all_ways_to_search_agree(pattern, text, template):
    expected = linear(pattern, re2=False)(text, template)
    assert answers(compile_regex(pattern), text, template) == expected


@given(PATTERNS, TEXTS, TEMPLATES)
@examples(300)
def test_re2_agrees(pattern, text, template):
    pytest.importorskip("re2", reason="needs the extra `re2`")
    assert linear(pattern, re2=True)(text, template) == linear(pattern, re2=False)(text, template)


@given(PATTERNS, TEXTS, TEMPLATES)
@examples(300)
def test_answers_are_those_of_the_definition(pattern, text, template):
    compiled = compile_regex(pattern)
    assume(safe_length(compiled.parsed.node) > 0)  # elsewhere the definition is as wrong as `re` about repeated nothing
    defined = regexes.compile_regex(pattern)
    assert answers(compiled, text, template) == (
        defined.pattern.search(text) is not None,
        regexes.replace_all(defined, text, template, expand=True),
        regexes.replace_all(defined, text, template, expand=False),
    )


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join) | st.text(max_size=8))
@examples(500)
def test_patterns_are_refused_as_the_definition_says(pattern):
    # The definition knows no scripts, no flags without a letter, and nothing repeated across flags, as `a(?i)*`.
    assume(r"\p{" not in pattern and not re.search(r"\(\?\)|\(\?[imsU-]+\)[*+?{(\\]", pattern))
    assert outcome(compile_regex, pattern) == outcome(regexes.compile_regex, pattern)


@given(st.text(max_size=12) | PATTERNS, st.text(max_size=12))
@examples(300)
def test_any_text_is_a_pattern_or_refused(pattern, text):
    with contextlib.suppress(RegexError):
        compile_regex(pattern).replace(text, text, expand=True)


@given(PATTERNS)
def test_the_size_of_a_program_is_known_without_it(pattern):
    node = parse_regex(pattern).node
    steps, _ = program(node, groups=True)
    assert len(steps) <= program_size(node) + 2 * pattern.count("*") + 2 * pattern.count("{") + 1


# --- Bounds ---


HOSTILE = [
    r"^(a+)+$",
    r"^(a|a)*$",
    r"^(a|aa)+$",
    r"^(a*)*b",
    r"^(x+x+)+y",
    r"^(.*a){12}$",
    r"(.*)*=.*;(a+)+x$",
    "^" + "a?" * 40 + "$",
    "^a(b?|c?)" * 1 + "(b?|c?)" * 30 + "$",
    r"([a-zA-Z]+)*X",
    r"(a|b|ab)*c",
    r"x.*y.*z.*w.*v",
]


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.usefixtures("re2_or_not")
def test_no_pattern_takes_long(pattern):
    compiled = compile_regex(pattern)
    for text in "a" * 30 + "!", "a" * 3_000 + "!", "x" * 3_000, "xyzw" * 700:
        start = time.process_time()
        for ask in compiled.search, lambda text: compiled.replace(text, "$1", expand=True):
            with contextlib.suppress(LimitExceeded):
                ask(text)
        assert time.process_time() - start < 10  # without bounds it were years


@pytest.mark.usefixtures("re2_or_not")
def test_a_long_text_is_refused_by_name():
    limits = Limits(regex_input=1)
    compiled = compile_regex("^(a|a)*$", limits)
    assert compiled.search("a" * 20)
    with pytest.raises(LimitExceeded, match="regex_input"):
        compiled.search("a" * 1_000_000)
    with pytest.raises(LimitExceeded, match="regex_input"):
        compiled.replace("a" * 1_000_000, "", expand=False)


def test_many_long_looks_are_bounded_together():
    with without_re2(), pytest.raises(LimitExceeded, match="regex_input"):
        compile_regex("a(?:a|a)*b|a").replace("a" * 2_000, "", expand=False)


def test_a_huge_program_is_not_built():
    compiled = compile_regex("((((a{10}){10}){10}){0,1})*" * 200)
    with pytest.raises(LimitExceeded, match="regex_input"):
        compiled.replace("a" * 50, "", expand=False)


@pytest.mark.parametrize("depth", [65, 900, 5_000, 10_000])
@pytest.mark.parametrize("opening", ["(", "(?:", "(?i:", "(?P<n>"])
def test_deep_nesting_is_refused(depth, opening):
    with pytest.raises(RegexError, match="missing closing"):
        compile_regex(opening * depth)
    text = opening * depth + "a+" + ")*" * depth
    with pytest.raises(LimitExceeded) as raised:
        compile_regex(text)
    assert raised.value.limit in ("expression_depth", "expression_size")


def test_no_limit_lets_a_pattern_nest_beyond_the_stack():
    with pytest.raises(LimitExceeded, match="expression_depth"):
        compile_regex("(" * 500 + ")" * 500, Limits(expression_depth=10_000))


def test_a_long_pattern_is_refused():
    with pytest.raises(LimitExceeded, match="expression_size"):
        compile_regex("a" * 100_000)


def test_many_folded_classes_are_refused():
    with pytest.raises(LimitExceeded, match="expression_size"):
        compile_regex(r"(?i)[\x{0}-\x{ffff}]" * 1_000)


def test_a_large_replacement_is_refused():
    with pytest.raises(LimitExceeded, match="output_size"):
        compile_regex("a", Limits(output_size=1_000)).replace("a" * 100, "x" * 100, expand=False)


def test_states_of_the_automaton_are_bounded():
    text = "".join("ab"[number.bit_count() % 2] for number in range(5_000))
    with without_re2():
        compiled = compile_regex("a(?:a|b|ab){12}c", quick=False)
        assert not compiled.search(text)
        assert compiled.search(text + "a" + "b" * 12 + "c")


# --- Choosing the way ---


@pytest.mark.parametrize(
    ("pattern", "shape"),
    [
        (".*a.*", "a"),
        ("(a+)+$", r"a\Z"),
        ("(a{3,5}|b+)x", "(?:a{3}|b)x"),
        ("^a+", r"\Aa"),
        ("a*|b", ""),
        ("(?:a?){30}b", "b"),
        (r"\ba*b?", r"(?a:\b)"),
    ],
)
def test_ends_that_do_not_matter_are_cut_off(pattern, shape):
    assert for_python(trimmed(parse_regex(pattern).node), groups=False) == shape


@pytest.mark.parametrize(
    "pattern",
    [
        r"^v[0-9].[0-9].[0-9]$",
        r"\bls\b",
        r"/etc/(passwd|shadow|group|nginx|ingress-controller)",
        r"^https://[a-zA-Z0-9-]+[.]myorg[.]com/.*$",
        r".*_by_lua.*",
        r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        r"^(\d{1,3}\.){3}\d{1,3}$",
        r"^([a-z]+,)*[a-z]+$",
        r"x[ab]*c",
        "(a+)+$",
    ],
)
def test_patterns_of_policies_take_linear_time(pattern):
    assert safe_length(trimmed(parse_regex(pattern).node)) > 2**60


@pytest.mark.parametrize(
    ("pattern", "lowest", "highest"),
    [
        ("a.*b|a", 500, 2_000),
        (r"^.*a.*b.*c$", 30, 200),
        ("^(a|a)*$", -1, -1),
        ("^(?:a?){30}$", -1, -1),
        ("^(a*)*$", -1, -1),
    ],
)
def test_risk_is_the_length_that_can_be_afforded(pattern, lowest, highest):
    assert lowest <= safe_length(parse_regex(pattern).node) <= highest


# --- Characters ---


def test_classes_hold_what_their_category_says():
    for name in "Lu", "Nd", "P", "Zs", "Cc":
        compiled = re.compile(for_python(parse_regex(rf"\p{{{name}}}").node))
        for code in range(0, 0x3000, 7):
            assert bool(compiled.match(chr(code))) == unicodedata.category(chr(code)).startswith(name)


def test_a_pattern_tells_itself():
    assert repr(compile_regex("a+")) == "<Regex a+>"


def test_surrogates_are_no_utf_8():
    with pytest.raises(RegexError, match="invalid UTF-8"):
        compile_regex("\ud800")
    assert compile_regex("^(a|a)*$").search("a\ud800") is False
