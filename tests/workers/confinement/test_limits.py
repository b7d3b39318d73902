"""Which limits are asked for; that they hold is seen in test_confinement."""

import os
import resource
import subprocess
import sys

from confined import trying
from stillframe.contracts.sandbox import Layer, LayerState, Sandbox
from stillframe.workers.confinement import limits


def test_memory_is_counted_from_what_is_in_use() -> None:
    sandbox = Sandbox(memory_bytes=1 << 30, open_files=48)
    assert dict(limits.wanted(sandbox, 12345)) == {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 48,
        resource.RLIMIT_AS: 12345 + (1 << 30),
    }
    assert resource.RLIMIT_AS not in dict(limits.wanted(Sandbox(), 12345))


def test_processes_and_file_sizes_are_left_alone() -> None:
    kinds = dict(limits.wanted(Sandbox(memory_bytes=1 << 30), 0))
    assert not {resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE, resource.RLIMIT_CPU} & set(kinds)


def test_a_limit_on_file_sizes_would_refuse_frames() -> None:
    code = (
        "import os, resource\n"
        "frames = os.memfd_create('frames')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "try: os.write(frames, b'pixels')\n"
        "except OSError: raise SystemExit(7)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], check=False, timeout=30)
    assert done.returncode == 7, "the reason why it is left alone has gone"


def test_a_limit_that_is_lower_already_stays() -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (30, 30))"
    tried = trying(Sandbox(open_files=64), "files:10", "files:40", code=code)
    assert list(tried.outcomes.values()) == ["fine", "EMFILE"]
    assert tried.layers[Layer.LIMITS].state is LayerState.ON


def test_the_report_names_the_numbers() -> None:
    detail = trying(Sandbox(memory_bytes=1 << 30)).layers[Layer.LIMITS].detail
    assert "1024 MiB" in detail
    assert "64" in detail
    assert os.linesep not in detail
