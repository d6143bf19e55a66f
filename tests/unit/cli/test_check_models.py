"""`models check` in words; the shipped models are hidden, so that every model of the simulator is new."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sora_studio.cli import catalogue
from sora_studio.simulator.models import MODELS
from sora_studio.simulator.serve import Running, running
from tests.unit.cli.conftest import Answer

Ask = Callable[..., Answer]


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Running]:
    monkeypatch.setattr(catalogue, "resources_dir", lambda: tmp_path / "nothing")
    with running() as simulator:
        monkeypatch.setenv("SORA_STUDIO_BASE_URL", simulator.url)
        yield simulator


@pytest.mark.usefixtures("simulator")
def test_new_models_come_with_the_file_to_move(ask: Ask, data: Path) -> None:
    rows = ask("models", "check", "--json").rows
    assert [(row["slug"], row["change"]) for row in rows] == [(slug, "new") for slug in MODELS]
    proposal = Path(str(rows[0]["proposal"]))
    lines = ask("models", "check").out.splitlines()
    assert lines[0] == "sora-2 (Sora 2): This model is new."
    assert lines[1].endswith(f"check it and move {proposal} to {data / 'models' / 'sora-2.toml'}.")
    assert len(ask("models", "--json").rows) == 0

    proposal.replace(data / "models" / "sora-2.toml")
    assert [row["slug"] for row in ask("models", "--json").rows] == ["sora-2"]


def test_the_address_in_the_settings_is_used(ask: Ask, data: Path, simulator: Running) -> None:
    data.mkdir()
    (data / "settings.toml").write_text(f'models_url = "{simulator.url}/elsewhere"\n', encoding="utf-8")
    answer = ask("models", "check")
    assert (answer.code, answer.out) == (6, "")
    assert "The list of models is not there. HTTP 404" in answer.err


@pytest.mark.usefixtures("simulator")
def test_an_address_that_is_not_safe_is_not_used(ask: Ask, data: Path) -> None:
    data.mkdir()
    (data / "settings.toml").write_text('models_url = "http://service.example/docs"\n', encoding="utf-8")
    answer = ask("models", "check", "--json")
    assert "settings.toml: models_url is not used. The models' address must begin with https" in answer.err
    assert len(answer.rows) == len(MODELS)
