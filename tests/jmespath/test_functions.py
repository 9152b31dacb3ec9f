"""The functions: recorded answers, examples of what surprises, and the definition on random arguments."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy import jmespath
from kyvernopy.errors import ExpressionError, LimitExceeded
from kyvernopy.jmespath.functions import BUILTIN
from kyvernopy.jmespath.values import json_text
from kyvernopy.limits import DEFAULT_LIMITS, Limits
from random_calls import NAMES, Calls
from reference import functions as defined
from reference import jmespath as defined_jmespath
from reference import json_text as defined_json
from reference.values import ExpressionError as DefinedError
from reference.values import doubles
from support import EXAMPLES, check_rows, examples, same, vectors

ADDRESSES = {
    "localhost": ["127.0.0.1", "::1"],
    "google.com": ["142.250.74.206"],
    "mixed.example": ["8.8.8.8", "10.0.0.1"],
}
NOON = datetime(2024, 5, 6, 12, 30, 15, tzinfo=timezone(timedelta(hours=2)))


def call(name: str, *arguments, limits: Limits = DEFAULT_LIMITS, **providers):
    """The value of one call, whose arguments are data."""
    expression = f"{name}({', '.join(f'[{index}]' for index in range(len(arguments)))})"
    return jmespath.search(expression, list(arguments), limits=limits, providers=providers)


def error_of(name: str, *arguments, **providers) -> str:
    with pytest.raises(ExpressionError) as caught:
        call(name, *arguments, **providers)
    return str(caught.value)


# --- Recorded answers ---


def test_the_functions_of_kyverno_are_there():
    kyverno = set(defined.FUNCTIONS) - set(defined.BASE) | {"sum"}
    assert len(kyverno) == 51
    assert set(BUILTIN) == set(defined.FUNCTIONS)


@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_signature_is_the_one_of_the_definition(name):
    parameters = BUILTIN[name].signature.removeprefix(f"{name}(").rpartition(")")[0]
    assert parameters == defined.FUNCTIONS[name][0]


def test_names_that_need_a_look_up_are_asked_of_the_provider():
    rows = [row for row in vectors("jmespath") if row.get("requires_dns")]

    def check(row):
        providers = {"resolve_host": ADDRESSES.__getitem__}
        return jmespath.search(row["expression"], row["data"], providers=providers), row["expect"]

    check_rows("jmespath", check, rows, others=True)


# --- Providers ---


@pytest.mark.parametrize(
    ("function", "arguments", "provider"),
    [
        ("time_now", (), "clock"),
        ("time_now_utc", (), "clock"),
        ("time_since", ("", "2024-05-06T10:00:00Z", ""), "clock"),
        ("random", ("[a-z]",), "random"),
        ("is_external_url", ("https://example.com/",), "resolve_host"),
    ],
)
def test_a_missing_provider_is_named(function, arguments, provider):
    expected = f"JMESPath function '{function}': it needs the provider `{provider}`, and none is given"
    assert error_of(function, *arguments) == expected


def test_failures_of_providers_are_errors():
    def broken(*_):
        raise OSError("no network")

    expected = "JMESPath function 'is_external_url': the provider `resolve_host` failed: no network"
    assert error_of("is_external_url", "http://a.example", resolve_host=broken) == expected


@pytest.mark.parametrize(
    ("function", "arguments", "provider", "answer"),
    [
        ("time_now", (), "clock", "12:00"),
        ("random", ("[a-z]",), "random", None),
        ("random", ("a|b",), "random", -5),
        ("random", ("a|b",), "random", 10**9),
        ("is_external_url", ("https://example.com/",), "resolve_host", None),
    ],
)
def test_answers_of_providers_that_are_none_are_errors(function, arguments, provider, answer):
    expected = f"JMESPath function '{function}': the provider `{provider}` gave what is no answer: {answer!r}"
    assert error_of(function, *arguments, **{provider: lambda *_: answer}) == expected


def test_the_clock_is_a_provider():
    assert call("time_now", clock=lambda: NOON) == "2024-05-06T12:30:15+02:00"
    assert call("time_now_utc", clock=lambda: NOON) == "2024-05-06T10:30:15Z"
    assert call("time_now", "ignored", 1, clock=lambda: NOON) == "2024-05-06T12:30:15+02:00"
    assert call("time_since", "", "2024-05-06T10:00:00Z", "", clock=lambda: NOON) == "30m15s"


def test_a_function_that_needs_no_clock_does_not_ask_for_it():
    assert call("time_since", "", "2024-05-06T10:00:00Z", "2024-05-06T11:00:00Z") == "1h0m0s"


def test_random_text_comes_from_the_provider():
    assert call("random", "[a-c]{3}-[0-9]", random=lambda _: 0) == "aaa-0"
    assert error_of("random", "", random=lambda _: 0) == "no pattern provided"
    assert error_of("random", "[", random=lambda _: 0) == "error parsing regexp: missing closing ]: `[`"


@pytest.mark.parametrize(
    ("url", "external"),
    [
        ("http://localhost:8080/x", False),
        ("http://google.com", True),
        ("https://mixed.example", False),
        ("http://8.8.8.8:80?x=1#y", True),
        ("http://[::ffff:10.1.1.1]/", False),
        ("http://[fe80::1%25eth0]/", True),
        ("http://169.254.169.254/latest", True),
        ("http://user:secret@127.0.0.1", False),
        ("//192.168.1.1/path", False),
    ],
)
def test_hosts_are_internal_or_external(url, external):
    assert call("is_external_url", url, resolve_host=ADDRESSES.__getitem__) is external


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("no-url", "lookup : no such host"),
        (":x", 'parse ":x": missing protocol scheme'),
        ("a:b@c", "lookup : no such host"),
        ("1a:b", 'parse "1a:b": first path segment in URL cannot contain colon'),
        ("http://a b/", 'parse "http://a b/": invalid character " " in host name'),
        ("http://a:x/", 'parse "http://a:x/": invalid port ":x" after host'),
        ("http://[::1", "parse \"http://[::1\": missing ']' in host"),
        ("http://a/%zz", 'parse "http://a/%zz": invalid URL escape "%zz"'),
        ("http://a\x7f", 'parse "http://a\\x7f": net/url: invalid control character in URL'),
        ("http://a#%q", 'parse "http://a#%q": invalid URL escape "%q"'),
    ],
)
def test_what_is_no_url_is_an_error_in_go_s_words(url, error):
    assert error_of("is_external_url", url, resolve_host=lambda _: []) == error


# --- Bounds ---

SMALL = Limits(output_size=1_000)


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("replace_all", ("a" * 100, "", "b" * 100)),
        ("replace_all", ("a" * 100, "a", "b" * 100)),
        ("replace", ("a" * 100, "a", "b" * 100, 50)),
        ("split", ("a," * 1_000, ",")),
        ("regex_replace_all", ("a", "a" * 100, "b" * 100)),
        ("regex_replace_all", ("(a+)", "a" * 500, "$1$1$1")),
        ("regex_replace_all_literal", ("", "a" * 100, "b" * 100)),
        ("items", ([1] * 1_000, "k", "v")),
        ("object_from_lists", (["k"] * 1_000, [])),
    ],
)
def test_large_results_are_refused_before_they_are_made(function, arguments):
    with pytest.raises(LimitExceeded) as caught:
        call(function, *arguments, limits=SMALL)
    assert caught.value.limit == "output_size"


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("add", ("1e1000000000", "1")),
        ("subtract", ("1", "1e2000000000")),
        ("divide", ("1e1000000000", 3)),
        ("multiply", ("7" * 200_000, 1.5)),
        ("sum", (["1Ki", "1e99999999"],)),
    ],
)
def test_long_arithmetic_is_refused_before_it_is_done(function, arguments):
    with pytest.raises(LimitExceeded) as caught:
        call(function, *arguments)
    assert caught.value.limit == "expression_work"


def test_deep_texts_of_json_and_yaml_are_refused():
    for function in "parse_json", "parse_yaml":
        with pytest.raises(LimitExceeded):
            call(function, "[" * 500 + "]" * 500)
    with pytest.raises(LimitExceeded):
        call("parse_yaml", "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]", limits=Limits(alias_nodes=3))


# --- What surprises ---


@pytest.mark.parametrize(
    ("function", "arguments", "expected"),
    [
        ("compare", ("b", "a"), 1),
        ("to_upper", ("stra\u00dfe",), "STRA\u00dfE"),
        ("to_lower", ("\u0130\u03a3",), "i\u03c3"),
        ("equal_fold", ("\u212a\u017f", "ks"), True),
        ("equal_fold", ("\u00df", "SS"), False),
        ("truncate", ("abc", 2.9), "ab"),
        ("truncate", ("abc", -1), ""),
        ("truncate", ("abc", 1e300), ""),
        ("trim", ("  a  ", ""), "  a  "),
        ("split", ("", ","), [""]),
        ("split", ("", ""), []),
        ("replace", ("aaa", "a", "b", 1.9), "baa"),
        ("replace", ("ab", "", "-", -1), "-a-b-"),
        ("path_canonicalize", ("/../a//./b/../c/",), "/a/c"),
        ("path_canonicalize", ("a/../../b",), "../b"),
        ("path_canonicalize", ("./",), "."),
        ("pattern_match", ("123456790", 123456789), True),
        ("regex_match", ("^0\\.1$", 0.1), True),
        ("regex_match", ("^\\+Inf$", 1e300), True),
        ("regex_replace_all_literal", (".*", "abc", "x"), "x"),
        ("regex_replace_all", ("(?P<n>b)", "abc", "[${n}]$1x"), "a[b]c"),
        ("base64_decode", ("YQ=\r\n=",), "a"),
        ("base64_decode", ("4oJB",), "\ufffd\ufffdA"),
        ("lookup", ([1, 2], -1), None),
        ("lookup", ({"a": 1}, "b"), None),
        ("object_from_lists", (["a", 0.1, True], [1]), {"a": 1, "0.1": None, "true": None}),
        ("items", ({"b": 1, "a": 2}, "k", "k"), [{"k": 2}, {"k": 1}]),
        ("sum", (["abc"],), "abc"),
        ("add", ("999E", "1E"), "1"),
        ("multiply", ("1n", 0.5), "500"),
        ("multiply", ("3", 0.333333333333333333), "1000000002n"),
        ("divide", ("5M", 2000000), "0"),
        ("divide", ("10.0", 4), "2500m"),
        ("divide", ("0.3", "1"), 0.30000000000000004),
        ("modulo", (-7, 2), -1),
        ("round", (2.5, 0), 3),
        ("parse_yaml", ("on",), True),
        ("parse_yaml", ("a: 1\n---\n]",), {"a": 1}),
        ("parse_yaml", ("",), None),
        ("time_truncate", ("2024-05-06T12:30:15+02:00", "24h"), "2024-05-06T02:00:00+02:00"),
        ("time_parse", ("002", "0"), "1970-01-01T00:00:00Z"),
        ("semver_compare", ("v1.2.3", "<1.0.0"), True),
    ],
)
def test_surprising_values(function, arguments, expected):
    assert same(call(function, *arguments), expected)


@pytest.mark.parametrize(
    ("function", "arguments", "error"),
    [
        ("to_boolean", ("True ",), "JMESPath function 'to_boolean': lowercase argument must be 'true' or 'false' (provided: 'True ')"),
        ("base64_decode", ("YQ=",), "illegal base64 data at input byte 3"),
        ("base64_decode", ("Y!",), "illegal base64 data at input byte 1"),
        ("base64_decode", ("YWJj\nYW",), "illegal base64 data at input byte 5"),
        ("parse_json", ("nul",), "invalid character ' ' in literal null (expecting 'l')"),
        ("parse_json", ('{"a":1',), "unexpected end of JSON input"),
        ("parse_json", ("1e400",), "json: cannot unmarshal number 1e400 into Go value of type float64"),
        ("regex_match", ("(", ""), "error parsing regexp: missing closing ): `(`"),
        ("regex_replace_all", ("(", "", ""), "JMESPath function 'regex_replace_all': error parsing regexp: missing closing ): `(`"),
        ("lookup", ([], 1e30), "JMESPath function 'lookup': argument #2: number is outside the range of integer numbers: 1e+30"),
        ("multiply", ("1", float("inf")), "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
        ("divide", ("1s", 0), "JMESPath function 'divide': Zero divisor passed"),
        ("divide", (1, "1s"), "JMESPath function 'divide': Types mismatch"),
        ("modulo", (1.5, 0), "JMESPath function 'modulo': Non-integer argument(s) passed for modulo"),
        ("round", (1, -1), "JMESPath function 'round': %!d(MISSING) argument is out of bounds (%!d(MISSING))"),
        ("time_parse", ("0", "x"), 'strconv.ParseInt: parsing "x": invalid syntax'),
        ("time_parse", ("0", "9" * 20), f'strconv.ParseInt: parsing "{"9" * 20}": value out of range'),
        ("time_add", ("2024-05-06T12:30:15Z", "1d"), 'time: unknown unit "d" in duration "1d"'),
    ],
)  # fmt: skip
def test_errors_are_in_kyverno_s_words(function, arguments, error):
    assert error_of(function, *arguments) == error


# --- The definition ---

# Where another library finds the mistake, or Kyverno crashes, each side has words of its own.
OWN_WORDS = {"is_external_url", "parse_yaml"}
CRASHES = ("merge: every argument must be an object", "empty alternative in range")


def ours(expression, arguments):
    try:
        value = jmespath.search(expression, arguments, providers={"resolve_host": lambda _: []})
        return {"value": doubles(json.loads(json_text(value)))}
    except ExpressionError as error:
        return {"error": str(error)}


def theirs(expression, arguments):
    try:
        value = defined_jmespath.search(expression, arguments)
        return {"value": defined_json.decode(defined_json.encode(value))}
    except DefinedError as error:
        return {"error": str(error)}


def plain(value) -> bool:
    return not isinstance(value, str) or (value.isascii() and value.isprintable())


def compare(name, expression, arguments) -> str:
    """What came of a call, once it is known that the definition gives the same."""
    wanted, found = theirs(expression, arguments), ours(expression, arguments)
    if "error" in wanted:
        own_words = wanted["error"] in CRASHES or (name in OWN_WORDS and "Invalid type" not in wanted["error"])
        # The definition does not escape what cannot be printed, and not what `time` escapes.
        if own_words or not all(map(plain, arguments)):
            wanted = {"error": found.get("error")}
    if name == "base64_decode":  # each byte that is not UTF-8 shows in Go; to the definition several are one
        wanted, found = [
            {kind: re.sub("\ufffd+", "\ufffd", text) for kind, text in one.items()} for one in (wanted, found)
        ]
    assert same(found, wanted), (expression, arguments)
    return next(iter(wanted))


def test_calls_give_what_the_definition_gives():
    seen: Counter[tuple[str, str]] = Counter()

    @examples(10_000)
    @given(st.integers(0, 2**64 - 1))
    def agree_on(seed):
        name, expression, arguments = Calls(seed).call()
        seen[name, compare(name, expression, arguments)] += 1

    agree_on()
    if EXAMPLES is None:
        values = [name for name, kind in seen if kind == "value"]
        assert set(values) == set(NAMES)
        assert sum(seen[name, "value"] for name in values) >= seen.total() / 2
