"""What a search that finds nothing may have meant, on a real database."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sora_studio.clock import Clock
from sora_studio.domain.judgement import ClipRef, Judgement, Verdict
from sora_studio.domain.query import parse
from sora_studio.services.library.spelling import Spelling
from sora_studio.storage.database import Database
from sora_studio.storage.history import SqliteHistory
from sora_studio.storage.library_queries import LibraryQueries
from tests.doubles.ready_tasks import ready_tasks

PROMPTS = ("A quiet harbour at dawn", "Harbor tug in rain", "Rain on a tin roof, harbour lights", "Harvest moon")


async def _fill(database: Database) -> None:
    await ready_tasks(database, *PROMPTS)
    history = SqliteHistory(database)
    await history.judge([ClipRef(2)], Judgement(verdict=Verdict.KEPT, tags=("favourite",)))


@pytest.fixture(scope="module")
def suggested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str | None]]:
    """The suggestion for a query's text, as a text."""
    database: Database = Database(Path(tmp_path_factory.mktemp("spelling")) / "studio.db")
    with asyncio.Runner() as runner:
        runner.run(database.open())
        runner.run(_fill(database))
        spelling = Spelling(LibraryQueries(database), Clock())

        def suggest(text: str) -> str | None:
            found = runner.run(spelling.suggest(parse(text)))
            return None if found is None else str(found.query)

        yield suggest
        runner.run(database.close())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("harbuor", "harbour"),
        ("Hrabour dawn", "harbour dawn"),
        ("harbuor ligths", "harbour lights"),
        ('"quiet harbuor"', '"quiet harbour"'),
        ("favuorite", "favourite"),
        ("harbuor kept", "harbor kept"),
        ("dwan kept", "dawn kept"),
        ("kept sort:oldest harbuor -rain", "kept sort:oldest harbour -rain"),
        ("harbuor tag:hero", "harbour tag:hero"),
    ],
)
def test_a_misspelt_word_is_mended_so_that_something_is_found(
    suggested: Callable[[str], str | None], text: str, expected: str
) -> None:
    assert suggested(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "harbour kept",
        "harb kept",
        "xylophone",
        "harbuor xylophone",
        "-harbuor",
        "tag:harbuor",
        "harbuor moon",
        "夜の東",
        "zz",
    ],
)
def test_nothing_is_offered_where_no_word_is_misspelt_or_nothing_would_be_found(
    suggested: Callable[[str], str | None], text: str
) -> None:
    assert suggested(text) is None


def test_a_pasted_text_is_left_alone(suggested: Callable[[str], str | None]) -> None:
    assert suggested(" ".join(f"harbuor{letter}" for letter in "abcdefgh")) is None
