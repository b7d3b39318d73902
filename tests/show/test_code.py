"""Where programs lie, and nothing else."""

import os
import sys
from pathlib import Path

import PIL
import pytest

from stillframe.show.code import code_folders, network_files, shader_compiler


def test_what_workers_load_late_lies_in_these_folders() -> None:
    folders = code_folders()
    for module in (os, PIL):
        assert any(os.fsencode(module.__file__).startswith(folder + b"/") for folder in folders)
    assert all(os.path.exists(folder) for folder in folders)
    assert len(folders) == len(set(folders)) <= 12, "most of a sandbox's paths are for photos"


def test_a_person_s_own_packages_are_among_them_and_where_he_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / ".local" / "lib" / "python3" / "site-packages"
    packages.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), str(packages)])
    assert os.fsencode(packages) in code_folders()
    assert os.fsencode(tmp_path) not in code_folders()


def test_no_folder_of_a_person_is_among_them() -> None:
    home = os.fsencode(os.path.expanduser("~"))
    assert not any(home == folder or home.startswith(folder + b"/") for folder in code_folders())
    assert b"/" not in code_folders()


def test_what_the_network_needs_is_public_and_there() -> None:
    found = network_files()
    assert b"/etc/hosts" in found
    assert all(os.path.exists(path) for path in found)
    assert not any(b"shadow" in path or path in (b"/etc", b"/run") for path in found)


def test_the_shader_compiler_is_found_where_packages_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shader_compiler()
    assert os.path.isabs(found)
    assert os.access(found, os.X_OK)
    elsewhere = tmp_path / "PySide6" / "qsb"
    elsewhere.parent.mkdir()
    elsewhere.touch(0o755)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert shader_compiler() == b"", "not where a person happens to be"
    packages = tmp_path / "site-packages"
    (packages / "PySide6").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(packages)])
    assert shader_compiler() == b""
    (packages / "PySide6" / "qsb").touch(0o755)
    assert shader_compiler() == os.fsencode(packages / "PySide6" / "qsb")
