"""Bodies decoded in small pieces: no body can be larger in memory than what was asked for.

Role: pure; what a server compressed, as it was. Counterpart: `workers.feeds.fetch` advertises
`CODINGS`, `exchange` counts what comes out. The decoders of HTTP libraries are not used: they
decode whatever coding a server names, and as often as it names one.

Guarantees: a piece has at most `PIECE_BYTES` (brotli's own buffer may double that); a body that
ends early, or goes on after its end with something else, is an error.
"""

import sys
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import brotli

from stillframe.contracts.feeds import DropReason
from stillframe.workers.feeds.problem import FetchError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE_BYTES: Final = 64 * 1024
# Compressors that work in parallel write many small bodies one after the other; each costs time.
_PARTS: Final = 4096
_GZIP: Final = 16 + zlib.MAX_WBITS
# RFC 9659: nobody may need more than 8 MiB of memory to read zstd from the web.
_ZSTD_WINDOW_LOG: Final = 23
# No feed and no photo begins so: a body that does was compressed twice, or nobody said that it was.
_COMPRESSED: Final = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


class Decoder(ABC):
    """One coding; used for one body."""

    @abstractmethod
    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what is in the next part of a body.

        Raises:
            FetchError: `decode-error` if this is not how such a body goes on.
        """

    @abstractmethod
    def finish(self) -> None:
        """Note that there is no more.

        Raises:
            FetchError: `decode-error` if the body is not complete.
        """


class Plain(Decoder):
    """No coding at all; who counts the bytes sees what is missing."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield it as it is."""
        yield data

    def finish(self) -> None:
        """Accept any end."""


class Gzip(Decoder):
    """gzip, RFC 1952: one or more members."""

    def __init__(self) -> None:
        self._stream, self._parts = zlib.decompressobj(_GZIP), 1

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what is in the next part of a body."""
        while data:
            if self._stream.eof:
                self._parts = _next_part(self._parts)
                self._stream = zlib.decompressobj(_GZIP)
            try:
                piece = self._stream.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise _broken("gzip", str(error)) from None
            data = self._stream.unconsumed_tail or self._stream.unused_data
            if piece:
                yield piece

    def finish(self) -> None:
        """Note that there is no more."""
        if not self._stream.eof:
            raise _broken("gzip", "it ends early")


class Brotli(Decoder):
    """Brotli, RFC 7932."""

    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what is in the next part of a body."""
        while True:
            try:
                # It takes all of its input at once, and says nothing while output waits for room.
                piece = self._stream.process(data, output_buffer_limit=PIECE_BYTES)
            except brotli.error as error:
                raise _broken("brotli", str(error)) from None
            data = b""
            if not piece:
                return
            yield piece

    def finish(self) -> None:
        """Note that there is no more."""
        if not self._stream.is_finished():
            raise _broken("brotli", "it ends early")


class Zstandard(Decoder):
    """Zstandard, RFC 8878 with the window of RFC 9659: one or more frames."""

    def __init__(self) -> None:
        self._stream, self._parts = _zstd_stream(), 1

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what is in the next part of a body."""
        while data or not (self._stream.needs_input or self._stream.eof):
            if self._stream.eof:
                self._parts = _next_part(self._parts)
                self._stream = _zstd_stream()
            try:
                piece = self._stream.decompress(data, PIECE_BYTES)
            except zstd.ZstdError as error:
                raise _broken("zstd", str(error)) from None
            data = self._stream.unused_data if self._stream.eof else b""
            if piece:
                yield piece

    def finish(self) -> None:
        """Note that there is no more."""
        if not self._stream.eof:
            raise _broken("zstd", "it ends early")


_DECODERS: Final[Mapping[str, Callable[[], Decoder]]] = MappingProxyType(
    {"gzip": Gzip, "x-gzip": Gzip, "br": Brotli, "zstd": Zstandard}
)
CODINGS: Final = "gzip, br, zstd"


def decoder_for(codings: str) -> Decoder:
    """Return who decodes a body with this `Content-Encoding`.

    Raises:
        FetchError: `bad-encoding` for more than one coding, or one that nobody asked for.
    """
    named = [word for word in map(str.strip, codings.lower().split(",")) if word]
    named = [word for word in named if word != "identity"]
    if not named:
        return Plain()
    if len(named) > 1:
        raise FetchError(DropReason.BAD_ENCODING, f"the body is encoded {len(named)} times over")
    if named[0] not in _DECODERS:
        raise FetchError(DropReason.BAD_ENCODING, f"encoded as {named[0][:40]!r}; {CODINGS} do")
    return _DECODERS[named[0]]()


def check_decoded(head: bytes) -> None:
    """Refuse a decoded body that is still compressed.

    Raises:
        FetchError: `bad-encoding`.
    """
    if head.startswith(_COMPRESSED):
        raise FetchError(DropReason.BAD_ENCODING, "the body is compressed once more than it says")


def _zstd_stream() -> zstd.ZstdDecompressor:
    return zstd.ZstdDecompressor(
        options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    )


def _next_part(parts: int) -> int:
    if parts >= _PARTS:
        raise FetchError(DropReason.DECODE_ERROR, f"the body has more than {_PARTS} parts")
    return parts + 1


def _broken(coding: str, cause: str) -> FetchError:
    return FetchError(DropReason.DECODE_ERROR, f"the body is no {coding}: {cause}"[:200])
