import io
import os
from pathlib import Path

import pytest

from sora_studio.cli.arguments import parse
from sora_studio.cli.commands import GenerateCommand
from sora_studio.cli.generate import batch_words, request_from
from sora_studio.cli.prompt_text import prompt_from
from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.models.draft import first_pictures
from sora_studio.domain.models.read import read
from sora_studio.domain.request import GenerationRequest, check_request
from sora_studio.paths import resources_dir

PROFILE = read((resources_dir() / "models" / "sora-2.toml").read_text(encoding="utf-8"), "sora-2.toml")


def _request(*words: str) -> GenerationRequest:
    command = parse(["generate", "A harbour", *words])
    assert isinstance(command, GenerateCommand)
    return request_from(command, PROFILE.slug, PROFILE)


def test_values_become_the_profiles_own() -> None:
    request = _request("--set", "duration=15", "--set", "remove_watermark=off", "--set", "aspect_ratio=Portrait")
    assert request.options == {"duration": 15, "remove_watermark": False, "aspect_ratio": "portrait"}


@pytest.mark.parametrize(("choice", "field"), [("duration=11", "duration"), ("fps=30", "fps")])
def test_what_the_profile_does_not_know_is_refused_by_validation(choice: str, field: str) -> None:
    problems = check_request(_request("--set", choice).completed(PROFILE), PROFILE)
    assert [problem.field for problem in problems] == [field]


def test_a_first_picture_may_be_named_by_its_role() -> None:
    request = _request("--media", "first=https://x.example/a.png", "--mode", "image-to-video")
    assert request.sources == ("https://x.example/a.png",)


def test_a_request_has_the_mode_and_the_media_that_the_command_names() -> None:
    request = _request("--mode", "image-to-video", "--media", "first=https://x.example/a.png")
    assert (request.mode, request.media) == ("image-to-video", first_pictures("https://x.example/a.png"))
    assert _request().mode == "text-to-video"
    assert _request("--image", "https://x.example/a.png").mode == "image-to-video"


def test_several_first_pictures_of_one_task_are_refused() -> None:
    for other in (["--media", "first=https://x.example/b.png"], ["--image", "https://x.example/b.png"]):
        with pytest.raises(InvalidRequest, match="name them with --image"):
            _request("--media", "first=https://x.example/a.png", *other)


@pytest.mark.parametrize(
    ("slug", "arguments", "field"),
    [
        ("sora-2-pro", ["--set", "resolution=1080p"], "resolution"),
        ("kling-2-5-turbo-pro", ["--set", "aspect_ratio=9:16", "--image", "https://x.example/a.png"], "aspect_ratio"),
    ],
)
def test_a_value_that_only_another_mode_takes_is_refused_and_not_dropped(slug: str, arguments: list[str], field: str) -> None:
    profile = read((resources_dir() / "models" / f"{slug}.toml").read_text(encoding="utf-8"), f"{slug}.toml")
    command = parse(["generate", "A harbour", *arguments])
    assert isinstance(command, GenerateCommand)
    problems = check_request(request_from(command, slug, profile).completed(profile), profile)
    assert [problem.field for problem in problems] == [field]


def test_pictures_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    request = _request("--image", "a.png", "--image", "https://x.example/b.png", "--image", "~/c.png")
    assert request.sources == (str(tmp_path / "a.png"), "https://x.example/b.png", str(Path.home() / "c.png"))


@pytest.mark.parametrize(
    "form",
    ["file://{}/my%20cat%231.png", "file:{}/my cat#1.png", "FILE://LocalHost{}/my%20cat#1.png", "{}/my cat#1.png"],
)
def test_a_picture_may_be_a_file_address(form: str, tmp_path: Path) -> None:
    assert _request("--image", form.format(tmp_path)).sources == (str(tmp_path / "my cat#1.png"),)


def test_bytes_of_a_name_that_are_no_text_survive_in_a_file_address(tmp_path: Path) -> None:
    assert _request("--image", f"file://{tmp_path}/caf%E9.png").sources == (f"{tmp_path}/caf\udce9.png",)


