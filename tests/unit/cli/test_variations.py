"""`variations` prints each text once, in order, and says where a brace is wrong."""

import io
import json
import os
from pathlib import Path

import pytest

from sora_studio.__main__ import main
from sora_studio.domain.writing.variations import expand

PROMPT = "A {calm|rough} sea,\n{dawn|\\{dusk\\}} 🌊 שלום"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_gives_a_json_string_for_each_text(
    encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SORA_STUDIO_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "prompt.txt"
    file.write_text(PROMPT + "\n", encoding=encoding)
    assert main(["variations", str(file), "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == expand(PROMPT)
    assert not (tmp_path / "data").exists()


def test_without_json_a_line_stands_between_texts(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("A\r\n{b|c👨\u200d👩}\r\n".encode()), "utf-8"))
    assert main(["variations", "-"]) == 0
    assert capsys.readouterr().out == "A\nb\n---\nA\nc👨\u200d👩\n"


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("A sea\nat {dawn|dusk", r"Line 2, character 4: This { has no }. Write \{ for a brace that is part of the text."),
        ("dawn}", r"Character 5: This } has no {. Write \} for a brace that is part of the text."),
        ("{a|b}" * 40, "The prompt stands for 1,099,511,627,776 texts; at most 100,000 are printed."),
        ("x" * 500_000, "The prompt is longer than 100,000 characters."),
        ("A\0 \0s\0e\0a\0", "The prompt looks like UTF-16 without its mark; save it as UTF-8."),
    ],
)
def test_what_cannot_be_printed_is_a_sentence(
    prompt: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(prompt.encode()), "utf-8"))
    assert main(["variations", "-", "--json"]) == 2
    assert capsys.readouterr() == ("", f"{words}\n")


def test_files_that_cannot_be_read_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    (tmp_path / "film").write_bytes(bytes(range(1, 128)) * 40_000)
    for name, words in {
        "none": "none cannot be read: No such file or directory.",
        "": "is a folder.",
        "latin": "latin is not UTF-8 text.",
        "film": "The prompt is longer than 100,000 characters.",
    }.items():
        assert main(["variations", str(tmp_path / name)]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.endswith(f"{words}\n")


def test_a_reader_that_has_left_ends_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    (tmp_path / "many").write_text("{a|b}" * 9)
    with open(writer, "w", encoding="utf-8") as pipe:  # noqa: PTH123 - a file descriptor
        monkeypatch.setattr("sys.stdout", pipe)
        assert main(["variations", str(tmp_path / "many")]) == 130
    monkeypatch.setattr("sys.stdout", None)
    assert main(["variations", str(tmp_path / "many")]) == 0
