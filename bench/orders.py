"""What is said to a measured show, and what it says.

Role: the two messages, as data. Counterpart: benches order, `bench.shows` sends, and
`bench.show_child` plays and answers.
"""

from typing import Final

import msgspec

from bench.frame_marks import Late, Motion, Stay
from bench.troubled import Trouble

WINDOW_PX: Final = (640, 360)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to play, and beside what.

    Attributes:
        photos: the folder that is shown.
        window_px: how large.
        play_s: how long the show is; at least so long, with `patience_s`.
        patience_s: how much longer it may go on until there is what to measure: some transitions,
            and a worker that has been in trouble for half of `play_s`, if one is to be.
        load: `none`, `worker` or `threads`.
        heavy: the photos that the load decodes, again and again.
        stalls: whether Python is held up now and then.
        transition_s: how long one photo gives way to the next.
        step_ms: between two steps; longer than a transition, or photos are passed over. Where it
            is longer than the show, photos change by themselves.
        feeds: addresses of feeds that the show follows too, all of this machine.
        home: where the show keeps what feeds bring, what it paints and what it bakes.
        own: a folder of a person's transitions.
        trouble: which worker is in trouble, if one is.
        flags: more settings, as on the command line.
        file: more settings, as in the settings file.
        in_turn: transitions that play, each in its turn, until all have played, which ends the
            show; with `stalls`, each is held up once.
        collect: whether the show ends with full collections of garbage, which are timed.
    """

    photos: str
    play_s: float
    window_px: tuple[int, int] = WINDOW_PX
    patience_s: float = 0.0
    heavy: list[str] = msgspec.field(default_factory=list)
    load: str = "none"
    stalls: bool = False
    transition_s: float = 1.0
    step_ms: int = 1100
    feeds: list[str] = msgspec.field(default_factory=list)
    home: str = ""
    own: str = ""
    trouble: Trouble | None = None
    flags: dict[str, str] = msgspec.field(default_factory=dict)
    file: str = ""
    in_turn: list[str] = msgspec.field(default_factory=list)
    collect: bool = False


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. Intervals are whole milliseconds, as Qt's log counts them."""

    intervals_ms: list[float]
    gui_stall_ms_max: float
    lates: list[Late]
    """Each time that the interface's thread was late, once the show had settled."""
    transitions: int
    motions: list[Motion]
    stays: list[Stay]
    decoded: int
    load_cpu_s: float
    supervisor_share: float
    """Of a processor, that the supervisor's thread took until the last step."""
    faults: int
    """How often the worker in trouble was in trouble."""
    resident_bytes: list[int]
    """Of the interface, at each step."""
    gc_counts: list[int]
    gc_longest_ms: list[float]
    """Of each generation, once the show had settled."""
    gc_full_ms: tuple[float, float] | None
    """What a full collection takes, and what it would without `gc.freeze`."""

    @property
    def settled_stall_ms_max(self) -> float:
        """The longest lateness."""
        return max((late.late_ms for late in self.lates), default=0.0)

    @property
    def own_work_ms_max(self) -> float:
        """The longest that the interface's thread ran while it was late: its own work, and Qt's."""
        return max((late.worked_ms for late in self.lates), default=0.0)
