"""The words for what became of a layer."""

from stillframe.contracts.caps import TEXT_CAP_CHARS
from stillframe.contracts.sandbox import Layer, LayerState
from stillframe.workers.confinement import reports


def test_each_state_has_its_report() -> None:
    assert reports.on(Layer.LIMITS, "64").state is LayerState.ON
    error = reports.UnsupportedError("no kernel; use one")
    said = reports.unsupported(Layer.LANDLOCK, error)
    assert (said.state, said.detail) == (LayerState.UNSUPPORTED, "no kernel; use one")
    assert reports.broken(Layer.SECCOMP, "it let fork through").state is LayerState.BROKEN


def test_what_got_through_and_what_was_not_tried_is_named() -> None:
    assert reports.got_through(("a fork", "a socket")).endswith("a fork, a socket")
    assert reports.with_untried("version 4", ("connecting",)) == "version 4; not tried: connecting"
    assert reports.with_untried("version 4", ()) == "version 4"
    assert reports.with_untried("", ()) == ""
    assert reports.left_out([b"/a", b"/\xff\n"]) == "not there, so left out: /a, /\\xff\n"
    assert reports.left_out([]) == ""


def test_no_report_is_longer_than_a_message_carries() -> None:
    many = reports.on(Layer.LANDLOCK, reports.left_out([b"/a/long/path"] * 1000))
    assert len(many.detail) == TEXT_CAP_CHARS
    assert many.detail.endswith("…")
