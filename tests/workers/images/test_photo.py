"""Where the content of a photo lands in its frame: never half a pixel off, in any mode and size."""

import numpy as np
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st

from stillframe.contracts.images import Colour, Mode
from stillframe.contracts.pixels import Size
from stillframe.workers.images.core import plan_frame
from stillframe.workers.images.photo import DecodedPhoto

# As many pixels as there are steps of brightness.
SIDES = st.integers(40, 250)
TARGETS = st.integers(20, 700)
# A Lanczos kernel leans on its edge; a ramp is a ramp in the middle.
MARGIN = 8


def ramp(length: int, across: int, *, along_x: bool) -> pyvips.Image:
    """Return a photo whose brightness at each pixel is its place."""
    row = np.tile(np.arange(length, dtype=np.uint8), (across, 1))
    data = row if along_x else np.ascontiguousarray(row.T)
    height, width = data.shape
    image = pyvips.Image.new_from_memory(data.tobytes(), width, height, 1, "uchar")
    return image.copy(interpretation="b-w")


@settings(max_examples=120)
@given(
    source=st.tuples(SIDES, SIDES),
    target=st.tuples(TARGETS, TARGETS),
    mode=st.sampled_from(Mode),
    along_x=st.booleans(),
)
def test_each_point_lands_where_the_scale_and_the_crop_say(
    source: tuple[int, int],
    target: tuple[int, int],
    mode: Mode,
    along_x: bool,  # noqa: FBT001
) -> None:
    width, height = source
    plan = plan_frame(Size(width, height), Size(*target), mode)
    length, across = (width, height) if along_x else (height, width)
    photo = DecodedPhoto(Size(width, height), lambda: ramp(length, across, along_x=along_x))
    frame = photo.reduced(plan, Colour.SRGB).numpy().astype(float)
    assert frame.shape[:2] == (plan.frame.height, plan.frame.width)
    line = frame.reshape(plan.frame.height, plan.frame.width)
    line = line[line.shape[0] // 2] if along_x else line[:, line.shape[1] // 2]
    scaled = plan.scaled.width if along_x else plan.scaled.height
    # The middle of the frame is the middle of the photo, and the scale counts from there: a
    # statement of what scaling is that knows nothing of how the frame is cut.
    from_middle = np.arange(len(line)) - (len(line) - 1) / 2
    places = from_middle * length / scaled + (length - 1) / 2
    inner = (places > MARGIN * max(1, length / scaled)) & (
        places < length - MARGIN * max(1, length / scaled)
    )
    if inner.sum() < 4:
        return
    # On the average, for a step of brightness may be several pixels of an enlarged frame, and half
    # steps are all rounded up.
    shift_px = (line - places)[inner].mean() * scaled / length
    assert abs(shift_px) < 0.35 * max(1, scaled / length)
    assert np.abs(line - places)[inner].max() < 1.5
