"""`stillframe transitions add`, as a person types it: real files, the real compiler and driver."""

import subprocess
from pathlib import Path

from shaders_to_try import ENDLESS, ENDLESS_LINE, FINE
from shows import STILLFRAME, environment
from stillframe.show.shading import read
from stillframe.show.trying import Verdict, keep, kept
from virtual_screen import VirtualScreen

SAMPLES = Path(__file__).parents[1] / "transitions" / "glsl" / "samples"
GOOD = "vec4 transition(vec2 uv) { return getToColor(uv); }\n"
WRONG = "// A comment\nvec4 transition(vec2 uv) {\n  return vec4(sped);\n}\n"


def run(
    home: Path, *words: object, screen: VirtualScreen | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [STILLFRAME, "transitions", *map(str, words)],
        env=screen.environ(environment(home)) if screen else environment(home),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def own(home: Path) -> set[str]:
    folder = home / "config" / "stillframe" / "transitions"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def test_a_folder_of_files_is_added_and_listed(tmp_path: Path) -> None:
    done = run(tmp_path, "add", SAMPLES)
    names = sorted(path.stem for path in SAMPLES.glob("*.glsl"))
    assert (done.returncode, done.stderr) == (0, "")
    added = [line.removeprefix("added ") for line in done.stdout.splitlines() if "added" in line]
    assert added == [f"gl-{name}" for name in names]
    assert f"stillframe play --transition gl-{names[-1]}" in done.stdout
    assert own(tmp_path) == {f"{name}.glsl" for name in names}
    baked = list((tmp_path / "cache" / "stillframe" / "shaders").iterdir())
    assert len(baked) == len(names)
    told = run(tmp_path, "list", "--json").stdout
    assert all(f'"gl-{name}"' in told for name in names)


def test_what_is_wrong_is_told_by_its_line_and_the_others_are_added(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "a-wrong.glsl").write_text(WRONG)
    (folder / "b-main.glsl").write_text("void main() {}\n")
    (folder / "c-latin.glsl").write_bytes(b"\n\xe9")
    (folder / "d good.glsl").write_text(GOOD)
    (folder / "e-good.glsl").write_text(GOOD)
    done = run(tmp_path, "add", folder)
    assert done.returncode == 1
    said = done.stderr.splitlines()
    assert len(said) == 4
    assert f"stillframe: {folder}/c-latin.glsl:2: not UTF-8; save it as such" in said
    assert any(f"{folder}/d good.glsl: call it such as" in line for line in said)
    assert any(f"{folder}/a-wrong.glsl:3: 'sped' : undeclared identifier" in line for line in said)
    assert any(f"{folder}/b-main.glsl: no transition" in line for line in said)
    assert own(tmp_path) == {"e-good.glsl"}


def test_one_that_is_added_again_takes_the_place_of_the_old(tmp_path: Path) -> None:
    file = tmp_path / "melt.glsl"
    for text in (GOOD, f"{GOOD}// changed\n"):
        file.write_text(text)
        assert run(tmp_path, "add", file).returncode == 0
    place = tmp_path / "config" / "stillframe" / "transitions"
    assert (place / "melt.glsl").read_text().endswith("// changed\n")
    (tmp_path / "Melt.glsl").write_text(GOOD)
    done = run(tmp_path, "add", tmp_path / "Melt.glsl")
    assert done.returncode == 1
    assert "melt.glsl is there already" in done.stderr
    # Where it lies already it is only looked into.
    assert run(tmp_path, "add", place).returncode == 0
    assert own(tmp_path) == {"melt.glsl"}


def test_a_folder_without_any_says_so(tmp_path: Path) -> None:
    done = run(tmp_path, "add", tmp_path)
    assert done.returncode == 1
    assert "no file whose name ends in .glsl" in done.stderr


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "a\x1b[31m.glsl"
    file.write_text(GOOD)
    done = run(tmp_path, "add", file)
    assert done.returncode == 1
    assert "\x1b" not in done.stderr


def test_without_a_display_nothing_is_tried_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "swirl.glsl").write_text(ENDLESS)
    done = run(tmp_path, "add", tmp_path / "swirl.glsl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "not tried here (no display: DISPLAY and WAYLAND_DISPLAY are not set)" in done.stdout


def test_with_a_display_what_does_not_end_is_refused_by_the_line_of_its_loop(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    for name, text in (("endless", ENDLESS), ("fine", FINE)):
        (tmp_path / f"{name}.glsl").write_text(text)
    done = run(tmp_path, "add", *sorted(tmp_path.glob("*.glsl")), screen=screen)
    assert done.returncode == 1
    (said,) = done.stderr.splitlines()
    where = f"stillframe: {tmp_path}/endless.glsl:{ENDLESS_LINE}: "
    assert said.startswith(f"{where}a frame of 640 x 360 ")
    assert "s is allowed; this loop is its longest" in said
    assert own(tmp_path) == {"fine.glsl"}
    assert "not tried" not in done.stdout


def test_what_was_refused_is_tried_anew_when_it_is_added_again(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    file = tmp_path / "fine.glsl"
    file.write_text(FINE)
    baked = read(file, bytes(tmp_path / "cache" / "stillframe" / "shaders"))
    assert run(tmp_path, "add", file).returncode == 0
    keep(baked, Verdict(problem="too slow, on another day"))
    assert run(tmp_path, "add", file, screen=screen).returncode == 0
    assert kept(baked.transition.shader) == Verdict()
