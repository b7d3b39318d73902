"""What became of a layer: the words for it.

Role: from how applying and trying a layer went to a `LayerReport`; pure. Counterpart:
`workers.confinement` applies, `contracts.sandbox` describes the report.
"""

from collections.abc import Iterable, Sequence

from stillframe.contracts.caps import TEXT_CAP_CHARS
from stillframe.contracts.sandbox import Layer, LayerReport, LayerState


class UnsupportedError(Exception):
    """This host cannot have a layer; the text says why and what to do."""


def on(layer: Layer, note: str) -> LayerReport:
    """Report that a layer holds."""
    return LayerReport(layer=layer, state=LayerState.ON, detail=_short(note))


def unsupported(layer: Layer, error: UnsupportedError) -> LayerReport:
    """Report that this host has no such layer."""
    return LayerReport(layer=layer, state=LayerState.UNSUPPORTED, detail=_short(str(error)))


def broken(layer: Layer, why: str) -> LayerReport:
    """Report that a layer does not hold."""
    return LayerReport(layer=layer, state=LayerState.BROKEN, detail=_short(why))


def got_through(attempts: Iterable[str]) -> str:
    """Return one sentence about what was not refused."""
    return f"it should have refused, and did not: {', '.join(attempts)}"


def with_untried(note: str, untried: Sequence[str]) -> str:
    """Return a note, with what the self-test found nothing to try on."""
    return "; ".join(filter(None, (note, f"not tried: {', '.join(untried)}" if untried else "")))


def left_out(paths: Sequence[bytes]) -> str:
    """Return one sentence about paths that are not there, or nothing."""
    if not paths:
        return ""
    names = ", ".join(path.decode("utf-8", "backslashreplace") for path in paths)
    return f"not there, so left out: {names}"


def _short(text: str) -> str:
    return text if len(text) <= TEXT_CAP_CHARS else f"{text[: TEXT_CAP_CHARS - 1]}…"
