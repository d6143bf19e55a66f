"""What a person sets holds at once, or is refused while everything stays as it was."""

from dataclasses import replace
from pathlib import Path

import pytest

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.settings import RelayPlace
from tests.integration.stage import run, studio_on

NOBODY = "http://127.0.0.1:9"


def test_a_folder_that_cannot_be_written_is_refused_and_the_old_one_stays(tmp_path: Path) -> None:
    async def check() -> None:
        studio = studio_on(tmp_path, NOBODY)
        await studio.start()
        before = studio.settings
        (tmp_path / "file").touch()
        with pytest.raises(InvalidSetting, match="cannot be written"):
            await studio.change_settings(replace(before, output_dir=tmp_path / "file" / "clips"))
        assert studio.settings == before
        good = replace(before, output_dir=tmp_path / "new" / "clips")
        await studio.change_settings(good)
        assert studio.settings == good
        assert list((tmp_path / "new" / "clips").iterdir()) == []
        await studio.stop()

    run(check())


def test_where_a_relay_runs_is_kept_before_its_address_is_known(tmp_path: Path) -> None:
    async def check() -> None:
        studio = studio_on(tmp_path, NOBODY)
        await studio.start()
        await studio.change_settings(replace(studio.settings, relay=RelayPlace.ELSEWHERE))
        with pytest.raises(InvalidSetting, match="must begin with https"):
            await studio.change_settings(replace(studio.settings, relay_url="http://relay.example.org"))
        await studio.change_settings(replace(studio.settings, relay_url=NOBODY))
        assert (studio.settings.relay, studio.settings.relay_url) == (RelayPlace.ELSEWHERE, NOBODY)
        await studio.stop()

    run(check())
