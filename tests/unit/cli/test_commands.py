"""The command line as a stranger meets it: help, exit codes, one place where every failure ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edi import cli
from edi.cli import COMMANDS, Command, load
from edi.cli._errors import EXIT_CODES, boundary, write_log
from edi.findings import CATALOGUE, EdiError, finding

HEAVY = {"numpy", "pandas", "duckdb", "pyarrow", "paramiko", "cryptography", "jsonschema", "lxml", "sqlite3"}


PROMISED = {
    *("init", "run", "status", "show", "read", "validate", "inspect", "convert", "explain", "replay"),
    *("lint", "doctor", "audit", "formats"),
}
"""Commands that the documents promise; the table may hold more."""


def edi(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as a terminal would start it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-m", "edi", *arguments], capture_output=True, text=True, env=environment, cwd=cwd
    )


def test_help_is_answered_without_any_heavy_library() -> None:
    script = (
        "import sys; from edi.cli import main\ntry: main()\nexcept SystemExit: print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "--help"], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split("\n")[-2].split()}
    assert "typer" in loaded
    assert not loaded & HEAVY


def test_every_command_that_is_promised_exists() -> None:
    assert {command.name for command in COMMANDS} >= PROMISED


def test_help_names_every_command_and_every_exit_code() -> None:
    shown = edi("--help").stdout
    for command in COMMANDS:
        assert f" {command.name} " in shown
    for code in EXIT_CODES:
        assert f"{code} " in shown.partition("Exit codes:")[2]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_says_the_same_about_itself_as_the_table(command: Command) -> None:
    loaded = load(command)
    assert loaded.help.split("\n")[0] == command.summary
    for parameter in loaded.params:
        assert getattr(parameter, "help", None), f"{command.name}: {parameter.name} is not explained"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help_of_its_own(command: Command) -> None:
    shown = CliRunner().invoke(cli.app, [command.name, "--help"])
    assert shown.exit_code == 0
    assert f"edi {command.name}" in shown.output.replace("root ", "edi ")


def test_a_mistyped_command_is_wrong_usage_and_names_the_nearest() -> None:
    done = edi("doctr")
    assert done.returncode == 2
    assert "doctor" in done.stderr


def test_version_is_printed() -> None:
    assert edi("--version").stdout.startswith("edi ")


def test_a_failure_that_is_expected_prints_findings_and_is_exit_code_2(tmp_path: Path) -> None:
    done = edi("lint", "--workspace", str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "CFG-001" in done.stderr and "edi init DIR" in done.stderr


def test_a_failure_in_json_is_one_object_a_line(tmp_path: Path) -> None:
    done = edi("lint", "--json", "--workspace", str(tmp_path))
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["code"] == "CFG-001"


def test_a_bug_leaves_a_log_and_no_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDI_WORKSPACE", str(tmp_path))
    (tmp_path / ".edi").mkdir()
    with pytest.raises(SystemExit) as stopped, boundary():
        raise ZeroDivisionError("the secret is Sésame")
    shown = capsys.readouterr().err
    (log,) = (tmp_path / ".edi" / "logs").iterdir()
    assert stopped.value.code == 3
    assert str(log) in shown
    assert "Traceback" not in shown and "Sésame" not in shown
    assert "ZeroDivisionError" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_a_log_is_written_even_where_the_workspace_is_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDI_WORKSPACE", str(tmp_path))
    (tmp_path / ".edi").write_text("not a folder")
    path = write_log(ValueError())
    assert path.is_file()
    path.unlink()


def test_interruption_is_130(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped, boundary():
        raise KeyboardInterrupt
    assert stopped.value.code == 130


def test_findings_stop_a_command_with_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped, boundary():
        raise EdiError(finding("FILE-001"), finding("CLI-002"))
    assert stopped.value.code == 2
    shown = capsys.readouterr().err
    assert "FILE-001" in shown and "CLI-002" in shown


def test_new_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    assert edi("init", str(tmp_path / "new")).returncode == 0
    assert (tmp_path / "new" / "edi.toml").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_code_of_the_catalogue_can_be_explained(code: str) -> None:
    entry = CATALOGUE[code]
    shown = CliRunner().invoke(cli.app, ["explain", code.lower()])
    assert shown.exit_code == 0
    assert entry.title in shown.output and entry.severity in shown.output
    assert entry.hint, f"{code} does not say what to do"


def test_an_unknown_code_names_the_nearest() -> None:
    done = edi("explain", "FILE-01")
    assert done.returncode == 2
    assert "FILE-001" in done.stderr
