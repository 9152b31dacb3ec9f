"""Files are changed where rules change their resources, in one step, and otherwise left alone; folders get new files."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from kyvernopy.cli import difference

HERE = Path(__file__).parent
BAD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bad\n"
CHANGED = BAD + "  labels:\n    team: web\n"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    shutil.copytree(HERE / "files", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def text_of(name: str) -> str:
    return Path(name).read_bytes().decode()


# --- In place ---


def test_only_files_that_change_are_touched(run):
    os.utime("good.yaml", (1, 1))
    assert run("apply", "label.yaml", "-r", "good.yaml,bad.yaml", "--in-place").exit == 0
    assert text_of("bad.yaml") == CHANGED
    assert Path("good.yaml").stat().st_mtime == 1
    os.utime("bad.yaml", (1, 1))
    assert "changed" not in run("apply", "label.yaml", "-r", "bad.yaml", "--in-place").stdout
    assert Path("bad.yaml").stat().st_mtime == 1


def test_a_check_writes_nothing(run):
    assert run("apply", "label.yaml", "-r", "bad.yaml", "--in-place", "--check").exit == 1
    assert text_of("bad.yaml") == BAD


def test_mode_and_links_stay(run):
    Path("bad.yaml").chmod(0o640)
    Path("link.yaml").symlink_to("bad.yaml")
    ran = run("apply", "label.yaml", "-r", "link.yaml,bad.yaml", "--in-place")
    assert "changed: link.yaml\n" in ran.stdout
    assert Path("link.yaml").is_symlink()
    assert text_of("bad.yaml") == CHANGED
    assert stat.S_IMODE(Path("bad.yaml").stat().st_mode) == 0o640
    assert not [path for path in Path().iterdir() if path.name.startswith(".bad")]


def test_documents_lists_and_json_are_changed_where_they_stand(run):
    text = (
        "# mine\n---\nkind: List\napiVersion: v1\nitems:\n"
        "- kind: ConfigMap   # first\n  apiVersion: v1\n  metadata: {name: a}\n"
        "- {kind: Secret, apiVersion: v1, metadata: {name: b}}\n"
        "---\nkind: ConfigMap\napiVersion: v1\ndata:\n  number: '007'\n"
    )
    Path("many.yaml").write_text(text)
    Path("one.json").write_text('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j","labels":null}}')
    assert run("apply", "label.yaml", "-r", "many.yaml,one.json", "--in-place").exit == 0
    expected = text.replace("{name: a}", "{name: a, labels: {team: web}}") + "metadata:\n  labels:\n    team: web\n"
    assert text_of("many.yaml") == expected
    assert text_of("one.json") == (
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j","labels":{"team":"web"}}}'
    )


def test_line_ends_and_byte_order_marks_stay(run):
    Path("bad.yaml").write_bytes(b"\xef\xbb\xbf" + BAD.replace("\n", "\r\n").encode())
    run("apply", "label.yaml", "-r", "bad.yaml", "--in-place")
    assert Path("bad.yaml").read_bytes() == b"\xef\xbb\xbf" + CHANGED.replace("\n", "\r\n").encode()


def test_targets_are_changed_once_for_each_trigger(run):
    shutil.copy(HERE / "files" / "good.yaml", "second.yaml")
    Path("second.yaml").write_text(text_of("good.yaml").replace("good", "second"))
    Path("front.yaml").write_text("kind: Deployment # front\napiVersion: apps/v1\nmetadata:\n  name: front\n")
    rule = {"kind": "Deployment", "name": "front", "namespace": "default"}
    Path("policy.yaml").write_text(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: note}\nspec:\n  rules:\n  - name: note\n"
        "    match: {any: [{resources: {kinds: [ConfigMap]}}]}\n"
        f"    mutate:\n      targets: [{rule}]\n"
        "      patchStrategicMerge: {metadata: {annotations: {'for-{{ request.object.metadata.name }}': 'yes'}}}\n"
    )
    ran = run("apply", "policy.yaml", "-r", "good.yaml,second.yaml", "--target-resource", "front.yaml", "--in-place")
    assert "changed: front.yaml\n" in ran.stdout, ran
    assert text_of("front.yaml").endswith('  annotations:\n    for-good: "yes"\n    for-second: "yes"\n')


def test_a_file_that_cannot_be_replaced_costs_no_other(run, monkeypatch):
    Path("other.yaml").write_text(BAD)
    real = os.replace

    def replace(source, target):
        if target.endswith("bad.yaml"):
            raise PermissionError(13, "Permission denied")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    ran = run("apply", "label.yaml", "-r", "bad.yaml,other.yaml", "--in-place")
    assert ran.exit == 2
    assert "bad.yaml: this cannot be changed in place: permission denied" in ran.stderr
    assert (text_of("bad.yaml"), text_of("other.yaml")) == (BAD, CHANGED)
    assert not [path for path in Path().iterdir() if path.name.startswith(".bad")]


# --- Other places ---


def test_a_file_is_written_anew_and_may_be_one_that_is_read(run):
    Path("bad.yaml").chmod(0o644)
    ran = run("apply", "label.yaml", "-r", "bad.yaml", "-o", "bad.yaml")
    assert ran.exit == 0
    assert "    team: web" in text_of("bad.yaml").replace("        ", "    ")
    assert ran.stdout.count("Mutation has been applied successfully.") == 1


def test_new_files_are_private_and_names_stay_in_their_folder(run):
    Path("up.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ../../up}\n")
    run("apply", "label.yaml", "-r", "up.yaml", "-o", "deep/er")
    run("apply", "label.yaml", "-r", "up.yaml", "-o", "deep/er")
    [file] = Path("deep/er").iterdir()
    assert file.name == ".._.._up-mutated.yaml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().count("kind: ConfigMap") == 2  # as in Kyverno, files in a folder grow


def test_differences_have_colour_where_it_is_wanted(run, monkeypatch):
    pytest.importorskip("rich")
    plain = run("apply", "label.yaml", "-r", "bad.yaml", "--diff").stdout
    monkeypatch.setattr(difference, "painted", lambda **_: lambda text, style: f"<{style}>{text}</>")
    painted = run("apply", "label.yaml", "-r", "bad.yaml", "--diff").stdout
    assert "\n+  labels:\n" in plain
    assert "\n<green>+  labels:</>\n" in painted


def test_a_terminal_gets_colour_and_no_color_takes_it_away(monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    for name, wanted in (("", True), ("1", False)):
        monkeypatch.setenv("NO_COLOR", name)
        monkeypatch.setenv("TERM", "xterm")
        paint = difference.painted(remove_color=False, to_stderr=False)
        assert ("\x1b[" in paint("x", "red")) is wanted
    monkeypatch.delenv("NO_COLOR")
    assert difference.painted(remove_color=True, to_stderr=False)("x", "red") == "x"
