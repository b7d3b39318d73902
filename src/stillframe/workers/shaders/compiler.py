"""Runs `qsb`, Qt's shader compiler, on one text.

Role: the one program that this worker may start. Counterpart: the sandbox names it, and the
folders it reads; `workers.shaders.io` makes of what it says a fault.

Guarantees: it gets no input but the text, writes only into the folder that is given, inherits the
sandbox, and is dead when `compiled` returns. What it may use of the processor is limited by
`limit_processor_time`, before the sandbox; how long it may take at all, by this worker's deadline.
"""

import resource
import signal
import subprocess
from dataclasses import dataclass
from typing import Final

# For OpenGL ES 3 and 2 and both kinds of OpenGL; Vulkan's form is always there.
_TARGETS: Final = "300 es,150,120,100 es"
# The first error is the cause; a text may be built to have millions of them.
_SAID_CAP_BYTES: Final = 64 * 1024
SOURCE_NAME: Final = b"shader.frag"
RESULT_NAME: Final = b"shader.qsb"


@dataclass(frozen=True)
class Outcome:
    """How it went.

    Attributes:
        fine: whether there is a result.
        late: whether it ran past its time.
        died: the signal that ended it otherwise, 0 for none.
        said: what it had to say.
    """

    fine: bool
    late: bool
    died: int
    said: str


def limit_processor_time(limit_s: int) -> None:
    """Limit what this process, and each that it starts, may use of the processor.

    It needs a few milliseconds for each; where it has used all of it, it is started anew.
    """
    resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s + 1))


def compiled(program: bytes, folder: bytes, null: int) -> Outcome:
    """Compile `SOURCE_NAME` to `RESULT_NAME` in a folder.

    Args:
        program: the compiler.
        folder: this bake's own.
        null: a descriptor of the null device, opened before the sandbox.

    Raises:
        OSError: if it cannot be started.
    """
    command = [program, b"--glsl", _TARGETS.encode(), b"-o", RESULT_NAME, SOURCE_NAME]
    with subprocess.Popen(
        command,
        cwd=folder,
        env={"LC_ALL": "C.UTF-8"},
        stdin=null,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        # A reading process does not count as hung while it waits for another.
        said = process.stdout.read(_SAID_CAP_BYTES)
        if len(said) == _SAID_CAP_BYTES:
            process.kill()
        status = process.wait()
    late = status in (-signal.SIGXCPU, -signal.SIGKILL) and len(said) < _SAID_CAP_BYTES
    return Outcome(
        fine=status == 0,
        late=late,
        died=0 if late or len(said) == _SAID_CAP_BYTES else max(0, -status),
        said=said.decode("utf-8", "replace"),
    )
