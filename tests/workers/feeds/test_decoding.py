"""Codings: what was compressed comes back in small pieces, and what is broken says so."""

import gzip
import random
import sys
import zlib
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.decoding import PIECE_BYTES, check_decoded, decoder_for
from stillframe.workers.feeds.problem import FetchError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "br": partial(brotli.compress, quality=4),
    "zstd": zstd.compress,
    "identity": bytes,
}
COMPRESSED = [name for name in COMPRESSORS if name != "identity"]
TEXT = b"".join(b"<item><title>%d</title></item>" % number for number in range(8_000))
NOISE = random.Random(7).randbytes(200_000)


def decoded(coding: str, parts: list[bytes]) -> bytes:
    decoder = decoder_for(coding)
    pieces = [piece for part in parts for piece in decoder.decode(part)]
    decoder.finish()
    return b"".join(pieces)


def failure(coding: str, data: bytes) -> DropReason | None:
    try:
        decoded(coding, [data])
    except FetchError as error:
        return error.reason
    return None


@pytest.mark.parametrize("coding", COMPRESSORS)
@pytest.mark.parametrize("body", [TEXT, NOISE, b"x"], ids=["text", "noise", "byte"])
@given(data=st.data())
def test_a_body_comes_back_however_it_is_cut(coding: str, body: bytes, data: st.DataObject) -> None:
    encoded = COMPRESSORS[coding](body)
    cuts = data.draw(st.lists(st.integers(0, len(encoded)), max_size=8).map(sorted))
    parts = [encoded[start:end] for start, end in pairwise([0, *cuts, len(encoded)])]
    assert decoded(coding, parts) == body


@pytest.mark.parametrize("coding", COMPRESSED)
def test_no_piece_is_large_though_one_byte_holds_thousands(coding: str) -> None:
    decoder = decoder_for(coding)
    encoded = COMPRESSORS[coding](bytes(50_000_000))
    sizes = [len(piece) for piece in decoder.decode(encoded)]
    decoder.finish()
    assert sum(sizes) == 50_000_000
    # Brotli's own blocks grow twofold; the others keep to the byte.
    assert max(sizes) <= (2 if coding == "br" else 1) * PIECE_BYTES


@pytest.mark.parametrize("coding", COMPRESSED)
@given(cut=st.floats(0, 1, exclude_max=True))
def test_a_body_that_ends_early_is_never_whole(coding: str, cut: float) -> None:
    encoded = COMPRESSORS[coding](TEXT)
    assert failure(coding, encoded[: int(len(encoded) * cut)]) is DropReason.DECODE_ERROR


@pytest.mark.parametrize("coding", COMPRESSED)
@pytest.mark.parametrize("body", [b"<html>hello</html>", b"{}", NOISE[:1000]])
def test_a_body_that_is_not_compressed_at_all(coding: str, body: bytes) -> None:
    assert failure(coding, body) is DropReason.DECODE_ERROR


@pytest.mark.parametrize("coding", COMPRESSED)
def test_what_follows_the_end_is_not_passed_over(coding: str) -> None:
    assert failure(coding, COMPRESSORS[coding](TEXT) + b"<html>") is DropReason.DECODE_ERROR


@pytest.mark.parametrize("coding", COMPRESSED)
@given(body=st.binary(max_size=300), at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_any_bytes_are_a_body_or_an_error(coding: str, body: bytes, at: int, byte: int) -> None:
    assert failure(coding, body) in (None, DropReason.DECODE_ERROR)
    damaged = bytearray(COMPRESSORS[coding](TEXT[:5000]))
    damaged[at % len(damaged)] = byte
    assert failure(coding, bytes(damaged)) in (None, DropReason.DECODE_ERROR)


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_compressors_that_work_in_parallel_make_many_parts(coding: str) -> None:
    compress = COMPRESSORS[coding]
    parts = [TEXT[at : at + 10_000] for at in range(0, len(TEXT), 10_000)]
    assert decoded(coding, [b"".join(map(compress, parts))]) == TEXT
    assert failure(coding, compress(b"") * 5000) is DropReason.DECODE_ERROR


def test_zstd_may_not_ask_for_more_memory_than_the_web_allows() -> None:
    level = {zstd.CompressionParameter.window_log: 27}
    wide = zstd.ZstdCompressor(options=level)
    encoded = wide.compress(TEXT) + wide.flush()
    assert zstd.decompress(encoded) == TEXT, "it is a good body, but for its window"
    assert failure("zstd", encoded) is DropReason.DECODE_ERROR


@pytest.mark.parametrize("codings", ["gzip, gzip", "br,gzip", "gzip, identity, zstd"])
def test_two_codings_are_one_too_many(codings: str) -> None:
    with pytest.raises(FetchError) as caught:
        decoder_for(codings)
    assert caught.value.reason is DropReason.BAD_ENCODING


@pytest.mark.parametrize("coding", ["deflate", "compress", "exi", "x" * 5000, "\xff"])
def test_a_coding_that_nobody_asked_for(coding: str) -> None:
    with pytest.raises(FetchError) as caught:
        decoder_for(coding)
    assert caught.value.reason is DropReason.BAD_ENCODING
    assert len(caught.value.detail) <= 200


@pytest.mark.parametrize("codings", ["", "identity", " Identity ,", "GZip", "x-gzip, identity"])
def test_one_coding_or_none(codings: str) -> None:
    plain = "gzip" not in codings.lower()
    assert decoded(codings, [TEXT if plain else gzip.compress(TEXT)]) == TEXT


def test_a_body_that_is_still_compressed_was_so_twice() -> None:
    for body in (gzip.compress(b"x"), zstd.compress(b"x")):
        with pytest.raises(FetchError) as caught:
            check_decoded(body)
        assert caught.value.reason is DropReason.BAD_ENCODING
    for body in (b"<rss/>", b"\xff\xd8\xff\xe0", b"{}", zlib.compress(b"")[:1]):
        check_decoded(body)
