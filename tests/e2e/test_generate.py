"""From a prompt on the command line to a film on the disk."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import av
import pytest
from PIL import Image

from sora_studio.logs import COMMANDS_LOG
from sora_studio.simulator.serve import Running
from tests.doubles.damage import lose_the_first_page
from tests.doubles.libraries import make_library
from tests.e2e.conftest import Program

JSON_KEYS = ["id", "task_id", "state", "prompt", "files", "fail_code", "fail_message", "created_at", "completed_at"]


def _duration_s(film: str) -> float:
    with av.open(film) as container:
        frames = sum(1 for _ in container.decode(video=0))
        return frames / float(container.streams.video[0].average_rate or 1)


def test_a_prompt_becomes_a_saved_film(program: Program, simulator: Running) -> None:
    ended = program.generate("A slow dolly over a harbour", "--set", "duration=15", "--set", "aspect_ratio=portrait")
    assert ended.code == 0, ended.err
    assert all(list(row) == JSON_KEYS for row in ended.rows)
    states = [row["state"] for row in ended.rows]
    assert states[0] in ("waiting", "sending", "pending")
    last = ended.rows[-1]
    assert (last["state"], last["fail_code"]) == ("success", None)
    (film,) = last["files"]
    assert Path(film).parent == program.clips
    assert _duration_s(film) == pytest.approx(15, abs=0.2)
    assert json.loads(Path(film).with_suffix(".json").read_text(encoding="utf-8"))["prompt"] == "A slow dolly over a harbour"
    assert len(simulator.state.charges) == 1


def test_without_json_the_path_is_all_there_is_on_standard_output(program: Program) -> None:
    ended = program.run("generate", "-", "--output", str(program.clips), stdin="A harbour,\nthen fog\n")
    assert ended.code == 0, ended.err
    (film,) = ended.out.splitlines()
    assert Path(film).is_file()
    assert "A harbour," in ended.err


def test_takes_are_tasks_of_their_own(program: Program, simulator: Running) -> None:
    ended = program.generate("A harbour", "--count", "2")
    assert ended.code == 0, ended.err
    last = ended.rows[-2:]
    assert len({row["id"] for row in last}) == 2
    assert len({file for row in last for file in row["files"]}) == 2
    assert len(simulator.state.charges) == 2


def test_a_local_picture_is_animated(program: Program, tmp_path: Path) -> None:
    Image.new("RGB", (640, 360), "teal").save(tmp_path / "still.png")
    ended = program.generate("It comes alive", "--image", str(tmp_path / "still.png"))
    assert ended.code == 0, ended.err
    assert len(ended.rows[-1]["files"]) == 1


def test_of_a_picture_that_cannot_be_sent_a_copy_is_sent_once_it_is_asked_for(
    program: Program, simulator: Running, tmp_path: Path
) -> None:
    still = tmp_path / "still.bmp"
    Image.new("RGB", (640, 360), "teal").save(still)
    refused = program.generate("It comes alive", "--image", str(still))
    assert refused.code == 2
    assert "still.bmp is a BMP file" in refused.err
    assert "With --fit a copy that fits is sent instead." in refused.err
    assert simulator.state.charges == []
    ended = program.generate("It comes alive", "--image", str(still), "--fit")
    assert ended.code == 0, ended.err
    assert "still.bmp" in ended.err


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are text")
def test_a_file_name_that_is_no_text_keeps_no_clip_from_being_saved(program: Program, tmp_path: Path) -> None:
    still = tmp_path / os.fsdecode(b"still-\xff.png")
    Image.new("RGB", (640, 360), "teal").save(tmp_path / "still.png")
    (tmp_path / "still.png").rename(still)
    ended = program.generate("It comes alive", "--image", str(still))
    assert ended.code == 0, ended.err
    (film,) = ended.rows[-1]["files"]
    (image,) = json.loads(Path(film).with_suffix(".json").read_text(encoding="utf-8"))["images"]
    assert image == str(still)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([" "], "The prompt is empty"),
        (["x" * 10_001], "10,001 characters, 1 more than the 10,000"),
        (["A harbour", "--set", "duration=11"], "Duration takes 10 s or 15 s"),
        (["A harbour", "--set", "fps=30"], "Text to video has no option fps"),
        (["A harbour", "--route", "cheap"], "Sora 2 has no route cheap"),
        (["A harbour", "--model", "sora-9"], "no model 'sora-9'"),
        (["A harbour", "--count", "11"], "1 to 10"),
        (["A harbour", "--image", "https://x.invalid/a.png"], "x.invalid/a.png cannot be looked at"),
        (["A harbour", "--image", "no-such-file.png"], "no-such-file.png"),
    ],
)
def test_invalid_input_is_refused_before_anything_is_sent(
    program: Program, simulator: Running, arguments: list[str], words: str
) -> None:
    ended = program.generate(*arguments)
    assert ended.code == 2
    assert words in ended.err
    assert [seen.path for seen in simulator.state.requests if seen.method == "POST"] == []


def test_a_task_that_the_service_fails_ends_with_3(tmp_path: Path, service: Callable[..., Running]) -> None:
    ended = Program(tmp_path, service(scenario="reject").url).generate("A harbour")
    assert ended.code == 3
    assert (ended.rows[-1]["state"], ended.rows[-1]["fail_code"]) == ("failed", "CONTENT_VIOLATION")
    assert "against the content rules" in ended.err


def test_without_a_key_nothing_is_made(program: Program, simulator: Running) -> None:
    del program.environment["SORA_STUDIO_API_KEY"]
    ended = program.generate("A harbour")
    assert ended.code == 4
    assert "No API key yet" in ended.err
    assert simulator.state.requests == []
    assert program.run("tasks", "--json").rows == []


def test_a_refused_key_ends_with_4_and_the_task_stays(tmp_path: Path, service: Callable[..., Running]) -> None:
    program = Program(tmp_path, service(keys=["another"]).url)
    ended = program.generate("A harbour")
    assert ended.code == 4
    assert "does not accept" in ended.err
    assert [row["state"] for row in program.run("tasks", "--json").rows] == ["waiting"]


def test_a_folder_that_is_a_file_is_invalid(program: Program, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert program.run("generate", "A harbour", "--output", str(tmp_path / "file")).code == 2


def test_a_database_of_another_program_is_named_and_ends_with_6(program: Program) -> None:
    with closing(sqlite3.connect(program.data / "studio.db")) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    ended = program.generate("A harbour")
    assert ended.code == 6
    assert "studio.db cannot be opened: it belongs to another program" in ended.err


def test_a_damaged_database_is_mended_and_said(program: Program) -> None:
    database = program.data / "studio.db"
    make_library(database, 10)
    lose_the_first_page(database)
    listed = program.run("tasks")
    assert listed.code == 6
    assert "start it again: what can be read is kept" in listed.err, "a listing leaves the mending to the owner"
    watched = program.run("watch")
    assert watched.code == 0
    (aside,) = program.data.glob("studio.db.damaged-*")
    assert f"repaired: 10 tasks were kept. The damaged file is kept as {aside}." in watched.err
    assert len(program.run("tasks", "--json").rows) == 10


def test_settings_that_cannot_be_used_are_said(program: Program) -> None:
    (program.data / "settings.toml").write_text('theme = "pink"\n', encoding="utf-8")
    assert "theme is not used" in program.generate(" ").err


def test_proxy_settings_that_cannot_be_used_are_said_and_cost_no_clip(program: Program) -> None:
    program.environment |= {"all_proxy": "socks4://kim:a-password@desktop.example", "no_proxy": "10/8, [fd00::]/8"}
    ended = program.generate("A harbour")
    assert ended.code == 0
    assert "The proxy in all_proxy is not used: SOCKS4 is not supported, SOCKS5 is." in ended.err
    assert "The entry '10/8' in no_proxy is not used" in ended.err
    logged = (program.data / "logs" / "commands.log").read_text("utf-8")
    assert "The proxy in all_proxy is not used" in logged
    assert "a-password" not in ended.err + logged


def test_an_address_without_tls_is_refused(program: Program) -> None:
    program.environment["SORA_STUDIO_BASE_URL"] = "http://service.example"
    ended = program.generate("A harbour")
    assert ended.code == 2
    assert "https" in ended.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_whoever_types_a_prompt_can_leave_and_holds_nobody_up(program: Program) -> None:
    process = program.start("generate", "-")
    while not (program.data / "logs" / COMMANDS_LOG).exists():
        assert process.poll() is None
    assert program.generate("A harbour").code == 0
    program.interrupt(process)
    assert program.finish(process).code == 130


def test_the_demo_needs_no_key_and_keeps_apart(program: Program, simulator: Running) -> None:
    del program.environment["SORA_STUDIO_API_KEY"]
    ended = program.run("generate", "A harbour at dusk", "--demo")
    assert ended.code == 0, ended.err
    (film,) = ended.out.splitlines()
    assert Path(film).is_relative_to(program.data / "demo")
    assert _duration_s(film) == pytest.approx(10, abs=0.2)
    assert simulator.state.requests == []
    assert program.run("tasks", "--json").rows == []


def test_a_reader_that_leaves_early_is_no_error(program: Program) -> None:
    process = program.start("generate", "A harbour", "--json", "--output", str(program.clips))
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    code = process.wait(60)
    assert code == 130
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    assert isinstance(process, subprocess.Popen)
    assert process.stdin
    process.stdin.close()
