"""A draft whose model is refused goes on with a successor: whole, and with every change named before."""

from dataclasses import replace

import pytest

from sora_studio.domain import failures
from sora_studio.domain.beside import carried
from sora_studio.domain.models.check import check
from sora_studio.domain.models.draft import Medium
from sora_studio.domain.models.profile import MediaKind, Role, Status
from sora_studio.domain.models.read import read
from sora_studio.domain.request import GenerationRequest, as_draft
from sora_studio.domain.successors import (
    MOST_OFFERED,
    NOTHING_CHANGES,
    needs_another_model,
    successor_slugs,
    successors_of,
)
from sora_studio.domain.task import Task, TaskState
from tests.doubles.models import shipped_texts
from tests.unit.cli.rows import task

PROFILES = {slug: read(text, f"{slug}.toml") for slug, text in shipped_texts().items()}
SORA = PROFILES["sora-2"]


def sent(**changes: object) -> GenerationRequest:
    request = GenerationRequest("sora-2", "A harbour at dawn", {"duration": 15}).completed(SORA)
    return replace(request, **changes)  # pyright: ignore[reportArgumentType] - the fields of a request, by name


def test_the_best_successors_come_first_and_each_names_what_changes() -> None:
    offered = successors_of(sent(), PROFILES)
    assert [one.slug for one in offered] == list(SORA.successors)
    changes = {one.slug: one.changes for one in offered}
    assert "Duration: 15 s has no place in Veo 3.1, Text to video, fast." in changes["veo-3-1"]
    assert not any("15 s becomes" in change for change in changes["seedance-2-0"])
    assert all(one.words == " ".join(one.changes) or one.words == NOTHING_CHANGES for one in offered)


def test_what_is_gone_refused_or_not_installed_is_not_offered() -> None:
    known = dict(PROFILES)
    del known["seedance-2-0"]
    assert successor_slugs(SORA, known) == ("veo-3-1", "kling-3-0-std")
    assert successor_slugs(SORA, known, refused={"veo-3-1"}) == ("kling-3-0-std",)
    known["kling-3-0-std"] = replace(known["kling-3-0-std"], status=Status.GONE)
    assert successor_slugs(SORA, known, refused={"veo-3-1"}) == ()
    many = replace(SORA, successors=tuple(slug for slug in PROFILES if slug != "sora-2"))
    assert len(successor_slugs(many, PROFILES)) == MOST_OFFERED


def test_without_a_profile_nothing_can_be_carried() -> None:
    assert successors_of(replace(sent(), model="vanished-1"), PROFILES) == ()


@pytest.mark.parametrize("slug", SORA.successors)
def test_opened_with_another_model_the_request_is_whole_and_can_be_sent(slug: str) -> None:
    first = Medium("https://pictures.example/pier.jpg", MediaKind.IMAGE)
    before = sent(mode="image-to-video", media={Role.FIRST: (first,)}, callback=True)
    after, _ = carried(before, SORA, PROFILES[slug])
    assert (after.model, after.prompt, after.callback) == (slug, before.prompt, True)
    kept = [medium for media in (*after.media.values(), *after.set_aside.values()) for medium in media]
    assert kept == [first]
    assert check(as_draft(after, PROFILES[slug]), PROFILES[slug]) == []


@pytest.mark.parametrize(
    ("row", "needs"),
    [
        (task(TaskState.FAILED, fail_code=failures.MODEL_GONE), True),
        (task(TaskState.FAILED, fail_code="model_unavailable"), True),
        (task(TaskState.FAILED, fail_code=failures.MODEL_FORBIDDEN), True),
        (task(TaskState.FAILED, fail_code=failures.REQUEST_REFUSED), False),
        (task(TaskState.FAILED), False),
        (task(TaskState.WAITING, trouble="Sora 2 is no longer offered by the service."), True),
        (task(TaskState.WAITING, trouble="This key may not use Sora 2."), True),
        (task(TaskState.WAITING, trouble="The service cannot be reached."), False),
        (task(TaskState.WAITING), False),
        (task(TaskState.PENDING, trouble="Sora 2 is no longer offered by the service."), False),
    ],
)
def test_only_what_its_model_keeps_from_being_made_needs_another_one(row: Task, needs: bool) -> None:
    assert needs_another_model(row, SORA) is needs


def test_a_task_that_waits_for_its_profile_needs_another_model_too() -> None:
    words = "There is no profile of sora-2: put the file back, or open the draft with another model."
    assert needs_another_model(task(TaskState.WAITING, trouble=words), None)
    assert not needs_another_model(task(TaskState.WAITING), None)
