"""The shader baker's request and result.

Role: one fragment shader's source in, a baked file out. Counterpart: a one-shot worker that may
run `qsb` and nothing else, in a private temporary folder.
"""

from typing import Annotated

import msgspec

from stillframe.contracts.images import Path
from stillframe.contracts.messages import Request, Response, Text

SourceText = Annotated[str, msgspec.Meta(max_length=60_000)]
"""Below the channel's cap with room for the other fields; public transitions are under 10 kB."""


class ShaderRequest(Request, frozen=True, kw_only=True, tag="shaders.request"):
    """Bake `source`, a Vulkan-style GLSL fragment shader called `name`."""

    name: Text
    source: SourceText


class ShaderResult(Response, frozen=True, kw_only=True, tag="shaders.result"):
    """The baked shader and what the baker said."""

    path: Path
    messages: Text
