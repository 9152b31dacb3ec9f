"""The command as a process: streams that close, terminals, colour, other encodings, other folders."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support import ROOT

COMMAND = [sys.executable, "-m", "kyvernopy"]
POLICY = str(ROOT / "examples/policies/require-run-as-non-root.yaml")
MANIFESTS = str(ROOT / "examples/manifests")
ESCAPE = "\x1b["

# Variables of the environment that decide about colour, and about what becomes of a write that a reader cuts short.
DECIDING = {"FORCE_COLOR", "NO_COLOR", "PYTHONUNBUFFERED", "TERM"}

POD = "apiVersion: v1\nkind: Pod\nmetadata: {{name: pod-{0}}}\nspec: {{containers: [{{name: a, image: b}}]}}\n---\n"


def environment(**changes: str) -> dict[str, str]:
    """The environment without what decides about streams, but for the changes."""
    plain = {name: value for name, value in os.environ.items() if name not in DECIDING}
    return {**plain, "TERM": "xterm-256color", **changes}


# The command, with another idea of when a run is long.
PATIENT = "import sys; from kyvernopy.cli import console, main; console.PATIENCE = {}; sys.exit(main(sys.argv[1:]))"


def run_on_terminal(*arguments: str, patience: float = 1e6, **changes: str) -> str:
    """What the command prints where both its streams are a terminal."""
    command = [sys.executable, "-c", PATIENT.format(patience), *arguments]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment(**changes)) as process:
        os.close(theirs)
        printed = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:  # how Linux says that nobody is left at the other end
                break
            if not block:
                break
            printed += block
    os.close(ours)
    assert process.returncode == 1
    return printed.decode()


# --- Colour ---


def test_words_of_a_table_are_coloured_on_a_terminal():
    pytest.importorskip("rich")
    printed = run_on_terminal("apply", POLICY, "-r", MANIFESTS, "--table")
    assert f"{ESCAPE}32mPass{ESCAPE}0m" in printed
    assert f"{ESCAPE}31mFail{ESCAPE}0m" in printed


@pytest.mark.parametrize(
    ("flags", "changes"),
    [([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"}), (["--remove-color"], {})],
    ids=["NO_COLOR", "dumb terminal", "flag"],
)
def test_colour_can_be_switched_off(flags, changes):
    assert ESCAPE not in run_on_terminal("apply", POLICY, "-r", MANIFESTS, "--table", *flags, **changes)


def test_a_pipe_gets_no_colour():
    ran = subprocess.run(
        [*COMMAND, "apply", POLICY, "-r", MANIFESTS, "--table"], capture_output=True, env=environment(), check=False
    )
    assert ESCAPE.encode() not in ran.stdout
    assert b"Fail" in ran.stdout
    assert ran.stderr == b""


# --- Progress ---


def test_a_short_run_shows_no_progress():
    assert "judged" not in run_on_terminal("apply", POLICY, "-r", MANIFESTS)


def test_a_long_run_shows_progress_on_a_terminal():
    pytest.importorskip("rich")
    printed = run_on_terminal("apply", POLICY, "-r", MANIFESTS, patience=0)
    assert "4 resources judged" in printed
    assert printed.endswith("pass: 1, fail: 2, warn: 0, error: 0, skip: 0 \r\n")


def test_progress_is_for_terminals_only():
    command = [sys.executable, "-c", PATIENT.format(0), "apply", POLICY, "-r", MANIFESTS]
    assert subprocess.run(command, capture_output=True, env=environment(), check=False).stderr == b""


# --- Streams ---


def test_a_reader_that_has_seen_enough_ends_the_run_quietly(tmp_path):
    (tmp_path / "pods.yaml").write_text("".join(map(POD.format, range(2000))), encoding="utf-8")
    command = [*COMMAND, "apply", POLICY, "-r", str(tmp_path), "-p"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        process.stdout.readline()
        process.stdout.close()
        complaint = process.stderr.read()
    assert process.returncode == 128 + signal.SIGPIPE
    assert complaint == b""


def test_an_interrupted_run_ends_quietly():
    with subprocess.Popen(
        [*COMMAND, "apply", POLICY, "-r", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        time.sleep(0.1)
        while process.poll() is None and not waits_for_input(process.pid):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate()
    assert process.returncode == 128 + signal.SIGINT
    assert complaint == b""


def waits_for_input(pid: int) -> bool:
    """Whether a process sleeps in a read of its standard input, as far as /proc tells."""
    try:
        call = Path(f"/proc/{pid}/syscall").read_text(encoding="utf-8").split()
    except OSError:
        time.sleep(2)
        return True
    return len(call) > 1 and call[1] == "0x0"


def test_names_that_the_terminal_cannot_show_end_no_run(tmp_path):
    (tmp_path / "pod.yaml").write_text(POD.format("päron").removesuffix("---\n"), encoding="utf-8")
    command = [*COMMAND, "apply", POLICY, "-r", str(tmp_path), "-t"]
    ran = subprocess.run(command, capture_output=True, env=environment(PYTHONIOENCODING="ascii"), check=False)
    assert b"pod-p\\xe4ron" in ran.stdout
    assert ran.stderr == b""


def test_resources_that_are_passed_on_are_utf_8(tmp_path):
    (tmp_path / "pod.yaml").write_text("apiVersion: v1\nkind: Pod\nmetadata:\n  name: käse\n", encoding="utf-8")
    command = [*COMMAND, "apply", POLICY, "-r", str(tmp_path / "pod.yaml"), "-o", "-"]
    ran = subprocess.run(command, capture_output=True, env=environment(PYTHONIOENCODING="ascii"), check=False)
    assert "  name: käse\n".encode() in ran.stdout


# --- Where it is called ---


@pytest.mark.parametrize("arguments", [[], ["help"], ["--help"], ["-h"]])
def test_help_needs_no_argument(arguments, run):
    ran = run(*arguments)
    assert ran.exit == 0
    assert "apply" in ran.stdout


def test_help_of_apply_lists_what_it_supports(run):
    ran = run("apply", "policy.yaml", "--help")
    assert ran.exit == 0
    assert "--policy-report" in ran.stdout
    assert "--cluster" not in ran.stdout


def test_the_installed_command_is_the_module(tmp_path):
    installed = Path(sys.executable).with_name("kyvernopy")
    if not installed.exists():
        pytest.skip("the package is not installed here")
    runs = [
        subprocess.run([*command, "--version"], cwd=tmp_path, capture_output=True, check=True).stdout
        for command in ([installed], COMMAND)
    ]
    assert runs[0] == runs[1]


def test_the_warn_exit_code_is_told_without_a_line_end(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    ran = run("apply", POLICY, "-r", MANIFESTS, "--audit-warn", "--warn-exit-code", "3")
    assert ran.exit == 3
    assert ran.stdout.endswith(", skip: 0 \nexit as warnExitCode is 3")
