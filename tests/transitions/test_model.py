"""A transition's own words: defaults, ranges, places in the block, directions."""

import math

import pytest

from stillframe.transitions.model import (
    CARDINAL,
    DIAGONAL,
    Kind,
    Parameter,
    Transition,
    heading,
)

GLOW = Parameter(name="glow", kind=Kind.COLOUR, default="#ffa200", help="the glow")
PIECES = Parameter(
    name="pieces", kind=Kind.INTEGER, default=4, minimum=1, maximum=8, help="how many"
)
SHAPE = Parameter(
    name="shape", kind=Kind.CHOICE, default="round", choices=("square", "round"), help="how"
)
SOFT = Parameter(name="soft", kind=Kind.NUMBER, default=0.25, help="how soft")


def transition(*parameters: Parameter) -> Transition:
    return Transition(
        id="t", name="T", summary="a test", default_duration_s=1, parameters=parameters
    )


def test_values_are_packed_in_order_and_a_colour_begins_a_vector() -> None:
    packed = transition(SOFT, GLOW, PIECES, SHAPE).packed({"pieces": 7, "glow": "#00ff0000"})
    assert packed[:10] == (0.25, 0, 0, 0, 0, 1, 0, 0, 7, 1)
    assert len(packed) == 16


def test_what_does_not_fit_the_block_is_refused() -> None:
    many = [
        Parameter(name=f"c{i}", kind=Kind.COLOUR, default="#000000", help="a") for i in range(4)
    ]
    transition(*many)
    with pytest.raises(ValueError, match="17 floats of parameters, of 16"):
        transition(*many, SOFT)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (PIECES, 9),
        (PIECES, 2.5),
        (PIECES, math.nan),
        (PIECES, "4"),
        (SOFT, -0.01),
        (SHAPE, "oval"),
        (SHAPE, 1),
        (GLOW, "ffa200"),
        (GLOW, "#ffa2"),
        (GLOW, "#gga200"),
        (GLOW, 7),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_by_name(
    parameter: Parameter, value: object
) -> None:
    with pytest.raises(ValueError, match=r"pieces|soft|shape|colour"):
        transition(parameter).packed({parameter.name: value})  # type: ignore[dict-item]


def test_a_default_that_is_not_allowed_is_refused() -> None:
    with pytest.raises(ValueError, match="out of range"):
        Parameter(name="soft", kind=Kind.NUMBER, default=2, help="how soft")


def test_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="no parameter hard"):
        transition(SOFT).packed({"hard": 1})


@pytest.mark.parametrize("direction", CARDINAL + DIAGONAL)
def test_a_direction_has_length_one(direction: str) -> None:
    assert math.hypot(*heading(direction)) == pytest.approx(1)


def test_directions_are_told_as_on_a_screen() -> None:
    assert heading("left-to-right") == (1, 0)
    assert heading("top-to-bottom") == (0, 1)
    assert heading("diagonal-tr-bl")[0] < 0 < heading("diagonal-tr-bl")[1]
    assert heading("horizontal") == (0, 0)
