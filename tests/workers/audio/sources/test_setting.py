"""The words of a source, and what is opened for them."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from stillframe.contracts.control import Start
from stillframe.contracts.errors import FaultError, FaultKind
from stillframe.workers.audio.sources.setting import open_source

START = Start(worker="audio", heartbeat=3)


def test_a_seed_is_a_tune_and_a_path_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a: b.wav"
    soundfile.write(path, np.zeros(4800, np.float32), 16_000)
    tune, file = open_source("synthetic:7", START), open_source(f"file:{path}", START)
    assert "seed 7" in tune.heard_from
    assert "a: b.wav" in file.heard_from
    assert file.sample_rate_hz == 16_000
    tune.close()
    file.close()


@pytest.mark.parametrize("wanted", ["file:", "synthetic:", "synthetic:-1", "tape:3"])
def test_words_that_mean_nothing_are_refused_by_name(wanted: str) -> None:
    with pytest.raises(FaultError) as refused:
        open_source(wanted, START)
    assert refused.value.fault.kind is FaultKind.BAD_REQUEST
    assert repr(wanted) in refused.value.fault.detail
