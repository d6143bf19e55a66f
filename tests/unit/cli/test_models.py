import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sora_studio.domain.request import GenerationRequest
from sora_studio.domain.task import TaskState
from sora_studio.storage.database import Database
from sora_studio.storage.tasks import SqliteTasks
from tests.unit.cli.conftest import Answer

Ask = Callable[..., Answer]
KEYS = ["slug", "title", "family", "status", "modes", "durations", "resolutions", "sound"]
KEYS += ["price", "price_kind", "usual_s", "tasks"]
TEXT = ('[[mode]]\nid = "text"\ntitle = "Text"\nkind = "text"',)


def _row(answer: Answer, slug: str) -> dict[str, object]:
    return next(row for row in answer.rows if row["slug"] == slug)


def test_the_list_has_a_line_for_each_model_that_is_offered(ask: Ask, data: Path, add_model: Callable[..., None]) -> None:
    add_model("harbour-1", *TEXT)
    add_model("harbour-0", *TEXT, status="gone")
    listed, everything = ask("models", "--json"), ask("models", "--all", "--json")
    assert listed.code == 0
    assert all(list(row) == KEYS for row in listed.rows)
    statuses = {row["slug"]: row["status"] for row in everything.rows}
    assert (statuses["sora-2"], statuses["harbour-1"], statuses["harbour-0"]) == ("retiring", "current", "gone")
    assert {row["slug"] for row in everything.rows} - {row["slug"] for row in listed.rows} == {"harbour-0"}


def test_a_line_says_what_all_modes_together_can_do(ask: Ask) -> None:
    answer = ask("models", "--json")
    assert _row(answer, "sora-2") == {
        "slug": "sora-2",
        "title": "Sora 2",
        "family": "sora",
        "status": "retiring",
        "modes": ["text-to-video", "image-to-video"],
        "durations": [10, 15],
        "resolutions": [],
        "sound": "never",
        "price": [0.1, 0.15],
        "price_kind": "clip",
        "usual_s": [180, 360],
        "tasks": 0,
    }
    assert _row(answer, "kling-3-0-std")["durations"] == ["3-15", "video"]
    assert _row(answer, "hailuo-2-3-fast")["resolutions"] == ["768p", "1080p"]
    assert _row(answer, "sora-2-pro")["resolutions"] == ["720p", "1024p", "1080p"]
    assert (_row(answer, "vidu-q3")["price"], _row(answer, "vidu-q3")["price_kind"]) == (None, "second")
    assert (_row(answer, "grok-video")["price_kind"], _row(answer, "grok-video")["usual_s"]) == (None, None)


@pytest.mark.parametrize(("slug", "sound"), [("kling-2-6", "switch"), ("happyHorse", "always"), ("sora-2", "never")])
def test_sound_is_a_switch_or_a_fact(ask: Ask, slug: str, sound: str) -> None:
    assert _row(ask("models", "--json"), slug)["sound"] == sound


def test_a_price_that_is_the_same_everywhere_is_one_number(ask: Ask, add_model: Callable[..., None]) -> None:
    price = ("[[price]]", 'per = "clip"', "amount = 0.5", "seen_on = 2026-11-28", 'source = "https://own.example"')
    add_model("harbour-1", *TEXT, *price)
    assert _row(ask("models", "--json"), "harbour-1")["price"] == 0.5
    assert "0.50 USD per clip" in ask("models", "show", "harbour-1").out


def test_the_table_is_aligned(ask: Ask) -> None:
    lines = ask("models").out.splitlines()
    assert len(lines) == len(ask("models", "--json").rows)
    assert len({line.index("sound: ") for line in lines}) == 1
    (sora,) = [line for line in lines if line.startswith("sora-2 ")]
    assert "10, 15 s" in sora
    assert "0.10 to 0.15 USD per clip" in sora
    assert "3 to 6 min" in sora
    assert sora.endswith("0 tasks  text-to-video, image-to-video")


def test_a_question_makes_no_data_folder(ask: Ask, data: Path) -> None:
    for arguments in (["models"], ["models", "show", "sora-2"], ["carry", "--from", "sora-2", "--to", "vidu-q3"]):
        assert ask(*arguments).code == 0
    assert not data.exists()


def test_tasks_are_counted_by_model(ask: Ask, data: Path) -> None:
    async def fill() -> None:
        database = Database(data / "studio.db")
        await database.open()
        for model, takes in (("sora-2", 2), ("vidu-q3", 1)):
            request = GenerationRequest(model, "A harbour")
            await SqliteTasks(database).add([request], gateway="https://s.example", at=datetime.now(UTC), takes=takes)
        await database.close()

    asyncio.run(fill())
    answer = ask("models", "--json")
    counts = {row["slug"]: row["tasks"] for row in answer.rows if row["tasks"]}
    assert counts == {"sora-2": 2, "vidu-q3": 1}
    assert ask("models", "show", "sora-2", "--json").row["tasks"] == 2


