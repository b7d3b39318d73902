"""Where programs lie, and nothing else."""

import os

import PIL

from stillframe.show.code import code_folders


def test_what_workers_load_late_lies_in_these_folders() -> None:
    folders = code_folders()
    for module in (os, PIL):
        assert any(os.fsencode(module.__file__).startswith(folder + b"/") for folder in folders)
    assert all(os.path.exists(folder) for folder in folders)
    assert len(folders) == len(set(folders)) <= 12, "most of a sandbox's paths are for photos"


def test_no_folder_of_a_person_is_among_them() -> None:
    home = os.fsencode(os.path.expanduser("~"))
    assert not any(home == folder or home.startswith(folder + b"/") for folder in code_folders())
    assert b"/" not in code_folders()
