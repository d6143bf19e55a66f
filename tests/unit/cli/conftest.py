"""The program on its command line, in this process, on the test's own data folder."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sora_studio.__main__ import main


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self) -> dict[str, object]:
        (row,) = self.rows
        return row


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """`ask(*arguments)` runs a command."""

    def ask(*arguments: str) -> Answer:
        code = main(arguments)
        return Answer(code, *capsys.readouterr())

    return ask


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder, which does not exist yet."""
    return tmp_path / "data"


@pytest.fixture
def add_model(data: Path) -> Callable[..., None]:
    """`add_model(slug, *lines, status=…)` puts a profile of the user's own into the data folder."""

    def add(slug: str, *lines: str, status: str = "current") -> None:
        head = [
            "schema = 2",
            f'slug = "{slug}"',
            f'title = "Model {slug}"',
            'family = "own"',
            f'status = "{status}"',
            'source = { url = "https://own.example/page", seen_on = 2026-11-28, confidence = "low" }',
        ]
        (data / "models").mkdir(parents=True, exist_ok=True)
        (data / "models" / f"{slug}.toml").write_text("\n".join([*head, *lines]), encoding="utf-8")

    return add
