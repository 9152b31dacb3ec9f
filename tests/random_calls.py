"""Calls of functions with arguments that mostly suit them, from a seed: many in little time."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from kyvernopy.jmespath.functions import BUILTIN

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NAMES", "Calls"]

PIECES = ["a", "B", "\u00df", "\u0130", "\u03c2", "\u212a", "\u00e9", *"10.-/ ,\n", "..", "\U0001f600"]
NUMBERS = [0.5, -0.5, 2.5, 1.005, 1e6, 1e21, 1e-7, 123456789, 2**53, 1e300, -0.0, 2**63, 3000000, 0.1]
DECIMALS = ["", "", "", ".5", ".25", ".000000001", ".0", "."]
SUFFIXES = ["", "", *"numkMGTPE", "Ki", "Mi", "Gi", "Pi", "Ei", "e3", "E-2", "e20", "s", "m", "h", "ms", "h1.5s"]
DURATIONS = ["0", "1h", "90m", "1.5h", "-3s", "24h", "1d", "", "5", "1h30", "100000h", "300ms", "1us", "\u00b5s"]
ZONES = ["Z", "Z", "Z", "+02:00", "-08:30", "+24:60", "", "x"]
FRACTIONS = ["", "", "", ".5", ",123456789"]
YEARS = ["2023", "2024", "0001", "1969", "9999", "202"]
RFC_1123 = "Mon, 02 Jan 2006 15:04:05 -0700"
LAYOUTS = {
    "": ["2024-02-29T00:00:00Z", "2023-01-31T23:59:59-08:00", ""],
    "2006-01-02": ["2024-02-29", "2023-02-29", "1999-12-31"],
    "02 Jan 06 15:04 MST": ["06 May 24 12:00 UTC", "31 Dec 68 23:59 GMT+3", "1 Jan 06 00:00 CEST"],
    RFC_1123: ["Mon, 06 May 2024 12:00:00 +0200", "Sun, 01 Jan 2023 00:00:00 -0000"],
    "1/2/2006 3:04 PM": ["5/6/2024 3:04 PM", "12/31/2023 12:00 AM", "5/6/2024 13:04 PM"],
    "0": ["1700000000", "-1", "0.5"],
    "2006": ["2006", "99999"],
    "x": ["x"],
}
DATES = [date for dates in LAYOUTS.values() for date in dates]
REGEXES = ["a", "a+", "(a)(b)?", "(?P<x>[a-z]+)", "^a|b$", "", ".*", "\\d+", "[^a]", "(?i)b", "(", "a{2,}", "\\bA"]
REGEXES += ["(?:a|B)*?1", "\u00df?", "(?i)[^k]", "\\z", "\\Z", "(?<x>.)(?<y>.)", "a**"]
TEMPLATES = ["", "x", "$1", "${1}y", "$x", "$0$0", "$$", "$1x", "${x}", "$", "\\1", "$y$x"]
GLOBS = ["a", "B", "*", "?", "1", ".", "\u00df"]
BASE64 = ["YQ", "YWJj", "YWJj", "=", "==", "4oKs", "/+8", "\n", "\r", "!", "\u00e9", "A"]
VERSIONS = ["1.2.3", "1.2.0", "0.0.0", "2.0.0-rc.1", "v1.2.3", "1.2", "1.2.3+b", "01.2.3", "", "4.1.0"]
RANGES = [">=1.0.0", "<2.0.0", "1.2.x", "!4.x.x", "||", ">1.2.x", "=1.2.3", "!=1.2.3", "1", ">= 1.2.3", "^1.0.0", "x"]
DIGEST = "@sha256:" + "0" * 64
IMAGES = ["nginx", "a/b:c", f"r.io:5/x{DIGEST}", "A", "a:b:c", "", "localhost/a", "x_y/z", "a@md5:00", "R/a", "a__b"]
HOSTS = ["8.8.8.8", "10.1.2.3", "127.1.1.1", "[::1]", "[fd00::1]", "[2001:db8::1]", "172.32.0.1", "192.168.0.1:80"]
BROKEN_JSON = [*'{}[]",:', "tru", "null", "-", "0", "1.", "e5", "\\", "\\u12", "\t", "\u00e9", "\x01", " ", '"a"', "[1"]
YAML = ["a: 1", "- yes\n- ~", "a: [1, 0x10]\nb: {c: off}", "010", "1_000", "1.0", "'1'", "2024-01-01", "a: &x 1\nb: *x"]
BOOLEANS = ["true", "FALSE", "True ", "tRuE", "yes"]
TO_NUMBER = ["1_0", "0x1p-2", "inf", "nan", "1e400", " 1", "-12.5", "7", "+3"]

DRAWN_ELSEWHERE = {"random", "time_now", "time_now_utc", "x509_decode"}  # they ask the world, or need certificates
NAMES = sorted(set(BUILTIN) - DRAWN_ELSEWHERE)


class Calls:
    """What is drawn from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  no secret
        self.choose = self.random.choice

    def call(self) -> tuple[str, str, list[Any]]:
        """The name of a function, a call of it on elements of its data, and those."""
        name = self.choose(NAMES)
        function = BUILTIN[name]
        parameters = function.parameters * (self.random.randint(1, 3) if function.variadic else 1)
        suited = self.suited(name) or [self.of_type(types) for types in parameters]
        arguments = [self.anything() if self.one_in(20) else draw() for draw in suited]
        if name == "time_since" and arguments[2] == "":  # it would ask for the time
            arguments[2] = "x"
        texts = ["&a" if "expref" in types else f"[{index}]" for index, types in enumerate(parameters)]
        if self.one_in(50):
            texts.pop()
        return name, f"{name}({', '.join(texts)})", arguments

    def one_in(self, count: int) -> bool:
        return self.random.randrange(count) == 0

    def several(self, draw: Callable[[], Any], most: int = 4) -> list[Any]:
        return [draw() for _ in range(self.random.randint(0, most))]

    # --- Values of any kind ---

    def anything(self) -> Any:
        return self.choose([self.scalar, self.scalar, self.list, self.object])()

    def scalar(self) -> Any:
        return self.choose([lambda: None, lambda: True, lambda: False, self.number, self.word, self.quantity])()

    def list(self) -> Any:
        return self.several(self.choose([self.scalar, self.object, self.number]))

    def object(self) -> Any:
        return {self.choose(["a", "b", "c", "B", ""]): self.scalar() for _ in range(self.random.randint(0, 3))}

    def number(self) -> float:
        return self.random.randint(-40, 40) if self.random.random() < 0.7 else self.choose(NUMBERS)

    def word(self) -> str:
        return "".join(self.several(lambda: self.choose(PIECES), 6))

    def of_type(self, types: tuple[str, ...]) -> Callable[[], Any]:
        by_name: dict[str, Callable[[], Any]] = {
            "any": self.anything,
            "array": self.list,
            "array[number]": lambda: self.several(self.number),
            "array[string]": lambda: self.several(self.word),
            "expref": lambda: None,
            "number": self.number,
            "object": self.object,
            "string": self.choose([self.word, self.word, self.quantity]),
        }
        return by_name[self.choose(types)]

    # --- Texts that mean something ---

    def quantity(self) -> str:
        return f"{self.random.randint(-3000, 3000)}{self.choose(DECIMALS)}{self.choose(SUFFIXES)}"

    def operand(self) -> Any:
        return self.choose([self.quantity, self.quantity, self.number])()

    def time(self) -> str:
        month, day, hour = self.random.randint(1, 13), self.random.randint(1, 31), self.random.randint(0, 24)
        minute, second = self.random.randint(0, 60), self.random.randint(0, 59)
        date = f"{self.choose(YEARS)}-{month:02d}-{day:02d}"
        return f"{date}T{hour:02d}:{minute:02d}:{second:02d}{self.choose(FRACTIONS)}{self.choose(ZONES)}"

    def json(self, level: int = 0) -> Any:
        kind = self.random.randrange(4 if level < 3 else 2)
        if kind < 2:
            return self.choose([None, True, self.word(), self.random.randint(-9, 99), 1.5])
        if kind == 2:
            return [self.json(level + 1) for _ in range(self.random.randint(0, 3))]
        return {self.word(): self.json(level + 1) for _ in range(self.random.randint(0, 3))}

    def json_text(self) -> str:
        return json.dumps(self.json(), ensure_ascii=False)

    def url(self) -> str:
        return self.choose(["http://", "https://a@", "ftp://"]) + self.choose(HOSTS) + self.choose(["", "/", "/a?b#c"])

    def suited(self, name: str) -> list[Callable[[], Any]]:
        """What suits the arguments of a function better than their types say."""

        def one_of(pool: list[Any]) -> Callable[[], Any]:
            return lambda: self.choose(pool)

        def joined(pool: list[str], by: str = "") -> Callable[[], str]:
            return lambda: by.join(self.several(lambda: self.choose(pool), 5))

        layout = self.choose([*LAYOUTS])
        dates = DATES if self.one_in(5) else LAYOUTS[layout]
        text_or_number = self.choose([self.word, self.word, self.number])
        template = self.choose([one_of(TEMPLATES), one_of(TEMPLATES), self.number])
        known: dict[str, list[Callable[[], Any]]] = {
            "base64_decode": [joined(BASE64)],
            "image_normalize": [one_of(IMAGES)],
            "is_external_url": [self.url],
            "label_match": [self.object, self.object],
            "lookup": [self.choose([self.object, self.list]), one_of(["a", "b", "c", 0, 1, 2, 3, -1, 0.5])],
            "object_from_lists": [lambda: self.several(self.choose([self.word, self.number])), self.list],
            "parse_json": [self.choose([self.json_text, joined(BROKEN_JSON)])],
            "parse_yaml": [self.choose([self.json_text, one_of(YAML)])],
            "pattern_match": [joined(GLOBS), text_or_number],
            "regex_match": [one_of(REGEXES), text_or_number],
            "regex_replace_all": [one_of(REGEXES), text_or_number, template],
            "regex_replace_all_literal": [one_of(REGEXES), text_or_number, template],
            "semver_compare": [one_of(VERSIONS), joined(RANGES, " ")],
            "sum": [lambda: self.several(self.choose([self.quantity, self.number]), 3)],
            "time_parse": [lambda: layout, one_of(dates)],
            "time_since": [lambda: layout, one_of(dates), one_of([date for date in dates if date])],
            "time_add": [self.time, one_of(DURATIONS)],
            "time_truncate": [self.time, one_of(DURATIONS)],
            "to_boolean": [one_of(BOOLEANS)],
            "to_number": [self.choose([one_of(TO_NUMBER), self.anything])],
        }
        if name in ("add", "divide", "modulo", "multiply", "subtract"):
            return [self.operand, self.operand]
        if name in ("time_after", "time_before", "time_between", "time_diff", "time_to_cron", "time_utc"):
            return [self.time] * len(BUILTIN[name].parameters)
        return known.get(name, [])
