"""The process of a show that listens, as the system's process list has it, and its end."""

import os
import signal
from pathlib import Path


def at_work(show_pid: int) -> int:
    """Return the audio worker that listens: the oldest one of a show, 0 if there is none."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent, *fields = (folder / "stat").read_text().rpartition(")")[2].split()[1:]
        except OSError:
            continue
        if b"stillframe.workers.audio" in words and int(parent) == show_pid:
            found.append((int(fields[17]), int(folder.name)))
    return min(found, default=(0, 0))[1]


def kill_listener(show_pid: int) -> bool:
    """Kill it; say whether there was one."""
    found = at_work(show_pid)
    if found:  # 0 would be this whole group of processes
        os.kill(found, signal.SIGKILL)
    return found > 0
