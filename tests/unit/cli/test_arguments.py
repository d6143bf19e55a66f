from pathlib import Path

import pytest

from sora_studio.cli.arguments import parse
from sora_studio.cli.commands import (
    CarryCommand,
    CheckModelsCommand,
    GenerateCommand,
    KeyCommand,
    ModelsCommand,
    TasksCommand,
    WatchCommand,
    WindowCommand,
)
from sora_studio.domain.task import TaskState


def test_everything_about_a_request_is_read(tmp_path: Path) -> None:
    line = ["generate", "A harbour", "--image", "a.png", "--image", "https://x.example/b.png", "--set", "duration=15"]
    line += [
        "--set",
        "aspect_ratio = portrait",
        "--route",
        "value",
        "--model",
        "sora-2-pro",
        "--count",
        "3",
        "--callback",
        "--fit",
    ]
    line += ["--output", str(tmp_path), "--no-wait", "--again", "--json", "--demo"]
    assert parse(line) == GenerateCommand(
        prompt="A harbour",
        images=("a.png", "https://x.example/b.png"),
        choices=(("duration", "15"), ("aspect_ratio", "portrait")),
        route="value",
        model="sora-2-pro",
        takes=3,
        callback=True,
        fit=True,
        output=tmp_path,
        wait=False,
        again=True,
        json=True,
        demo=True,
    )


@pytest.mark.parametrize(("words", "callback"), [([], None), (["--callback"], True), (["--no-callback"], False)])
def test_a_report_is_asked_for_or_not_or_left_to_the_settings(words: list[str], callback: bool | None) -> None:
    command = parse(["generate", "A harbour", *words])
    assert isinstance(command, GenerateCommand)
    assert command.callback is callback


def test_no_command_is_the_window() -> None:
    assert parse(["--demo"]) == WindowCommand(demo=True, output=None)
    assert parse([]) == WindowCommand(demo=False, output=None)


def test_what_stands_before_the_command_holds_for_it(tmp_path: Path) -> None:
    command = parse(["--demo", "--output", str(tmp_path), "generate", "A harbour"])
    assert isinstance(command, GenerateCommand)
    assert (command.demo, command.output) == (True, tmp_path)


def test_the_other_commands() -> None:
    assert parse(["watch", "--json"]) == WatchCommand(json=True)
    assert parse(["--demo", "watch"]) == parse(["watch", "--demo"]) == WatchCommand(json=False, demo=True)
    wanted = TasksCommand(state=TaskState.FAILED, search="fog", sort=None, limit=5, json=False)
    assert parse(["tasks", "--state", "Failed", "--search", "fog", "--limit", "5"]) == wanted
    assert [parse(["key", action]) for action in ("set", "status", "clear")] == [
        KeyCommand("set"),
        KeyCommand("status"),
        KeyCommand("clear"),
    ]


def test_a_dry_run_names_mode_and_media() -> None:
    line = [
        "generate",
        "x",
        "--dry-run",
        "--mode",
        "frames",
        "--media",
        "first=a=b.png",
        "--media",
        "video = https://x.example/v",
    ]
    command = parse(line)
    assert isinstance(command, GenerateCommand)
    assert (command.dry_run, command.mode) == (True, "frames")
    assert command.media == (("first", "a=b.png"), ("video", " https://x.example/v"))


def test_questions_about_models() -> None:
    assert parse(["models"]) == ModelsCommand("list", (), every=False, json=False)
    assert parse(["models", "--all", "--json"]) == ModelsCommand("list", (), every=True, json=True)
    shown = ModelsCommand("show", ("sora-2",), every=False, json=True)
    assert parse(["models", "show", "sora-2", "--json"]) == parse(["models", "--json", "show", "sora-2"]) == shown
    assert parse(["models", "compare", "a", "b", "c"]) == ModelsCommand("compare", ("a", "b", "c"), every=False, json=False)
    line = ["carry", "--from", "a", "--to", "b", "--mode", "m", "--set", "x=1", "--media", "first=p", "--json"]
    assert parse(line) == CarryCommand("a", "b", "m", (("x", "1"),), (("first", "p"),), json=True)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["generate"], "PROMPT"),
        (["generate", "x", "--media", "first"], "first=harbour.png"),
        (["generate", "x", "--media", "first= "], "first=harbour.png"),
        (["models", "show"], "SLUG"),
        (["models", "compare", "sora-2"], "SLUG"),
        (["models", "paint"], "paint"),
        (["carry", "--from", "sora-2"], "--to"),
        (["--demo", "models"], "--demo does not apply to models"),
        (["generate", "x", "--set", "duration"], "FIELD=VALUE"),
        (["generate", "x", "--set", "=3"], "FIELD=VALUE"),
        (["generate", "x", "--count", "many"], "many"),
        (["tasks", "--state", "done"], "processing"),
        (["tasks", "--limit", "0"], "from 1 to"),
        (["tasks", "--limit", "9" * 20], "from 1 to"),
        (["--demo", "key", "status"], "--demo does not apply to key"),
        (["--output", ".", "watch"], "--output does not apply to watch"),
        (["generate", "x", "--output", "a" * 300], "cannot be used"),
        (["key", "show"], "show"),
        (["key", "set", "sk-secret"], "unrecognized"),
        (["paint"], "paint"),
    ],
)
def test_what_cannot_be_read_is_named_and_ends_with_2(line: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse(line)
    assert end.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "names no folder"),
        ("  ", "names no folder"),
        ("~no-such-user/x", "starts at a home folder that does not exist"),
        ("~no-such-user", "starts at a home folder that does not exist"),
        ("file:clips", "file:clips is not a full path"),
        ("file://nas/clips", "is on the computer nas"),
        ("s3://bucket/clips", "is in a bucket"),
        ("sftp://host/clips", "is on a server"),
        ("https://x.example/clips", "is a web address"),
    ],
)
def test_what_names_no_folder_is_refused_and_makes_none(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        parse(["generate", "x", "--output", text])
    assert end.value.code == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["file://{}", "file:{}", "FILE://localhost{}"])
def test_a_folder_may_be_a_file_address(form: str, tmp_path: Path) -> None:
    command = parse(["generate", "x", "--output", form.format(tmp_path / "my%20clips")])
    assert isinstance(command, GenerateCommand)
    assert command.output == tmp_path / "my clips"


def test_clips_cannot_go_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit):
        parse(["generate", "x", "--output", str(tmp_path / "file")])
    assert "is not a folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["models", "check"], CheckModelsCommand(json=False)),
        (["models", "check", "--json", "--demo"], CheckModelsCommand(json=True, demo=True)),
        (["--demo", "models", "--json", "check"], CheckModelsCommand(json=True, demo=True)),
    ],
)
def test_checking_for_models_is_a_command_of_its_own(words: list[str], command: CheckModelsCommand) -> None:
    assert parse(words) == command


@pytest.mark.parametrize("words", [["--demo", "models"], ["--demo", "models", "show", "sora-2"], ["models", "check", "sora-2"]])
def test_what_a_question_about_models_does_not_take_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        parse(words)
    assert refusal.value.code == 2
