"""What a show leaves on disk: its log in either form, its quarantine, and nothing that waits."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from shows import STILLFRAME, environment, photo_folder, plain_photo, playing
from stillframe.contracts.quarantine import Quarantined, WorkerInput
from stillframe.settings import LogSettings
from stillframe.show import quarantine_file
from stillframe.show.records import Records
from stillframe.transitions.choice import History
from virtual_screen import VirtualScreen

LONG_S = 30.0
LOG = LogSettings(level="info", format="text", file=True)
ENTRY = Quarantined(worker="images", input=WorkerInput(b"/p", "5:7"), reason="r", at_s=1.5)
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warning|error) stillframe\[\d+\] "
QUICK = ("--interval", "2", "--transition-duration", "0.3", "--seed", "1")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where a show with its home in `tmp_path` keeps its state."""
    return tmp_path / ".local" / "state" / "stillframe"


def test_what_is_remembered_is_loaded_by_the_next_show(said: list[str], state: Path) -> None:
    first = Records(said.append, LOG, state)
    assert first.load() == ()
    first.remember((ENTRY, ENTRY))
    first.remember((ENTRY,))
    first.close()
    second = Records(said.append, LOG, state)
    assert second.load() == (ENTRY,)
    second.close()
    assert said == []


def test_what_was_played_last_is_known_to_the_next_show(said: list[str], state: Path) -> None:
    first = Records(said.append, LOG, state)
    assert first.load_history() == History()
    first.remember_history(History("wipe", {"wipe": "left-to-right"}))
    first.remember_history(History("slide", {"slide": "right-to-left"}))
    first.close()
    second = Records(said.append, LOG, state)
    assert second.load_history() == History("slide", {"slide": "right-to-left"})
    second.close()
    assert said == []


def test_a_damaged_quarantine_is_one_line_and_an_empty_start(said: list[str], state: Path) -> None:
    state.mkdir(parents=True)
    (state / "quarantine.json").write_bytes(b"{")
    records = Records(said.append, LOG, state)
    assert records.load() == ()
    records.close()
    (line,) = said
    assert line.startswith(f"[HEALTH] nothing from earlier shows file={state}/quarantine.json ")
    assert "quarantine.json.damaged" in line
    assert line in (state / "stillframe.log").read_text().replace("\n", " level=warning\n")


def test_a_quarantine_that_cannot_be_saved_is_said_and_is_kept(
    said: list[str], state: Path
) -> None:
    (state / "quarantine.json" / "in the way").mkdir(parents=True)
    records = Records(said.append, LOG, state)
    records.remember((ENTRY,))
    records.close()
    (line,) = said
    assert line.startswith("[HEALTH] not saved for later shows ")
    assert "directory" in line
    assert sorted(os.listdir(state)) == ["quarantine.json", "stillframe.log"]


def test_without_a_state_folder_nothing_is_kept(said: list[str], tmp_path: Path) -> None:
    records = Records(said.append, LOG, None)
    records.remember((ENTRY,))
    records.journal.note("SHOW", "cut")
    assert records.load() == ()
    records.close()
    assert said == ["[SHOW] cut"]
    assert os.listdir(tmp_path) == []


def test_the_log_file_can_be_switched_off(said: list[str], state: Path) -> None:
    records = Records(said.append, LogSettings(level="info", format="text", file=False), state)
    records.journal.note("SHOW", "cut")
    records.remember((ENTRY,))
    records.close()
    assert os.listdir(state) == ["quarantine.json"]


# Whole shows.


def shown(line: str) -> bool:
    return "[SHOW] transition photo=" in line


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = photo_folder(tmp_path / "photos")
    (folder / "two words.jpg").write_bytes(b"this is no photo")
    return folder


def test_a_show_s_log_file_is_its_log_with_times_and_levels(
    tmp_path: Path, state: Path, photos: Path, screen: VirtualScreen
) -> None:
    with playing(tmp_path, screen, str(photos), *QUICK) as show:
        show.wait_for("[SHOW] transition")
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
        pid = show.process.pid
    rows = (state / "stillframe.log").read_text().splitlines()
    assert all(re.match(STAMP, row) for row in rows)
    words = [re.sub(STAMP, "", row) for row in rows]
    assert words == [re.sub(r" level=\w+$", "", line) for line in show.log]
    assert {row.split()[2] for row in rows} == {f"stillframe[{pid}]"}
    assert {"[SHOW]", "[HEALTH]", "[PERF]"} <= {row.split()[3] for row in rows}
    ats = [row.split()[0] for row in rows if "repeated=" not in row]
    assert ats == sorted(ats)
    frame = next(row for row in words if row.startswith("[PERF] frame "))
    assert re.fullmatch(
        r"\[PERF\] frame worker=images pid=\d+ seq=\d+ generation=\d+ latency_under_ms=\d+", frame
    )


