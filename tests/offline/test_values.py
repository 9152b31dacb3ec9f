"""Values files and `--set`: what they hold, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kyvernopy.errors import DocumentError
from kyvernopy.offline.values import NO_VALUES, Values, load_values, parse_set, read_values, wrong_operation
from support import Answer, Row, check_rows, needs_shared, vectors

HEADER = "apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def load(text: str, **options) -> Values:
    Path("values.yaml").write_text(HEADER + text, encoding="utf-8")
    return load_values("values.yaml", **options)


def complaint(text: str) -> str:
    with pytest.raises(DocumentError) as raised:
        load(text)
    return str(raised.value)


def values_from(data: dict | None, chosen: dict | None = None) -> Values:
    wrong: list[str] = []
    values = read_values(data or {}, "", wrong, chosen=chosen)
    assert not wrong
    return values


# --- Variables ---


def test_later_values_override_earlier_ones():
    values = load(
        """
globalValues: {a: global, b: global, c: global, request.operation: CONNECT}
policies:
- name: p
  resources:
  - {name: web, values: {b: first, c: first}}
  - {name: other, values: {b: other}}
- name: p
  resources:
  - {name: web, values: {b: second}}
""",
        chosen={"c": "set"},
    )

    expected = {"a": "global", "b": "second", "c": "set", "request.operation": "CONNECT"}
    assert values.variables_for("p", "web") == expected
    assert values.variables_for("shop/p", "web") == expected
    assert values.variables_for("q", "web")["b"] == "global"


def test_without_values_there_is_an_operation():
    assert NO_VALUES.variables_for("p", "web") == {"request.operation": "CREATE"}
    assert NO_VALUES.operation_for("p", "web") == "CREATE"


@pytest.mark.parametrize(
    ("given", "simulated"), [("DELETE", "DELETE"), ("UPDATE", "UPDATE"), ("CONNECT", "CREATE"), (1, "CREATE")]
)
def test_only_deletions_and_updates_are_simulated(given, simulated):
    values = values_from({"globalValues": {"request.operation": given}})

    assert values.operation_for("p", "web") == simulated
    assert values.variables_for("p", "web")["request.operation"] == given


def test_values_of_a_rule_hold_for_the_rules_made_of_it():
    values = load("""
policies:
- name: p
  rules:
  - {name: r, values: {entry.data.key: 1}, foreachValues: {element.name: [first, second]}}
- name: p
  rules:
  - {name: r, values: {entry.data.key: 2}}
""")

    found = {"entry.data.key": 1, "element.name": "first"}
    assert values.rule_values_for("p") == dict.fromkeys(("r", "autogen-r", "autogen-cronjob-r"), found)
    assert values.rule_values_for("q") == {}


def test_null_is_a_value():
    assert load("globalValues: {a: null}").variables_for("p", "web")["a"] is None


# --- Namespaces and subresources ---


def test_whole_namespaces_win_over_selectors():
    values = load("""
namespaceSelector:
- {name: shop, labels: {env: dev, level: 1}}
- {name: bare}
namespaces:
- {apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {env: prod}, annotations: {}}}
""")

    assert values.labels_of("shop") == {"env": "prod"}
    assert values.labels_of("bare") == {}
    assert values.labels_of("other") is None


def test_a_kind_is_judged_as_the_subresource_of_its_parent():
    values = load("""
subresources:
- subresource: {name: deployments/scale, kind: Scale, group: autoscaling, version: v1}
  parentResource: {name: deployments, kind: Deployment, group: apps, version: v1}