def test_a_file_whose_name_reads_like_an_address_is_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("data:1.png", "~$cat.png"):
        (tmp_path / name).touch()
        assert _request("--image", name).sources == (str(tmp_path / name),)
    assert _request("--image", "12:30.png").sources == (str(tmp_path / "12:30.png"),)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("", "A file's name is empty."),
        ("  ", "A file's name is empty."),
        ("s3://bucket/cat.png", "s3://bucket/cat.png is in a bucket, not on this computer."),
        ("gs://bucket/cat.png", "gs://bucket/cat.png is in a bucket, not on this computer."),
        ("ftp://host/cat.png", "ftp://host/cat.png is on a server, not on this computer."),
        (f"data:image/png;base64,{'A' * 999}", f"data:image/png;base64,{'A' * 38}… is the content itself, not a path."),
        ("blob:https://x.example/1", "blob:https://x.example/1 means something to one program only."),
        ("chrome://cat/1", "chrome://cat/1 is an address of the kind chrome:, not a path."),
        ("https:/x.example/a.png", "https:/x.example/a.png is not a complete address."),
        ("file://nas/cat.png", "file://nas/cat.png is on the computer nas, not on this one."),
        ("file:cat.png", "file:cat.png is not a full path."),
        ("file:///a%00b.png", "/a\0b.png contains a NUL character, which file names cannot have."),
        ("~no-such-user/cat.png", "~no-such-user/cat.png starts at a home folder that does not exist."),
    ],
)
def test_what_is_neither_a_file_nor_an_address_is_told_apart(image: str, words: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        _request("--image", image)
    (problem,) = refused.value.problems
    assert problem.field == "images"
    assert problem.message == f"{words} Give a path, or an http or https address."


def test_a_piped_prompt_keeps_its_lines_but_not_the_pipes_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"  A harbour,\r\n\nthen fog\r\n"), "utf-8"))
    assert prompt_from("-") == "  A harbour,\n\nthen fog"


@pytest.mark.parametrize(("argument", "piped"), [("-", b"\xef\xbb\xbfA harbour\r\n"), ("\ufeffA harbour", b"")])
def test_a_files_mark_is_not_part_of_the_prompt(argument: str, piped: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(piped), encoding="utf-8"))
    assert prompt_from(argument) == "A harbour"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-8"])
def test_a_file_with_a_mark_is_read_as_the_mark_says(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for prompt in ("Übers Meer 🚢,\nthen fog", "", "x"):
        piped = f"\ufeff{prompt}\r\n".encode(encoding)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(piped), encoding="utf-8"))
        assert prompt_from("-") == prompt


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0"])
def test_a_marked_file_that_was_cut_off_is_refused(mark: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(mark + b"A"), encoding="utf-8"))
    with pytest.raises(InvalidRequest, match=r"is not UTF-(16|32) text"):
        prompt_from("-")


def test_a_standard_input_that_cannot_be_read_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only_written = os.open(tmp_path / "file", os.O_CREAT | os.O_WRONLY)
    with open(only_written, encoding="utf-8") as stdin:  # noqa: PTH123 - a file descriptor
        monkeypatch.setattr("sys.stdin", stdin)
        with pytest.raises(InvalidRequest, match=r"Standard input cannot be read: Bad file descriptor\."):
            prompt_from("-")


def test_a_closed_standard_input_is_an_empty_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert prompt_from("-") == ""
    assert prompt_from("A harbour") == "A harbour"


@pytest.mark.parametrize(("argument", "piped"), [("-", b"caf\xe9 at dusk"), ("caf\udce9 at dusk", b"")])
def test_bytes_that_are_no_text_are_refused(argument: str, piped: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(piped), encoding="utf-8"))
    with pytest.raises(InvalidRequest, match="not UTF-8 text"):
        prompt_from(argument)


@pytest.mark.parametrize(
    ("pictures", "takes", "tasks", "words"),
    [
        (0, 3, 3, ""),
        (1, 3, 3, ""),
        (2, 1, 2, "2 pictures: 2 tasks."),
        (2, 3, 6, "2 pictures, 3 takes each: 6 tasks."),
        (2, 1, 1, "2 pictures: 1 task."),
    ],
)
def test_what_several_pictures_come_to_is_said(pictures: int, takes: int, tasks: int, words: str) -> None:
    assert batch_words(pictures, takes, tasks) == words


def test_several_pictures_are_split_as_the_model_takes_them() -> None:
    request = _request("--image", "https://x.example/a.png", "--image", "https://x.example/b.png").completed(PROFILE)
    parts = request.split(PROFILE)
    assert [part.sources for part in parts] == [("https://x.example/a.png",), ("https://x.example/b.png",)]
    assert [check_request(part, PROFILE) for part in parts] == [[], []]
