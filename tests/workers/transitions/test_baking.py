"""What a bake may give."""

import numpy as np
import pytest

from stillframe.workers.transitions.baking import TABLE_CAP_BYTES, Table, packed16


def test_a_table_has_texels_of_four_bytes() -> None:
    table = Table(np.zeros((3, 5, 4), dtype=np.uint8))
    assert (table.columns, table.rows) == (5, 3)
    with pytest.raises(ValueError, match=r"shape \(3, 5\)"):
        Table(np.zeros((3, 5), dtype=np.uint8))


def test_a_table_may_not_pass_its_cap() -> None:
    Table(np.zeros((TABLE_CAP_BYTES // 4, 1, 4), dtype=np.uint8))
    with pytest.raises(ValueError, match="of 1048576"):
        Table(np.zeros((TABLE_CAP_BYTES // 4 + 1, 1, 4), dtype=np.uint8))


def test_sixteen_bits_are_two_bytes_the_high_one_first() -> None:
    packed = packed16(np.array([0, 255, 256, 65535, 70000, -1]))
    assert packed.tolist() == [[0, 0], [0, 255], [1, 0], [255, 255], [255, 255], [0, 0]]
