"""What a person sets holds at once, or is refused while everything stays as it was."""

from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.settings import RelayPlace
from tests.integration.stage import run, running_studio

NOBODY = "http://127.0.0.1:9"


def test_a_folder_that_cannot_be_written_is_refused_and_the_old_one_stays(tmp_path: Path) -> None:
    async def check() -> None:
        async with running_studio(tmp_path, NOBODY) as studio:
            before = studio.settings.current
            (tmp_path / "file").touch()
            with pytest.raises(InvalidSetting, match="cannot be written"):
                await studio.settings.change(replace(before, output_dir=tmp_path / "file" / "clips"))
            assert studio.settings.current == before
            good = replace(before, output_dir=tmp_path / "new" / "clips")
            await studio.settings.change(good)
            assert studio.settings.current == good
            assert list((tmp_path / "new" / "clips").iterdir()) == []

    run(check())


def test_where_a_relay_runs_is_kept_before_its_address_is_known(tmp_path: Path) -> None:
    async def check() -> None:
        async with running_studio(tmp_path, NOBODY) as studio:
            settings = studio.settings
            await settings.change(replace(settings.current, relay=RelayPlace.ELSEWHERE))
            with pytest.raises(InvalidSetting, match="must begin with https"):
                await settings.change(replace(settings.current, relay_url="http://relay.example.org"))
            await settings.change(replace(settings.current, relay_url=NOBODY))
            assert (settings.current.relay, settings.current.relay_url) == (RelayPlace.ELSEWHERE, NOBODY)

    run(check())
