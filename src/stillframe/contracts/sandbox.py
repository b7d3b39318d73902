"""What a worker may do once it is warm, and what it says about having been held to it.

Role: the sandbox as data, sent in `Start`, and the report sent in `Ready`. Counterpart:
`workers.confinement` applies the one and makes the other; `show.specs` fills it in.
"""

import enum
from typing import Annotated, Final

import msgspec

from stillframe.contracts.caps import PATH_CAP_BYTES
from stillframe.contracts.messages import Text

# All the paths of a sandbox must fit one control message beside the settings.
SANDBOX_PATHS_CAP: Final = 64
SandboxPath = Annotated[bytes, msgspec.Meta(min_length=1, max_length=PATH_CAP_BYTES)]
SandboxPaths = Annotated[tuple[SandboxPath, ...], msgspec.Meta(max_length=SANDBOX_PATHS_CAP)]


class Sockets(enum.StrEnum):
    """Which sockets a worker may make; the channel that it inherited always stays."""

    NONE = "none"
    UNIX = "unix"
    ANY = "any"


class Sandbox(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one worker may do after its warm-up. The default may do nothing at all.

    Files that it has open already stay open; programs may be started only from `execute`.
    """

    read: SandboxPaths = ()
    """Files and folders, with all below them, that it may read."""
    write: SandboxPaths = ()
    """Folders in which it may also make, write, rename and remove files."""
    make: SandboxPaths = ()
    """Folders of these that are made first if they are not there; no rule can name what is not."""
    execute: SandboxPaths = ()
    """Programs that it may start; with none, it can start nothing and make no process."""
    sockets: Sockets = Sockets.NONE
    memory_bytes: Annotated[int, msgspec.Meta(ge=1 << 24, le=1 << 40)] | None = None
    """Address space beyond what it has with its code loaded; None is no limit."""
    open_files: Annotated[int, msgspec.Meta(ge=16, le=65536)] = 64


class Layer(enum.StrEnum):
    """One of the kernel's means of holding a process to its sandbox."""

    NO_NEW_PRIVILEGES = "no-new-privileges"
    LIMITS = "limits"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"


class LayerState(enum.StrEnum):
    """Whether a layer holds."""

    ON = "on"
    """Applied, and the self-test saw it refuse what it should."""
    OFF = "off"
    """Not asked for."""
    UNSUPPORTED = "unsupported"
    """This host cannot; `detail` says why and what to do."""
    BROKEN = "broken"
    """Applied without an error, but the self-test got through; `detail` says with what."""


class LayerReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of one layer in one worker."""

    layer: Layer
    state: LayerState
    detail: Text = ""


LayerReports = Annotated[tuple[LayerReport, ...], msgspec.Meta(max_length=len(Layer))]
