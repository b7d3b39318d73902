"""From an error of the control socket to a line and an exit status."""

from pathlib import Path

import pytest

from desk import serving
from stillframe.cli.asking import EXIT_NO_SHOW, EXIT_REFUSED, running_show
from stillframe.contracts.remote import RestartWorker


def test_no_show_is_a_line_and_a_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(SystemExit) as ended, running_show(None):
        pytest.fail("there is nobody to talk to")
    assert ended.value.code == EXIT_NO_SHOW
    assert capsys.readouterr().err.count("\n") == 1


def test_a_refusal_is_a_line_and_another_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with serving(tmp_path / "stillframe"):
        with pytest.raises(SystemExit) as ended, running_show(None) as show:
            show.ask(RestartWorker(worker="nobody"))
        assert ended.value.code == EXIT_REFUSED
    assert "no worker is called 'nobody'" in capsys.readouterr().err
