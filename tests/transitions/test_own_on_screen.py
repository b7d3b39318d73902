"""Files of the open format on a real screen, each beside a picture that numpy makes of its text."""

import signal
import subprocess
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import skimage.data
import skimage.transform
from PIL import Image

from shows import STILLFRAME, Show, environment, photo_folder, playing
from stillframe.show.shading import read
from stillframe.show.trying import Verdict, keep
from virtual_screen import VirtualScreen

SAMPLES = Path(__file__).parent / "glsl" / "samples"
WIDTH, HEIGHT = 160, 90
MOMENTS = 5
Picture = npt.NDArray[np.float64]


def command(home: Path, *words: object, screen: VirtualScreen) -> None:
    done = subprocess.run(
        [STILLFRAME, "transitions", *map(str, words)],
        env=screen.environ(environment(home)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def photo(name: str) -> Picture:
    picture = skimage.transform.resize(getattr(skimage.data, name)(), (HEIGHT, WIDTH))
    return (picture * 255).round()


OLD, NEW = photo("astronaut"), photo("coffee")
# The middle of each pixel, from the lower left, as the format has it.
X, Y = np.meshgrid((np.arange(WIDTH) + 0.5) / WIDTH, 1 - (np.arange(HEIGHT) + 0.5) / HEIGHT)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("home")
    for number, picture in enumerate((OLD, NEW)):
        Image.fromarray(picture.astype(np.uint8)).save(place / f"{number}.png")
    folder = place / "config" / "stillframe" / "transitions"
    folder.mkdir(parents=True)
    for sample in SAMPLES.glob("*.glsl"):  # dropped there, not added
        (folder / sample.name).write_bytes(sample.read_bytes())
    return place


def drawn(home: Path, screen: VirtualScreen, name: str) -> list[Picture]:
    """Return the moments 0, 1/4, 1/2, 3/4 and 1 of a sample."""
    strip = home / f"{name}.png"
    wishes = ("--size", f"{WIDTH}x{HEIGHT}", "--moments", MOMENTS, "-o", strip)
    command(home, "render", f"gl-{name}", home / "0.png", home / "1.png", *wishes, screen=screen)
    return np.split(np.asarray(Image.open(strip)).astype(float), MOMENTS, axis=1)


def smoothstep(low: float, high: float, x: Picture) -> Picture:
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mixed(a: Picture, b: Picture, share: Picture) -> Picture:
    return a + (b - a) * share[..., None]


def rises(progress: float) -> Picture:
    return np.where((progress > Y)[..., None], NEW, OLD)


def clashes(progress: float) -> Picture:
    """Its weights add up to 1, and its direction is to the right: a wipe."""
    return np.where((progress * 1.0001 >= X)[..., None], NEW, OLD)


def shifts(progress: float) -> Picture:
    """Open at the left, there lies the mat, which is black; then the edge of the new photo."""
    picture = mixed(OLD, NEW, np.full_like(X, 0.1 + 0.8 * progress))
    edge = np.broadcast_to(NEW[:, -1:], NEW.shape)
    picture = np.where((X < 0.5)[..., None], edge, picture)
    return np.where((X < 0.25)[..., None], 0, picture)


def numbers(progress: float) -> Picture:
    """Each of its defaults takes part in the picture."""
    wait = np.floor(X * 4) / 4 * 2.0 / 3.0
    on = smoothstep(0, 0.25, progress * (1.25 + wait) - wait)
    tint = np.broadcast_to(np.array([255.0, 127.5, 63.75]), OLD.shape)
    dim = mixed(OLD, tint, 0.6 * 0.25 * on * (1 - on))
    return mixed(dim, NEW, on)


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.glsl")))
def test_it_begins_with_the_old_photo_and_ends_with_the_new_one_to_the_bit(
    home: Path, screen: VirtualScreen, name: str
) -> None:
    first, *_, last = drawn(home, screen, name)
    assert np.array_equal(first, OLD)
    assert np.array_equal(last, NEW)


@pytest.mark.parametrize("picture", [rises, clashes, shifts, numbers])
def test_between_its_ends_it_is_what_its_text_says(
    home: Path, screen: VirtualScreen, picture: object
) -> None:
    assert callable(picture)
    for place, shown in enumerate(drawn(home, screen, picture.__name__)[1:-1], 1):
        differs = np.abs(shown - picture(place / (MOMENTS - 1))).max(axis=2) > 2
        # An edge may fall between two pixels.
        assert differs.mean() < 0.01


def test_one_that_wants_an_image_gets_one_with_much_to_see(
    home: Path, screen: VirtualScreen
) -> None:
    # What has come and what has not, where the two photos differ.
    shares = [
        (np.abs(shown - NEW).max(axis=2) <= 2)[np.abs(OLD - NEW).max(axis=2) > 40].mean()
        for shown in drawn(home, screen, "image")
    ]
    assert shares == sorted(shares)
    assert 0.1 < shares[2] < 0.9


def end_once_played(show: Show) -> None:
    """End a show when its own transition has joined, and several photos have come since."""
    assert "gl-rises" in show.wait_for("transition joins")
    for _ in range(4):
        show.wait_for("[SHOW] transition photo=")
    show.process.send_signal(signal.SIGTERM)
    assert show.finish() == 0


def test_a_dropped_file_is_baked_tried_and_played_in_a_show(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    place = tmp_path / "config" / "stillframe" / "transitions"
    place.mkdir(parents=True)
    (place / "rises.glsl").write_bytes((SAMPLES / "rises.glsl").read_bytes())
    (place / "wrong.glsl").write_text("vec4 transition(vec2 uv) {\n  return vec4(sped);\n}\n")
    (place.parent / "settings.toml").write_text(
        "[transitions]\n"
        'type = "random"\n'
        'enabled = "gl-rises, gl-wrong"\n'
        'durations_s = "gl-rises=0.3"\n'
    )
    photos = str(photo_folder(tmp_path / "photos"))
    quick = ("--interval", "2", "--transition-duration", "0.3")
    with playing(tmp_path, screen, photos, *quick) as show:
        end_once_played(show)
    said = [line for line in show.log if "transition cannot be taken" in line]
    assert len(said) == 1
    assert "wrong.glsl" in said[0]
    assert "line 2" in said[0]
    played = show.report()["transitions_played"]
    assert played["gl-rises"] >= 2
    assert set(played) <= {"gl-rises", "crossfade"}


def test_one_whose_baked_file_was_damaged_is_baked_anew(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    # Given to Qt as it is, this would end the process.
    place = tmp_path / "config" / "stillframe" / "transitions"
    place.mkdir(parents=True)
    (place / "rises.glsl").write_bytes((SAMPLES / "rises.glsl").read_bytes())
    cache = tmp_path / "cache" / "stillframe" / "shaders"
    broken = Path(read(place / "rises.glsl", bytes(cache)).transition.shader)
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"whatever a failing disk may leave")
    photos = str(photo_folder(tmp_path / "photos"))
    quick = ("--interval", "2", "--transition-duration", "0.3")
    with playing(tmp_path, screen, photos, "--transition", "gl-rises", *quick) as show:
        end_once_played(show)
    assert show.report()["transitions_played"]["gl-rises"] >= 1


def test_one_that_this_screen_cannot_play_is_told_by_its_name_and_the_show_goes_on(
    tmp_path: Path, screen: VirtualScreen
) -> None:
    place = tmp_path / "config" / "stillframe" / "transitions"
    place.mkdir(parents=True)
    (place / "rises.glsl").write_bytes((SAMPLES / "rises.glsl").read_bytes())
    cache = tmp_path / "cache" / "stillframe" / "shaders"
    file = read(place / "rises.glsl", bytes(cache))
    baked = Path(file.transition.shader)
    baked.parent.mkdir(parents=True)
    # As of a later Qt: whole, and of a form that this one does not know.
    content = (99).to_bytes(4, "big") + bytes(100)
    baked.write_bytes(len(content).to_bytes(4, "big") + zlib.compress(content))
    keep(file, Verdict())  # and as if that Qt had tried it
    photos = str(photo_folder(tmp_path / "photos"))
    quick = ("--interval", "2", "--transition-duration", "0.3", "--exit-after", "6")
    with playing(tmp_path, screen, photos, "--transition", "gl-rises", *quick) as show:
        assert show.finish() == 0
    assert any("cannot be played" in line and "gl-rises" in line for line in show.log)
    assert show.report()["photos_shown"] >= 2
