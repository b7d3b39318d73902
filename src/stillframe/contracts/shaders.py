"""The shader baker's request and result.

Role: a transition in the open GL Transitions format in, a baked file out. Counterpart:
`workers.shaders`, which may run `qsb` and nothing else, in a folder of its own.
"""

from typing import Annotated, Final

import msgspec

from stillframe.contracts.images import Path
from stillframe.contracts.messages import Request, Response, Text

# Below the channel's cap with room for the other fields; public transitions are under 10 kB.
SOURCE_CAP_CHARS: Final = 60_000
SourceText = Annotated[str, msgspec.Meta(max_length=SOURCE_CAP_CHARS)]


class ShaderRequest(Request, frozen=True, kw_only=True, tag="shaders.request"):
    """Translate and bake `source`, a file of the GL Transitions format called `name`."""

    name: Text
    source: SourceText


class ShaderResult(Response, frozen=True, kw_only=True, tag="shaders.result"):
    """The baked shader and what the baker said."""

    path: Path
    messages: Text
