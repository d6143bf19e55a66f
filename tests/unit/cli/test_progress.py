from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from sora_studio.cli.progress import ProgressLine
from sora_studio.cli.report import ProgressBar
from sora_studio.clock import Clock
from sora_studio.domain.clip import ClipState
from sora_studio.domain.events import TransferProgressed
from sora_studio.domain.models.read import read
from sora_studio.domain.task import TaskState
from sora_studio.paths import resources_dir
from tests.unit.cli.rows import CREATED, clip, task

PROFILE = read((resources_dir() / "models" / "sora-2.toml").read_text(encoding="utf-8"), "sora-2.toml")


def _progress() -> ProgressLine:
    return ProgressLine(ProgressBar(drawn=False), {"sora-2": PROFILE}, Clock())


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_estimate_grows_with_time_and_is_never_done_before_the_service(early: float, late: float) -> None:
    early, late = sorted((early, late))
    progress, running = _progress(), task(TaskState.PROCESSING)
    first = progress.fraction_of(running, CREATED + timedelta(seconds=early))
    then = progress.fraction_of(running, CREATED + timedelta(seconds=late))
    assert 0 <= first <= then < 0.9


def test_a_transfer_fills_the_rest() -> None:
    progress, row = _progress(), task(TaskState.SUCCESS, clip(ClipState.DOWNLOADING))
    at_first = progress.fraction_of(row, CREATED)
    progress.transferred(TransferProgressed(row.id, 1, 50, 100, 1.0))
    assert at_first < progress.fraction_of(row, CREATED) < 1
    assert progress.fraction_of(task(TaskState.SUCCESS, clip()), CREATED) == 1
