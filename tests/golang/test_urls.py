"""Hosts of URLs."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyvernopy.golang.urls import UrlError, host_of


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.com/a?b#c", "example.com"),
        ("https://user:secret@example.com:8443", "example.com"),
        ("https://a@b@example.com", "example.com"),
        ("//example.com", "example.com"),
        ("///example.com", ""),
        ("http:///path", ""),
        ("mailto:a@example.com", ""),
        ("http:example.com", ""),
        ("/path", ""),
        ("example.com", ""),
        ("*", ""),
        ("", ""),
        ("http://[::1]:80/", "::1"),
        ("http://[fe80::1%25en0]/", "fe80::1%en0"),
        ("http://%E4%BD%A0.example", "\u4f60.example"),
        ("http://a:/", "a"),
        ("HTTP://A", "A"),
    ],
)
def test_host_is_found(url, host):
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        (":a", "missing protocol scheme"),
        ("1:a", "first path segment in URL cannot contain colon"),
        ("a b:c", "first path segment in URL cannot contain colon"),
        ("http://a\n", "net/url: invalid control character in URL"),
        ("http://[::1", "missing ']' in host"),
        ("http://[::1]x", 'invalid port "x" after host'),
        ("http://a:b", 'invalid port ":b" after host'),
        ("http://a b", 'invalid character " " in host name'),
        ("http://%41", 'invalid URL escape "%41"'),
        ("http://a%", 'invalid URL escape "%"'),
        ("http://a/%g", 'invalid URL escape "%g"'),
        ("http://a b@c", "net/url: invalid userinfo"),
    ],
)
def test_mistakes_have_go_s_words(url, cause):
    with pytest.raises(UrlError) as caught:
        host_of(url)
    assert str(caught.value).endswith(f": {cause}")


@given(st.text() | st.lists(st.sampled_from([*":/@[]%?#. ", "http", "a", "25", "\u00e9", "\n"])).map("".join))
def test_any_text_has_a_host_or_a_mistake(text):
    with suppress(UrlError):
        assert isinstance(host_of(text), str)
