"""However an origin misbehaves, wherever the connection is cut: the origin's film byte for byte, or none."""

from pathlib import Path

import pytest

from tests.benchmarks.transfer_matrix import CHUNK_BYTES, HONEST, Way, bring, points
from tests.unit.services.rig import run


@pytest.mark.parametrize("way", Way)
def test_the_film_is_the_origins_or_is_not_there(tmp_path: Path, way: Way) -> None:
    for cut in points(10):
        outcome = run(bring(way, cut, tmp_path / str(cut)))
        assert outcome.right
        assert outcome.saved
        assert outcome.leftovers == ()
        if way in HONEST:
            assert outcome.twice_bytes <= CHUNK_BYTES
