"""The key and the signed links do their work through every trouble of the service, and are not found afterwards."""

import logging
from pathlib import Path

import pytest

from sora_studio.domain.errors import KeyRejected, PassingError
from sora_studio.logs import WINDOW_LOG, start_logging, stop_logging
from sora_studio.simulator.serve import running
from tests import canary
from tests.integration.stage import SPEED, all_ready, request, run, running_studio, until

TROUBLES = ("calm", "cut-download")
QUIET = ("PIL", "asyncio")


@pytest.mark.parametrize("scenario", TROUBLES)
def test_a_clip_is_made_with_the_key_and_neither_is_left_behind(tmp_path: Path, scenario: str) -> None:
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", *QUIET)}
    start_logging(tmp_path / "data" / "logs", lambda: canary.SECRETS, file_name=WINDOW_LOG, console=False)
    assert root.level == logging.DEBUG

    async def story() -> None:
        with running(speed=SPEED, scenario=scenario, keys=[canary.KEY]) as simulator:
            async with running_studio(tmp_path, simulator.url) as studio:
                await studio.submission.submit(request())
                (task,) = await until(studio, all_ready)
                links = [clip.url for clip in task.clips]
                assert links
                assert all(canary.has_link(link) for link in links)
                root.debug("As it should not be logged: %s, Bearer %s, %r", links, canary.KEY, KeyRejected(canary.KEY))
                with pytest.raises((KeyRejected, PassingError)):
                    await studio.credentials.test(f"{canary.KEY}-wrong")

    try:
        run(story())
    finally:
        stop_logging()
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    database = b"".join(path.read_bytes() for path in (tmp_path / "data").glob("studio.db*"))
    assert b"signature=" in database, "the search would find nothing although there were links"
    assert "As it should not be logged" in (tmp_path / "data" / "logs" / WINDOW_LOG).read_text(encoding="utf-8")
    found = canary.search([tmp_path])
    assert found.files >= 5
    assert found.hits == []
