"""Where the code lies that workers load when they first need it, and what the network needs.

Role: the places that a sandbox must leave readable. Counterpart: `show.specs` lets workers in that
load decoders late, so that those of rare formats do not hold up the first photo of every show, and
the one that asks servers.

Guarantees: what is named holds programs, libraries and public settings, and nothing of a person's.
"""

import os
import sys
import sysconfig
from typing import Final

import stillframe

_PYTHON: Final = ("stdlib", "platstdlib", "purelib", "platlib")
_PACKAGES: Final = ("site-packages", "dist-packages")
# Where libraries that extension modules need are found, and the list by which they are.
_SYSTEM: Final = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
# How names become addresses, and whose certificates are believed.
_NETWORK: Final = (
    "/etc/resolv.conf",
    "/run/systemd/resolve",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/ssl",
    "/etc/pki",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
)


def network_files() -> tuple[bytes, ...]:
    """Return what of the system a process reads that asks servers by name."""
    return tuple(os.fsencode(path) for path in _NETWORK if os.path.exists(path))


def shader_compiler() -> bytes:
    """Return Qt's shader compiler, which comes with the extra `shaders`; empty without it."""
    for folder in sys.path:
        path = os.path.join(folder, "PySide6", "qsb")
        if os.path.basename(folder) in _PACKAGES and os.access(path, os.X_OK):
            return os.fsencode(os.path.abspath(path))
    return b""


def code_folders() -> tuple[bytes, ...]:
    """Return the folders of this Python, its packages, this one and the system's libraries."""
    python = [sysconfig.get_path(name) for name in _PYTHON]
    # A person's own packages too, but not where a person happens to be.
    packages = [path for path in sys.path if os.path.basename(path) in _PACKAGES]
    ours = os.path.dirname(stillframe.__file__)
    named = dict.fromkeys((*python, *packages, ours, *_SYSTEM))
    return tuple(os.fsencode(path) for path in named if os.path.exists(path))
