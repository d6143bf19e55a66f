"""Drafts as documents: listed by what they say, opened from versions, and put back as they were."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sora_studio.domain.draft import Draft
from sora_studio.domain.request import GenerationRequest
from tests.unit.storage.test_history import Shelf

AT = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path / "studio.db")
    yield opened
    opened.close()


def save(shelf: Shelf, prompt: str) -> int:
    return shelf.run(shelf.drafts.save(Draft(0, GenerationRequest("sora-2", prompt)), at=AT)).id


def titles(shelf: Shelf) -> list[str]:
    return [entry.title for entry in shelf.run(shelf.drafts.entries()) if entry.trashed_at is None]


def test_a_draft_is_called_by_its_name_or_else_its_first_line(shelf: Shelf) -> None:
    save(shelf, "\n\n  A  harbour\nat dawn")
    broken = save(shelf, "é" * 600 + "\ud800")  # a broken paste: stored as bytes
    save(shelf, "")
    assert titles(shelf) == ["Empty draft", "é" * 79 + "…", "A harbour"]
    shelf.run(shelf.drafts.rename(broken, "  Broken\n paste "))
    assert titles(shelf)[1] == "Broken paste"


def test_changes_are_taken_back_and_made_again(shelf: Shelf) -> None:
    first, second = save(shelf, "first"), save(shelf, "second")
    former = shelf.run(shelf.drafts.trash([first, second], at=AT))
    assert (titles(shelf), shelf.run(shelf.drafts.latest())) == ([], None)
    now = shelf.run(shelf.drafts.put_back(former))
    assert titles(shelf) == ["second", "first"]
    shelf.run(shelf.drafts.put_back(now))
    assert titles(shelf) == []


def test_the_document_of_a_task_enters_the_list_when_it_is_opened(shelf: Shelf) -> None:
    task = shelf.task(shelf.waiting("sent from the command line"))
    assert titles(shelf) == []
    assert task.document is not None
    draft = shelf.run(shelf.drafts.open_document(task.document, at=AT))
    assert draft is not None
    assert draft.request.prompt == "sent from the command line"
    assert titles(shelf) == ["sent from the command line"]
    assert shelf.run(shelf.drafts.open_document(4711, at=AT)) is None


def test_an_empty_draft_goes_for_good_and_the_versions_of_a_sent_one_stay(shelf: Shelf) -> None:
    empty = save(shelf, "")
    shelf.run(shelf.drafts.discard(empty))
    task = shelf.task(shelf.waiting("sent"))
    assert task.document is not None
    shelf.run(shelf.drafts.open_document(task.document, at=AT))
    shelf.run(shelf.drafts.discard(task.document))
    assert titles(shelf) == []
    assert shelf.task(task.id).request.prompt == "sent"


def test_an_empty_draft_that_got_a_name_stays(shelf: Shelf) -> None:
    named = save(shelf, "")
    shelf.run(shelf.drafts.rename(named, "Opening"))
    shelf.run(shelf.drafts.discard(named))
    assert titles(shelf) == ["Opening"]
