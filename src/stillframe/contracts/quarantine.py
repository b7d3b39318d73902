"""An input that workers die of, and the record of it.

Role: what is kept of such an input, on disk too. Counterpart: `supervision.quarantine` decides
with it, and `stillframe quarantine` lists it.
"""

from typing import Annotated

import msgspec

from stillframe.contracts.caps import PATH_CAP_BYTES
from stillframe.contracts.messages import Text, WorkerName


class WorkerInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a request is about, so that the same bytes are known again.

    `name` is a path or an address, `version` tells its contents apart: size and modification
    time of a file, or a hash.
    """

    name: Annotated[bytes, msgspec.Meta(min_length=1, max_length=PATH_CAP_BYTES)]
    version: Annotated[str, msgspec.Meta(max_length=128)] = ""


class Quarantined(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An input that no worker is given again, and why."""

    worker: WorkerName
    input: WorkerInput
    reason: Text
    """How its last worker ended."""
    at_s: Annotated[float, msgspec.Meta(ge=0)]
    """When, in seconds since the epoch: a record outlives the machine's uptime."""
