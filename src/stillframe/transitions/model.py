"""What a transition says of itself.

Role: the one shape of all transitions. Counterpart: `declared/` fills it in; the worker bakes the
table that it names, the player hands its parameters to its shader.

Guarantees: a value of these types is consistent: a default lies within its range, a shader's
parameters fit the uniform block that all shaders share, and `packed` puts them where the baker of
shaders gave them their names.
"""

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

# Four vectors of four: the block is the same for all shaders, so that one scene plays them all.
PARAMETER_FLOATS: Final = 16
_VECTOR: Final = 4

Value: TypeAlias = float | int | str
"""Of a parameter: a number, a choice's word, or a colour as #rrggbb or #rrggbbaa."""


class Kind(enum.StrEnum):
    """What a parameter's value is."""

    NUMBER = "number"
    INTEGER = "integer"
    CHOICE = "choice"
    COLOUR = "colour"


class Easing(enum.StrEnum):
    """How the progress runs with time; the words are those of the settings."""

    LINEAR = "linear"
    IN_OUT_SINE = "in-out-sine"
    IN_OUT_QUAD = "in-out-quad"
    IN_OUT_CUBIC = "in-out-cubic"
    OUT_CUBIC = "out-cubic"


class Filter(enum.StrEnum):
    """How a table is read between its texels."""

    NEAREST = "nearest"
    LINEAR = "linear"


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One thing about a transition that a person may set.

    Attributes:
        name: as in the settings and in the shader.
        kind: a choice reaches the shader as its index.
        minimum, maximum: of numbers; both are allowed.
        unit: of numbers; empty for a plain ratio or count.
        choices: the words of a choice.
        help: a phrase without a full stop.
    """

    name: str
    kind: Kind
    default: Value
    help: str
    minimum: float = 0.0
    maximum: float = 1.0
    unit: str = ""
    choices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a default that is not allowed."""
        self.check(self.default)

    @property
    def floats(self) -> int:
        """How many floats of the block it takes."""
        return _VECTOR if self.kind is Kind.COLOUR else 1

    def check(self, value: Value) -> None:
        """Refuse a value that is not allowed.

        Raises:
            ValueError: with the name, the value and what is allowed.
        """
        match self.kind:
            case Kind.CHOICE:
                if value not in self.choices:
                    raise ValueError(f"{self.name} = {value!r}: give {' or '.join(self.choices)}")
            case Kind.COLOUR:
                colour_floats(value)
            case _:
                if isinstance(value, str) or not self.minimum <= value <= self.maximum:
                    allowed = f"{self.minimum:g} to {self.maximum:g} {self.unit}".rstrip()
                    raise ValueError(f"{self.name} = {value!r} is out of range: {allowed}")
                if self.kind is Kind.INTEGER and value != int(value):
                    raise ValueError(f"{self.name} = {value!r} is not a whole number")

    def as_floats(self, value: Value) -> tuple[float, ...]:
        """Return a value as the shader gets it."""
        self.check(value)
        if self.kind is Kind.COLOUR:
            return colour_floats(value)
        if self.kind is Kind.CHOICE:
            return (float(self.choices.index(str(value))),)
        return (float(value),)


@dataclass(frozen=True, kw_only=True)
class Table:
    """What is baked for the shader: one texture of bytes, red, green, blue and alpha.

    Attributes:
        bake: what fills it; empty where the transition has a bake of its own.
    """

    name: str
    filter: Filter = Filter.NEAREST
    bake: str = ""


@dataclass(frozen=True, kw_only=True)
class Transition:
    """One way of going from a photo to the next.

    Attributes:
        id: stable; names the shader, the bake and the settings.
        name: as people read it.
        summary: one line without a full stop.
        directions: the ways it can go; empty where it goes one way only.
        remembers_direction: whether a direction that is drawn is never the one before.
        default_duration_s: where the settings say nothing.
        table: what is baked for it, None where the shader needs nothing.
        shader: where its baked form is; empty for those that come with the product.
    """

    id: str
    name: str
    summary: str
    default_duration_s: float
    easing: Easing = Easing.LINEAR
    parameters: tuple[Parameter, ...] = ()
    directions: tuple[str, ...] = ()
    remembers_direction: bool = False
    table: Table | None = None
    shader: str = ""

    @property
    def bake(self) -> str:
        """By what name its table is asked for."""
        return (self.table.bake if self.table else "") or self.id

    def __post_init__(self) -> None:
        """Refuse parameters that do not fit the block."""
        end = max((start + p.floats for p, start in self.places()), default=0)
        if end > PARAMETER_FLOATS:
            raise ValueError(f"{self.id} has {end} floats of parameters, of {PARAMETER_FLOATS}")

    def places(self) -> tuple[tuple[Parameter, int], ...]:
        """Return each parameter and its first float in the block; a colour begins a vector."""
        places, at = [], 0
        for parameter in self.parameters:
            if parameter.kind is Kind.COLOUR:
                at = math.ceil(at / _VECTOR) * _VECTOR
            places.append((parameter, at))
            at += parameter.floats
        return tuple(places)

    def packed(self, values: Mapping[str, Value]) -> tuple[float, ...]:
        """Return the block's sixteen floats; what `values` leaves out has its default.

        Raises:
            ValueError: for a value that is not allowed, or a name that there is not.
        """
        unknown = set(values) - {parameter.name for parameter in self.parameters}
        if unknown:
            raise ValueError(f"{self.id} has no parameter {', '.join(sorted(unknown))}")
        floats = [0.0] * PARAMETER_FLOATS
        for parameter, start in self.places():
            given = parameter.as_floats(values.get(parameter.name, parameter.default))
            floats[start : start + len(given)] = given
        return tuple(floats)


def colour_floats(value: Value) -> tuple[float, float, float, float]:
    """Return #rrggbb or #rrggbbaa as red, green, blue and alpha of 0 to 1.

    Raises:
        ValueError: for anything else.
    """
    text = str(value)
    digits = text.removeprefix("#")
    if not text.startswith("#") or len(digits) not in (6, 8):
        raise ValueError(f"{text!r:.40} is no colour: give #rrggbb or #rrggbbaa")
    try:
        red, green, blue, alpha = bytes.fromhex(digits.ljust(8, "f"))
    except ValueError as error:
        raise ValueError(f"{text!r:.40} is no colour: give #rrggbb or #rrggbbaa") from error
    return red / 255, green / 255, blue / 255, alpha / 255


CARDINAL: Final = ("left-to-right", "right-to-left", "top-to-bottom", "bottom-to-top")
"""The directions in which the motion goes, as most transitions offer them."""
DIAGONAL: Final = ("diagonal-tl-br", "diagonal-tr-bl")

_HALF: Final = math.sqrt(0.5)
_HEADINGS: Final = (
    ("left-to-right", (1.0, 0.0)),
    ("right-to-left", (-1.0, 0.0)),
    ("top-to-bottom", (0.0, 1.0)),
    ("bottom-to-top", (0.0, -1.0)),
    ("diagonal-tl-br", (_HALF, _HALF)),
    ("diagonal-tr-bl", (-_HALF, _HALF)),
    ("diagonal-bl-tr", (_HALF, -_HALF)),
    ("diagonal-br-tl", (-_HALF, -_HALF)),
)


def heading(direction: str) -> tuple[float, float]:
    """Return a direction as a vector of length 1 on the screen, y downwards; (0, 0) for others."""
    return dict(_HEADINGS).get(direction, (0.0, 0.0))
