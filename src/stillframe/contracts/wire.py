"""Which messages each channel carries, and under which cap.

Role: the single table from a worker's name to its two codecs. Counterpart: both ends of a channel
build their codecs from it, so they cannot disagree. A worker from outside this package brings a
`Protocol` of its own.
"""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Any, Final

from stillframe.contracts import caps
from stillframe.contracts.analysis import AnalysisRequest, AnalysisResult
from stillframe.contracts.audio import AudioRequest, AudioResult
from stillframe.contracts.codec import Codec
from stillframe.contracts.control import FromWorker, ToWorker
from stillframe.contracts.feedparse import FeedParseRequest, FeedParseResult
from stillframe.contracts.feeds import FeedsRequest, FeedsResult
from stillframe.contracts.images import ImageRequest, ImageResult
from stillframe.contracts.library import LibraryRequest, LibraryResult
from stillframe.contracts.messages import Failure, Request, Response
from stillframe.contracts.scenes import SceneRequest, SceneResult
from stillframe.contracts.shaders import ShaderRequest, ShaderResult
from stillframe.contracts.transitions import TransitionRequest, TransitionResult

ToWorkerMessage = ToWorker | Request
FromWorkerMessage = FromWorker | Response


@dataclass(frozen=True)
class Protocol:
    """One kind of worker's messages: its request, its result, and the cap on both."""

    request: type[Request]
    result: type[Response]
    cap_bytes: int = caps.CONTROL_CAP_BYTES

    def to_worker(self, name: str) -> Codec[ToWorkerMessage]:
        """Return the codec of what the supervisor sends to worker `name`."""
        return Codec(f"{name}.to", _union(ToWorker, self.request), self._cap())

    def from_worker(self, name: str) -> Codec[FromWorkerMessage]:
        """Return the codec of what worker `name` sends back."""
        return Codec(f"{name}.from", _union(FromWorker, self.result, Failure), self._cap())

    def _cap(self) -> int:
        return max(self.cap_bytes, caps.CONTROL_CAP_BYTES)


def _union(*types: Any) -> Any:  # noqa: ANN401 - a union of types has no better static type
    return reduce(or_, types)


PROTOCOLS: Final = MappingProxyType(
    {
        "images": Protocol(ImageRequest, ImageResult, caps.IMAGES_CAP_BYTES),
        "library": Protocol(LibraryRequest, LibraryResult, caps.LIBRARY_CAP_BYTES),
        "scenes": Protocol(SceneRequest, SceneResult, caps.SCENES_CAP_BYTES),
        "feeds": Protocol(FeedsRequest, FeedsResult, caps.FEEDS_CAP_BYTES),
        "feedparse": Protocol(FeedParseRequest, FeedParseResult, caps.FEEDPARSE_CAP_BYTES),
        "audio": Protocol(AudioRequest, AudioResult, caps.AUDIO_CAP_BYTES),
        "analysis": Protocol(AnalysisRequest, AnalysisResult, caps.ANALYSIS_CAP_BYTES),
        "transitions": Protocol(TransitionRequest, TransitionResult, caps.TRANSITIONS_CAP_BYTES),
        "shaders": Protocol(ShaderRequest, ShaderResult, caps.SHADERS_CAP_BYTES),
    }
)
"""Every kind of worker of this package."""