def test_what_was_measured_replaces_what_the_profile_states(ask: Ask, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SORA_STUDIO_BASE_URL", "https://S.example/v1")
    accepted_at = datetime(2026, 11, 22, tzinfo=UTC)

    async def fill(gateway: str, usd: float, took_s: float, tasks: int) -> None:
        database = Database(data / "studio.db")
        await database.open()
        store = SqliteTasks(database)
        request = GenerationRequest("vidu-q3", "A harbour")
        for task in await store.add([request] * tasks, gateway=gateway, at=accepted_at):
            await store.transition(task.id, TaskState.SENDING)
            await store.transition(task.id, TaskState.PENDING, task_id=f"remote-{task.id}", accepted_at=accepted_at)
            ended = accepted_at + timedelta(seconds=took_s)
            await store.succeed(task.id, [], completed_at=ended, expires_at=ended)
            await store.record(task.id, measured_usd=usd)
        await database.close()

    asyncio.run(fill("https://s.example", 0.3, 70, 4))
    row = _row(ask("models", "--json"), "vidu-q3")
    assert (row["price"], row["price_kind"], row["usual_s"], row["tasks"]) == (0.3, "measured", None, 4)
    asyncio.run(fill("https://s.example", 0.5, 130, 1))
    asyncio.run(fill("https://another.example", 9.0, 9, 5))
    row = _row(ask("models", "--json"), "vidu-q3")
    assert (row["price"], row["price_kind"], row["usual_s"], row["tasks"]) == (0.3, "measured", [70, 130], 10)
    (line,) = [line for line in ask("models").out.splitlines() if line.startswith("vidu-q3 ")]
    assert re.search(r"  ≈ \$0\.30 \(0\.30–0\.50, 5 measured\) +1:10, nearly always under 2:10  10 tasks", line)
    shown = ask("models", "show", "vidu-q3").out
    assert "Measured price: ≈ $0.30 (0.30–0.50, 5 measured)" in shown
    assert "Measured time: 1:10, nearly always under 2:10" in shown


def test_a_database_that_cannot_be_read_leaves_the_count_open(ask: Ask, data: Path) -> None:
    data.mkdir()
    (data / "studio.db").write_bytes(b"This is not a database. " * 100)
    answer = ask("models", "--json")
    assert answer.code == 0
    assert {row["tasks"] for row in answer.rows} == {None}
    assert "studio.db" in answer.err


def test_a_profile_that_cannot_be_used_is_named_and_the_others_are_listed(ask: Ask, add_model: Callable[..., None]) -> None:
    add_model("harbour-1", *TEXT, "colour = 1")
    answer = ask("models", "--json")
    assert answer.code == 0
    assert len(answer.rows) > 20
    assert "harbour-1.toml, line " in answer.err


def test_everything_about_a_model_is_shown(ask: Ask) -> None:
    sora = ask("models", "show", "sora-2").out
    assert "retiring, no longer offered after 2026-09-24; use seedance-2-0, veo-3-1 or kling-3-0-std instead" in sora
    assert "Prompt: required, 1 to 10,000 characters" in sora
    assert "Routes: auto, value, official; default auto" in sora
    assert "  3 to 5 min (duration 10)" in sora
    assert "remove_watermark  Watermark: on (Removed), off (Kept); default on" in sora
    assert "first             1 of kind image as image_urls, JPEG, PNG or WebP, up to 10 MB" in sora
    assert "https://apixo.ai/docs/models/video/sora-2, seen on 2026-11-28, confidence high" in sora
    wan = ask("models", "show", "wan-2-7-video").out
    assert "Results are kept for 24 hours" in wan
    assert "With a reference video the clip is at most 10 s long." in wan
    assert "Mode image-to-video: Image to video (image), the prompt may be left out" in wan


def test_a_model_as_an_object(ask: Ask) -> None:
    row = ask("models", "show", "kling-3-0-std", "--json").row
    modes = row["modes"]
    assert isinstance(modes, list)
    assert [mode["id"] for mode in modes] == ["text-to-video", "image-to-video", "motion-control"]
    assert [slot["role"] for slot in modes[2]["media"]] == ["character", "video"]
    assert modes[2]["fixed"] == {"duration_s": "video"}
    assert modes[0]["options"][0] == {
        "field": "duration",
        "title": "Duration",
        "kind": "int",
        "meaning": "duration_s",
        "unit": "s",
        "default": 5,
        "required": False,
        "min": 3,
        "max": 15,
    }


def test_every_shipped_model_can_be_shown(ask: Ask) -> None:
    for row in ask("models", "--all", "--json").rows:
        slug = str(row["slug"])
        assert ask("models", "show", slug).out.startswith(f"{row['title']} ({slug})")
        assert ask("models", "show", slug, "--json").row["slug"] == slug


def test_models_stand_side_by_side(ask: Ask) -> None:
    lines = ask("models", "compare", "sora-2", "kling-3-0-std").out.splitlines()
    assert lines[0].split() == ["sora-2", "kling-3-0-std"]
    (durations,) = [line for line in lines if line.startswith("Durations")]
    assert durations.index("3-15 s, as video") == lines[0].index("kling-3-0-std")
    assert "10, 15 s" in durations


@pytest.mark.parametrize("arguments", [["show", "sora-9"], ["compare", "sora-2", "sora-9"]])
def test_a_model_that_does_not_exist_is_a_sentence(ask: Ask, arguments: list[str]) -> None:
    answer = ask("models", *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert "There is no model 'sora-9'" in answer.err
