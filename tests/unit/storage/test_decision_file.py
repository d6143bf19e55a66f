"""Pending decisions are on the disk once saved: a killed process loses none, and a damaged file stops nothing."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sora_studio.domain.decision import Decision, Fate
from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.judgement import ClipRef
from sora_studio.storage.decision_file import FILE_NAME, DecisionFile

DECISIONS = [
    Decision(ClipRef(7, 0), Fate.KEEP),
    Decision(ClipRef(7, 1), Fate.REJECT, 2),
    Decision(ClipRef(3, 0), None, 5),
    Decision(ClipRef(4, 0), Fate.TRASH),
    Decision(ClipRef(5, 0), Fate.CLEAR, 0),
]
VICTIM = """
import asyncio, sys
from pathlib import Path
from sora_studio.domain.decision import Decision, Fate
from sora_studio.domain.judgement import ClipRef
from sora_studio.storage.decision_file import DecisionFile

async def work():
    kept, file = [], DecisionFile(Path(sys.argv[1]))
    for task in range(1, 1_000_000):
        kept.append(Decision(ClipRef(task, 0), Fate.KEEP))
        await file.save(kept)
        print(task, flush=True)

asyncio.run(work())
"""


def test_decisions_come_back_and_none_is_no_file(tmp_path: Path, run: Callable[..., object]) -> None:
    file = DecisionFile(tmp_path)
    assert run(file.load()) == ()
    run(file.save(DECISIONS))
    assert run(DecisionFile(tmp_path).load()) == DECISIONS
    run(file.save(()))
    assert list(tmp_path.iterdir()) == []
    run(file.save(()))


def test_a_kill_between_two_keys_loses_no_decision(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", VICTIM, str(tmp_path)], stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        told = [int(victim.stdout.readline()) for _ in range(25)]
        victim.send_signal(signal.SIGKILL)
        told += [int(line) for line in victim.stdout if line.endswith("\n")]
    found = asyncio.run(DecisionFile(tmp_path).load())
    assert [decision.clip.task for decision in found] == list(range(1, len(found) + 1))
    assert len(found) >= told[-1]


@pytest.mark.parametrize(
    "content", ["", "{", "[1]", "{}", '[{"task": 1}]', '[{"task": 1, "clip": 0, "fate": "eat", "stars": null}]', "null"]
)
def test_a_damaged_file_counts_as_none_and_is_replaced(
    tmp_path: Path, run: Callable[..., object], expect_log: Callable[[str], None], content: str
) -> None:
    if content != "{}":
        expect_log(f"{FILE_NAME} is damaged")
    (tmp_path / FILE_NAME).write_text(content)
    file = DecisionFile(tmp_path)
    assert list(run(file.load())) == []  # pyright: ignore[reportArgumentType] - what the runner returns
    run(file.save(DECISIONS))
    assert run(file.load()) == DECISIONS


def test_a_folder_that_refuses_says_so(tmp_path: Path, run: Callable[..., object]) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(InvalidSetting, match="cannot be read"):
        run(DecisionFile(tmp_path).load())
    with pytest.raises(InvalidSetting, match="cannot be written"):
        run(DecisionFile(tmp_path).save(DECISIONS))
