"""A transition that a person has dropped into a folder.

Role: from a file's name and text to a `Transition`, and to the key under which its baked form is
kept. Counterpart: `transitions.glsl` translates the text, `workers.shaders` bakes and keeps it,
`show.shading` finds the files.

Guarantees: the same text has the same key, whatever its file is called; another version of the
translation or of the prelude has other keys.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass
from typing import Final

from stillframe.transitions.glsl.tokens import ShaderRefusedError
from stillframe.transitions.model import Filter, Table, Transition

SUFFIX: Final = ".glsl"
PREFIX: Final = "gl-"
"""Before the name of each: no transition of our own begins so."""
CLOUDS: Final = Transition(
    id="gl-clouds",
    name="clouds",
    summary="nothing to be seen: what files that want an image of their own read in its place",
    default_duration_s=1.0,
    table=Table(name="clouds", filter=Filter.LINEAR),
)
"""Has only a table: one for all files."""

# The largest of the public collection bakes to 13 kB.
BAKED_CAP_BYTES: Final = 1 << 20
_UNPACKED_CAP_BYTES: Final = 16 << 20
# Raised when the same text is translated or baked otherwise than before.
_EDITION: Final = b"1"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,47}")
_DURATION_S: Final = 3.0


@dataclass(frozen=True)
class Dropped:
    """One file.

    Attributes:
        text: of the file.
        key: names its baked form.
        problem: why it is not to be played, if that is known from an earlier trial.
    """

    transition: Transition
    text: str
    key: str
    problem: str = ""


def dropped(file_name: str, text: str, prelude: str) -> Dropped:
    """Return what a file is, before anybody has looked into it.

    Raises:
        ShaderRefusedError: if its name cannot name a transition.
    """
    name = file_name.removesuffix(SUFFIX)
    if not file_name.endswith(SUFFIX) or not _NAME.fullmatch(name):
        raise ShaderRefusedError(
            0, f"call it such as swirl{SUFFIX}: letters, digits, _ and -, 48 at most"
        )
    # To ask for an image that is not read costs little; not to have one that is read shows.
    reads = "sampler2D" in text
    transition = Transition(
        id=PREFIX + name.lower(),
        name=name,
        summary=f"from {file_name}",
        default_duration_s=_DURATION_S,
        table=Table(name="clouds", filter=Filter.LINEAR, bake=CLOUDS.id) if reads else None,
    )
    return Dropped(transition, text, _key(text, prelude))


def is_whole(baked: bytes) -> bool:
    """Say whether a baked file is all that the compiler has written: its size and checksum fit.

    Qt reads such files without a doubt: one that is damaged would end the process that shows them.
    """
    size_bytes, packed = int.from_bytes(baked[:4], "big"), baked[4:]
    if len(baked) > BAKED_CAP_BYTES or not 0 < size_bytes <= _UNPACKED_CAP_BYTES:
        return False
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(packed, size_bytes + 1)
    except zlib.error:
        return False
    return unpacking.eof and len(unpacked) == size_bytes and not unpacking.unused_data


def _key(text: str, prelude: str) -> str:
    parts = (_EDITION, prelude.encode(), text.encode())
    digest = hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts))
    return digest.hexdigest()