def test_a_show_s_log_in_json_is_one_flat_object_a_line(
    tmp_path: Path, state: Path, photos: Path, screen: VirtualScreen
) -> None:
    flags = ("--log-format", "json", "--log-level", "debug")
    with playing(tmp_path, screen, str(photos), *QUICK, *flags) as show:
        show.wait_for('"event": "transition"')
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
    assert (state / "stillframe.log").read_text().splitlines() == show.log
    objects = [json.loads(line) for line in show.log]
    for said in objects:
        assert list(said)[:5] == ["ts", "level", "tag", "event", "show"]
        assert all(isinstance(value, str | int | float) for value in said.values())
    frame = next(said for said in objects if said["event"] == "frame")
    assert {"worker", "pid", "seq", "generation", "latency_under_ms"} < set(frame)
    assert {said["show"] for said in objects} == {show.process.pid}


def test_a_level_leaves_out_what_is_less(
    tmp_path: Path, state: Path, photos: Path, screen: VirtualScreen
) -> None:
    # Long enough for each of the five photos to have had its turn.
    arguments = (*QUICK, "--log-level", "warning", "--exit-after", "14")
    with playing(tmp_path, screen, str(photos), *arguments) as show:
        assert show.finish() == 0
        assert show.report()["photos_shown"] >= 1
    assert not any(shown(line) for line in show.log)
    rows = (state / "stillframe.log").read_text().splitlines()
    assert rows
    assert {row.split()[1] for row in rows} <= {"warning", "error"}
    assert any("[SHOW] skipped" in row and '"' in row for row in rows)


def test_a_state_folder_that_cannot_be_written_is_said_once_and_the_show_goes_on(
    tmp_path: Path, photos: Path, screen: VirtualScreen
) -> None:
    (tmp_path / ".local").write_text("in the way")
    with playing(tmp_path, screen, str(photos), *QUICK) as show:
        for _ in range(2):
            show.wait_for("[SHOW] transition")
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
    assert sum("no log file" in line for line in show.log) == 1


def test_a_standard_error_that_nobody_reads_stops_neither_the_show_nor_its_log_file(
    tmp_path: Path, state: Path, photos: Path, screen: VirtualScreen
) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with open(writing, "wb", buffering=0) as full:
        while full.write(b"x" * 4096):
            pass
        os.set_blocking(writing, True)
        command = [STILLFRAME, "play", "--windowed", "320x180", "--exit-after", "6"]
        command += [*QUICK, "--log-level", "debug", str(photos)]
        process = subprocess.Popen(command, env=screen.environ(environment(tmp_path)), stderr=full)
    try:
        assert process.wait(LONG_S) == 0
    finally:
        process.kill()
        process.wait()
        os.close(reading)
    rows = (state / "stillframe.log").read_text().splitlines()
    assert sum(shown(row) for row in rows) >= 2
    assert "worker=images state=stopping" in "\n".join(rows[-10:]), "to the end"


def test_two_shows_at_once_share_one_log_file(
    tmp_path: Path, state: Path, photos: Path, screen: VirtualScreen
) -> None:
    with (
        playing(tmp_path, screen, str(photos), *QUICK) as one,
        playing(tmp_path, screen, str(photos), *QUICK) as two,
    ):
        for show in (one, two):
            show.wait_for("[SHOW] transition")
            show.process.send_signal(signal.SIGTERM)
            assert show.finish() == 0
    rows = (state / "stillframe.log").read_text().splitlines()
    for show in (one, two):
        mine = [row for row in rows if f" stillframe[{show.process.pid}] " in row]
        assert [re.sub(STAMP, "", row) for row in mine] == [
            re.sub(r" level=\w+$", "", line) for line in show.log
        ]


def test_a_quarantined_photo_is_not_tried_by_the_next_show(
    tmp_path: Path, state: Path, screen: VirtualScreen
) -> None:
    good = plain_photo(tmp_path / "photos" / "good.png", (1, 200, 3))
    bad = plain_photo(tmp_path / "photos" / "bad.png", (200, 2, 3))
    status = bad.stat()
    about = WorkerInput(bytes(bad), f"{status.st_size}:{status.st_mtime_ns}")
    entry = Quarantined(worker="images", input=about, reason="killed twice", at_s=1.5)
    quarantine_file.FILE.save(state / "quarantine.json", [entry])
    with playing(tmp_path, screen, str(good.parent), *QUICK) as show:
        assert "reason=quarantined" in show.wait_for("[SHOW] skipped photo=" + str(bad))
        assert str(good) in show.wait_for("[SHOW] transition")
        show.process.send_signal(signal.SIGTERM)
        assert show.finish() == 0
    os.utime(bad, ns=(1, 1))
    with playing(tmp_path, screen, str(good.parent), *QUICK) as show:
        show.wait_for(f"[SHOW] transition photo={bad}")


def test_the_next_show_goes_on_in_turn(tmp_path: Path, photos: Path, screen: VirtualScreen) -> None:
    in_turn = ("--interval", "2", "--transition", "in-turn", "--transition-duration", "0.3")
    played: list[set[str]] = []
    for _ in range(2):
        with playing(tmp_path, screen, str(photos), *in_turn) as show:
            said = [show.wait_for("[SHOW] transition") for _ in range(3)]
            show.process.send_signal(signal.SIGTERM)
            assert show.finish() == 0
        # The first photo fades in, and so does one whose transition was not ready.
        played.append({line.rpartition("by=")[2].split()[0] for line in said} - {"crossfade"})
    assert all(played)
    assert not played[0] & played[1]
