import enum
from typing import Any

import msgspec
import pytest
from msgspec import structs

import wire_samples
from stillframe.contracts import audio, feeds, images, messages, transitions
from stillframe.contracts.control import LogLevel
from stillframe.contracts.errors import FaultKind
from stillframe.contracts.messages import Failure, Request, Response
from stillframe.contracts.pixels import PixelFormat
from stillframe.contracts.sandbox import Layer, LayerState, Sockets
from stillframe.contracts.wire import PROTOCOLS

SAMPLES = wire_samples.samples()
PARTS = [part for sample in SAMPLES.values() for part in wire_samples.structs_in(sample)]
EVERY_MESSAGE = pytest.mark.parametrize("tag", SAMPLES)
# Their settings and parameters are maps, which have no hash.
WITH_MAPS = {"control.start", "control.configure", "transitions.request"}

COMMON = {"seq", "correlation_id", "worker", "version", "ts_req", "deadline"}
DEMANDED = {
    Request: COMMON,
    Response: COMMON | {"ts_res", "generation", "payload_size"},
    Failure: {"error"},
    images.ImageRequest: {"path", "target_size", "profile", "cache_key", "ratio_policy"},
    images.ImageResult: {"width", "height", "stride", "format", "generation", "ts", "slot"},
    feeds.FeedsRequest: {"feeds", "max_items", "ttl_hint", "priority_policy"},
    feeds.ImageMetadata: {"url", "title", "ts", "priority", "ttl", "cache_path"},
    audio.AudioRequest: {"window", "smoothing", "ghosting_cfg", "floor_config"},
    transitions.TransitionRequest: {
        "transition_type",
        "params",
        "duration",
        "direction_history",
        "seed",
    },
}
WORDS: dict[type[enum.Enum], set[Any]] = {
    audio.Face: {"spectrum", "classic"},
    images.Mode: {"fill", "fit", "shrink"},
    images.Pool: {"local", "feed"},
    images.Colour: {"srgb", "as-is"},
    PixelFormat: {1, 2},
    Sockets: {"none", "unix", "any"},
    Layer: {"no-new-privileges", "limits", "landlock", "seccomp"},
    LayerState: {"on", "off", "unsupported", "broken"},
    LogLevel: {"debug", "info", "warning", "error"},
    feeds.DropReason: {
        "no-image",
        "duplicate",
        "tracker",
        "too-small",
        "malformed",
        "expired",
        "over-limit",
        "bad-url",
        "bad-scheme",
        "ssrf-blocked",
        "redirect-limit",
        "redirect-blocked",
        "unreachable",
        "http-error",
        "challenge",
        "gone",
        "bad-response",
        "bad-encoding",
        "decode-error",
        "short-body",
        "too-large",
        "deadline",
        "empty",
        "html-not-feed",
        "not-feed",
        "bad-json",
        "parse-timeout",
        "parser-died",
        "not-image",
        "mirror-unsafe",
        "disk-full",
    },
    feeds.FeedKind: {"auto", "json", "webdav", "immich"},
    feeds.FeedState: {"new", "ok", "failing", "dead", "gone"},
    FaultKind: {
        "not-found",
        "not-readable",
        "not-a-file",
        "empty",
        "unsupported-format",
        "truncated",
        "too-small",
        "too-large",
        "too-many-pixels",
        "decoder-error",
        "out-of-memory",
        "deadline",
        "io-error",
        "bad-request",
        "parse-timeout",
        "no-device",
    },
}


def wire_names(kind: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in structs.fields(kind)}


@pytest.mark.parametrize("kind", DEMANDED, ids=lambda kind: kind.__name__)
def test_a_message_has_every_field_that_the_design_demands(kind: type[msgspec.Struct]) -> None:
    assert DEMANDED[kind] <= wire_names(kind)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_every_request_and_every_answer_has_the_common_fields(name: str) -> None:
    protocol = PROTOCOLS[name]
    assert DEMANDED[Request] <= wire_names(protocol.request)
    assert DEMANDED[Response] <= wire_names(protocol.result)


@pytest.mark.parametrize("kind", WORDS, ids=lambda kind: kind.__name__)
def test_the_words_of_a_closed_set_are_the_wires(kind: type[enum.Enum]) -> None:
    assert {member.value for member in kind} == WORDS[kind]


def test_the_table_above_names_every_closed_set() -> None:
    assert set(WORDS) == wire_samples.reachable_enums()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: type(part).__name__)
def test_nothing_in_a_message_can_be_assigned(part: msgspec.Struct) -> None:
    for name in part.__struct_fields__:
        with pytest.raises(AttributeError):
            setattr(part, name, getattr(part, name))


@EVERY_MESSAGE
def test_equal_messages_have_equal_hashes_where_they_have_any(tag: str) -> None:
    sample, twin = SAMPLES[tag], wire_samples.samples()[tag]
    assert sample is not twin
    assert sample == twin
    if tag in WITH_MAPS:
        with pytest.raises(TypeError, match="unhashable"):
            hash(sample)
    else:
        assert hash(sample) == hash(twin)
        assert len({sample, twin}) == 1


def test_no_struct_accepts_an_unknown_field() -> None:
    for kind in wire_samples.reachable_structs():
        assert kind.__struct_config__.forbid_unknown_fields, kind


def test_an_answer_says_ok_and_a_failure_does_not() -> None:
    for name, protocol in PROTOCOLS.items():
        result = SAMPLES[f"{name}.result"]
        assert isinstance(result, protocol.result)
        assert result.ok
    failure = SAMPLES["failure"]
    assert isinstance(failure, Failure)
    assert not failure.ok
    assert failure.error.kind is FaultKind.TOO_MANY_PIXELS


def test_a_message_made_here_says_this_versions_wire() -> None:
    for sample in SAMPLES.values():
        if "version" in sample.__struct_fields__:
            plain = {name: getattr(sample, name) for name in sample.__struct_fields__}
            del plain["version"]
            assert type(sample)(**plain).version == messages.WIRE_VERSION == 1  # type: ignore[attr-defined]
