import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Answer

Ask = Callable[..., Answer]
BAD = "Taylor Swift in a very nice harbour, night."


@pytest.fixture
def prompt(tmp_path: Path) -> Callable[..., str]:
    def write(content: str | bytes) -> str:
        path = tmp_path / "prompt.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def test_hints_are_one_object_a_line_best_first(ask: Ask, prompt: Callable[..., str], data: Path) -> None:
    answer = ask("hints", prompt(BAD), "--json")
    assert answer.code == 1
    assert [list(row) for row in answer.rows] == [["rule", "level", "start", "end", "message", "why", "fix"]] * 3
    first = answer.rows[0]
    assert (first["rule"], first["level"], first["start"], first["end"]) == ("real-person", "error", 0, 12)
    assert first["fix"] == {"start": 0, "end": 12, "text": "A pop singer in a sequinned jacket"}
    assert [row["rule"] for row in answer.rows[1:]] == ["vague-words", "vague-words"]
    assert not data.exists()


def test_no_hint_is_success_and_nothing_is_printed(ask: Ask, prompt: Callable[..., str]) -> None:
    for text in ("Macro shot of frost, blue hour.", ""):
        assert ask("hints", prompt(text), "--json") == Answer(0, "", "")


def test_without_json_a_line_names_place_level_and_rule(ask: Ask, prompt: Callable[..., str]) -> None:
    lines = ask("hints", prompt("Dusk.\r\nA very old pier.\r\n")).out.splitlines()
    assert lines == ["2:3: suggestion: “very” says little. For example: “huge in place of very big”. Fix: “An ”. [vague-words]"]


def test_duration_and_model_decide(ask: Ask, prompt: Callable[..., str]) -> None:
    clip = prompt("A 15-second clip of a fast red kite, dusk.")
    assert [row["rule"] for row in ask("hints", clip, "--json").rows] == ["duration-in-words"]
    assert ask("hints", clip, "--json", "--duration", "15").code == 0
    rules = {row["rule"] for row in ask("hints", clip, "--json", "--model", "seedance-2-0").rows}
    assert rules == {"duration-in-words", "seedance-pace-words"}
    assert "the clip is 5 s long" in ask("hints", clip, "--model", "seedance-2-0").out


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_or_a_pipe_in_any_marked_encoding(
    encoding: str, ask: Ask, prompt: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = f"🚢 {BAD}\r\n".encode(encoding)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), "utf-8"))
    from_file, piped = ask("hints", prompt(content), "--json"), ask("hints", "-", "--json")
    assert from_file == piped
    assert from_file.rows[0]["start"] == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfa harbour", "is not UTF-8 text."),
        (b"\x7fELF\x02\x01\x01" + bytes(60), "looks like UTF-16"),
        ("harbour".encode("utf-16-le"), "looks like UTF-16 without its mark"),
        (b"a bell\x07 rings out", "Character 7 is a control character"),
        (b"x" * 100_001, "longer than 100,000 characters"),
        ("é" * 900_000, "longer than 100,000 characters"),
    ],
)
def test_what_is_no_prompt_is_refused(content: str | bytes, words: str, ask: Ask, prompt: Callable[..., str]) -> None:
    answer = ask("hints", prompt(content), "--json")
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.err


def test_a_missing_file_a_folder_and_an_unknown_model_are_sentences(
    ask: Ask, tmp_path: Path, prompt: Callable[..., str]
) -> None:
    for arguments, words in [
        ((str(tmp_path / "nothing.txt"),), "cannot be read: No such file"),
        ((str(tmp_path),), "is a folder."),
        (("https://x.example/prompt.txt",), "is a web address, not a path."),
        ((prompt("Dusk."), "--model", "sora-9"), "There is no model 'sora-9'"),
        ((prompt("Dusk."), "--duration", "0"), "is not a number of seconds"),
        ((prompt("Dusk."), "--duration", "nan"), "is not a number of seconds"),
        ((), "the following arguments are required: FILE|-"),
    ]:
        answer = ask("hints", *arguments)
        assert (answer.code, answer.out) == (2, "")
        assert words in answer.err


def test_own_rules_and_terms_count_and_a_wrong_file_is_named(ask: Ask, prompt: Callable[..., str], data: Path) -> None:
    rules, terms = data / "prompts" / "hints", data / "prompts" / "vocabulary"
    rules.mkdir(parents=True)
    terms.mkdir()
    (rules / "house.toml").write_text(
        'schema = 1\n[[rule]]\nid = "house"\ncheck = "words"\nlevel = "warning"\nmessage = "Say quay."\nwhy = "We do."\n'
        'source = "Us."\nwords = { "pier" = "quay" }\n'
    )
    (rules / "wrong.toml").write_text("schema = 9\n")
    (terms / "mine.toml").write_text('schema = 1\n[mood]\n"sea-sick" = "green"\n')
    answer = ask("hints", prompt("A pier at dusk."), "--json")
    assert (answer.code, answer.row["rule"]) == (1, "house")
    assert answer.err.startswith("wrong.toml, line 1: This program reads the schema 1")
    assert ask("vocabulary", "--search", "sea-sick", "--json").row["gloss"] == "green"


def test_the_vocabulary_is_listed_by_kind_and_searched(ask: Ask, data: Path) -> None:
    rows = ask("vocabulary", "--json").rows
    assert len(rows) >= 300
    assert [list(row) for row in rows[:1]] == [["kind", "words", "gloss", "also"]]
    assert {row["kind"] for row in ask("vocabulary", "--kind", "camera", "--json").rows} == {"camera-move"}
    assert ask("vocabulary", "--kind", "light", "--search", "gold").out == "golden hour  light        low, warm, long shadows\n"
    assert ask("vocabulary", "--search", "zzz") == Answer(0, "", "")
    wrong = ask("vocabulary", "--kind", "lite")
    assert wrong.code == 2
    assert "'lite' is not a kind of term; choose from shot-size," in wrong.err
    assert not data.exists()


def test_a_reader_that_goes_away_ends_the_command(data: Path) -> None:
    """In a process of its own, with a pipe without a reader."""
    read, write = os.pipe()
    os.close(read)
    run = [sys.executable, "-m", "sora_studio", "vocabulary", "--json"]
    environment = {**os.environ, "SORA_STUDIO_DATA_DIR": str(data)}
    ended = subprocess.run(run, stdout=write, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(write)
    assert (ended.returncode, ended.stderr) == (130, b"")


def test_the_commands_load_nothing_heavy() -> None:
    heavy = "{'sqlite3', 'httpx', 'keyring', 'av', 'PIL', 'PySide6', 'sora_studio.studio'}"
    command = "import sys; from sora_studio.__main__ import main; main(['vocabulary', '--kind', 'lens'])"
    code = f"{command}; assert not {heavy} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
