"""The show's ears: has something listened to, and knows what was heard last.

Role: asks the audio worker, once and again after each of its deaths, and reads what it publishes.
Counterpart: `workers.audio` listens; the visualizer polls, once a frame.

Guarantees: no call waits; a publication that lies is passed over and counted; whatever becomes of
the worker, the last hearing stays what it was, and its time tells how old it is.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from stillframe.contracts.audio import (
    AUTO,
    OFF,
    AudioRequest,
    Face,
    FloorConfig,
    GhostingConfig,
    SmoothingConfig,
    ToneConfig,
    WindowConfig,
)
from stillframe.contracts.hearing import Hearing, HearingError, unpack
from stillframe.contracts.messages import Asking
from stillframe.settings import AudioSettings, SettingError, Settings
from stillframe.show.ports import Asker
from stillframe.supervision import events
from stillframe.supervision.events import Event, WorkerState
from stillframe.transport.backlog import Urgency
from stillframe.transport.latest import LatestReader

AUDIO: Final = "audio"
_KEY: Final = b"listen"
_EQUALISER_CAP: Final = 32
_LOUDEST_DB: Final = 60.0


class Ears:
    """What is listened to, and what was heard last."""

    def __init__(
        self,
        settings: AudioSettings,
        engine: Asker,
        reader: LatestReader,
        tell: Callable[[str], object] = str,
    ) -> None:
        """Listen to nothing yet; `tell` gets each new reason why nothing can be heard, if any.

        Raises:
            SettingError: if the equaliser's text is none.
        """
        self._settings, self._engine, self._reader = settings, engine, reader
        decibels(settings.equaliser_db)  # refused now, not in the middle of a show
        self._tell, self._told = tell, ""
        self._open = False
        self._asked = False  # and not answered yet
        self._refusal = ""
        self._last: Hearing | None = None
        self.lies = 0
        """How many publications were refused."""

    @property
    def note(self) -> str:
        """What a person should know; empty if all is well, or nobody wants to hear."""
        if not self._open:
            return ""
        return self._refusal or (self._last.note if self._last else "")

    def listen(self, *, on: bool) -> None:
        """Begin to listen, or stop: then the worker lets go of the sound and rests."""
        if on != self._open:
            self._open, self._refusal = on, ""
            self._ask()

    def poll(self) -> Hearing | None:
        """Return what was heard last; None before anything was."""
        payload = self._reader.poll()
        if payload is not None:
            try:
                self._last = unpack(payload)
            except HearingError:
                self.lies += 1
            self._tell_why()
        return self._last

    def take(self, event: Event) -> bool:
        """Take an event of the engine; say whether it was for the ears alone."""
        match event:
            case events.Completed(request=AudioRequest()):
                self._asked, self._refusal = False, ""
            case events.Refused(request=AudioRequest(), detail=detail):
                self._asked, self._refusal = False, f"audio: {detail}"
            case events.Dropped(request=AudioRequest()):
                pass  # a newer request goes on in its place, or the show ends
            case events.WorkerChanged(worker="audio", state=WorkerState.READY):
                # Whoever is ready now was not asked, unless the request is still on its way.
                if self._open and not self._asked:
                    self._ask()
                return False
            case _:
                return False
        self._tell_why()
        return True

    def _tell_why(self) -> None:
        if self.note != self._told:
            self._told = self.note
            if self._told:
                self._tell(self._told)

    def close(self) -> None:
        """Let go of the memory."""
        self._reader.close()

    def _ask(self) -> None:
        self._asked = True
        request = audio_request(self._settings, self._engine.asking(AUDIO))
        if not self._open:
            request = msgspec.structs.replace(request, source=OFF)
        self._engine.post(events.Submit(request, _KEY, Urgency.ON_SCREEN))


def shows_sound(settings: Settings) -> bool:
    """Say whether sound is shown from the start; where nothing is said, if it is listened to."""
    style = settings.visualizer.style
    if settings.audio.source == OFF or style == "off":
        return False
    return style != "auto" or bool(settings.audio.source)


def audio_request(settings: AudioSettings, asking: Asking) -> AudioRequest:
    """Return what the audio worker is asked for.

    Raises:
        SettingError: if the equaliser's text is none.
    """
    return AudioRequest(
        **asking,
        source=settings.source or AUTO,
        face=Face(settings.face),
        tone=ToneConfig(
            stereo=settings.stereo,
            low_hz=settings.low_hz,
            high_hz=settings.high_hz,
            a_weighting=settings.a_weighting,
            equaliser_db=decibels(settings.equaliser_db),
            sensitivity=settings.sensitivity or None,
        ),
        window=WindowConfig(bar_count=settings.bars),
        smoothing=SmoothingConfig(attack_s=settings.attack_s, decay_s=settings.decay_s),
        ghosting_cfg=GhostingConfig(
            enabled=settings.ghosts,
            hold_s=settings.ghost_hold_s,
            decay_s=settings.ghost_decay_s,
        ),
        floor_config=FloorConfig(),
    )


def decibels(text: str) -> tuple[float, ...]:
    """Return the decibels of an equaliser, written with commas between them.

    Raises:
        SettingError: if one is no number, out of range, or there are too many.
    """
    words = [word for word in text.replace(",", " ").split() if word]
    try:
        values = tuple(float(word) for word in words)
    except ValueError as error:
        raise SettingError(f"audio.equaliser_db = {text!r:.60} is no list of decibels") from error
    if len(values) > _EQUALISER_CAP or not all(abs(value) <= _LOUDEST_DB for value in values):
        raise SettingError(
            f"audio.equaliser_db = {text!r:.60}: give at most {_EQUALISER_CAP} numbers of "
            f"-{_LOUDEST_DB:g} to {_LOUDEST_DB:g}"
        )
    return values