""")

    assert values.subresource_of(("autoscaling", "v1", "Scale")) == (("apps", "v1", "Deployment"), "scale")
    assert values.subresource_of(("", "v1", "Pod")) == (("", "v1", "Pod"), "")


# --- What is wrong ---


def test_an_unknown_field_says_where_and_what_was_meant():
    text = "policies:\n- name: p\n  rule: []\n"

    assert complaint(text) == 'values.yaml:1: json: unknown field "rule" in `policies[0]`, did you mean `rules`?'


def test_all_that_is_wrong_is_said():
    said = complaint("globalValues: []\npolicies: {}\nnamespaces: [{metadata: 1}]\nwhat: 1\n")

    assert said.split(": ", 1)[1].split("; ") == [
        "`globalValues` must be a map",
        "`policies` must be a list",
        "`namespaces[0].metadata` must be a map",
        'json: unknown field "what"',
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("policies: [{rules: [{name: r, foreachValues: {a: []}}]}]", "foreachValues.a` must not be empty"),
        ("subresources: [{subresource: {name: scale}}]", "must be a resource and its subresource"),
        ("globalValues: {request.operation: create}", 'invalid request.operation value "create", must be one of'),
        ("globalValues: {a: 1}\nglobalValues: {b: 1}", "stands twice"),
    ],
)
def test_what_cannot_be_used_is_an_error(text, said):
    assert said in complaint(text)


def test_names_that_are_no_variables_are_said():
    said = complaint("""
globalValues: {"": a}
policies: [{name: p, rules: [{name: r, values: {'a."b': 1}}]}]
""")
    assert "`globalValues` has ``, which names no variable: EOF" in said
    assert '`policies[0].rules[0].values` has `a."b`, which names no variable: parse error' in said


def test_files_without_a_header_are_refused():
    Path("old.yaml").write_text("globalValues: {a: 1}", encoding="utf-8")

    with pytest.raises(DocumentError, match="uses a deprecated schema"):
        load_values("old.yaml")


def test_names_of_fields_match_in_any_case_and_scalars_become_texts():
    values = load("POLICIES:\n- name: 123\n  resources:\n  - {Name: true, values: {a: 1}}\n")

    assert values.variables_for("123", "true")["a"] == 1


# --- Recorded answers ---


def rows(*functions: str) -> list[Row]:
    return [row for row in vectors("cli_units") if row["function"] in functions]


@needs_shared
def test_set_is_read_as_recorded():
    check_rows(
        "cli_units",
        lambda row: (parse_set(row["input"] or ())[0] or None, row["expect"]),
        rows("parse_set_flag"),
    )


@needs_shared
def test_values_files_are_read_as_recorded():
    def check(row: Row) -> Answer:
        content = row["input"]["content"]
        Path("values.yaml").unlink(missing_ok=True)
        if content is not None:
            Path("values.yaml").write_text(content, encoding="utf-8")
        try:
            return load_values("values.yaml"), values_from(row.get("expect"))
        except DocumentError:
            return True, row.get("expect_error")

    check_rows("cli_units", check, rows("load_values"))


@needs_shared
def test_variables_are_computed_as_recorded():
    def check(row: Row) -> Answer:
        given = row["input"]
        values = values_from(given.get("values"), given.get("set"))
        return values.variables_for(given["policy"], given["resource"]), row["expect"]

    check_rows("cli_units", check, rows("compute_variables"))


@needs_shared
def test_values_and_set_go_together_as_recorded():
    def check(row: Row) -> Answer:
        given, expected = row["input"], row["expect"]
        chosen = parse_set(given.get("vars", ()))[0]
        if "values" in given or "values_file" not in given:
            found = values_from(given.get("values"), chosen)  # inline values win over a file
        else:
            Path("values.yaml").write_text(given["values_file"], encoding="utf-8")
            found = load_values("values.yaml", chosen)
        return found, values_from(expected.get("values"), expected.get("variables"))

    check_rows("cli_units", check, rows("new_variables"))


@needs_shared
def test_namespaces_and_subresources_are_kept_as_recorded():
    def check(row: Row) -> Answer:
        values = values_from(row["input"]["values"])
        kept = values.namespaces if row["function"] == "namespace_selectors" else values.subresources
        return kept or None, row["expect"]

    check_rows("cli_units", check, rows("namespace_selectors", "subresources"))


@needs_shared
def test_operations_of_global_values_are_checked_as_recorded():
    def check(row: Row) -> Answer:
        return wrong_operation(row["input"]) or row["input"], row.get("expect_error", row.get("expect"))

    check_rows("cli_units", check, rows("normalize_values_operation"))
