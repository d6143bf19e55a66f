"""What is stored comes back as it was: every text, time and option, through a real file."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sora_studio.domain.draft import Draft
from sora_studio.domain.film_edit import FilmEdit, Trim
from sora_studio.domain.models.draft import Medium, first_pictures
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.picture import Crop, PictureEdit
from sora_studio.domain.request import GenerationRequest
from sora_studio.storage.rows import to_sql

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)
MEDIA = st.builds(
    lambda address, kind, scale: Medium(address, kind, scale=scale if kind is MediaKind.LORA else 1.0),
    ANY_TEXT,
    st.sampled_from(MediaKind),
    st.floats(0, 4),
)
REQUESTS = st.builds(
    GenerationRequest,
    model=ANY_TEXT,
    prompt=ANY_TEXT,
    options=st.dictionaries(ANY_TEXT, st.one_of(ANY_TEXT, st.integers(), st.booleans()), max_size=4),
    route=ANY_TEXT,
    mode=ANY_TEXT,
    media=st.dictionaries(st.sampled_from(Role), st.lists(MEDIA, min_size=1, max_size=3).map(tuple), max_size=4).map(
        lambda media: first_pictures(*(medium.address for medium in media.pop(Role.FIRST, ()))) | media
    ),
    edits=st.dictionaries(
        ANY_TEXT, st.sampled_from([PictureEdit(Crop(0, 0.25, 1, 0.5)), FilmEdit(Trim(0.5, 2), convert=True)])
    ),
)


def types(request: GenerationRequest) -> list[type]:
    return [type(value) for value in request.options.values()]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=REQUESTS)
def test_any_request_comes_back_from_tasks_and_drafts(store, request: GenerationRequest) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    (task,) = store.run(store.tasks.add([request], gateway="g", at=at))
    store.run(store.drafts.save(Draft(1, request), at=at))
    draft = store.run(store.drafts.latest())
    for kept in (task.request, store.get(task.id).request, draft.request):
        assert kept == request
        assert types(kept) == types(request)
        assert list(kept.options) == list(request.options)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(time=st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-7)), timezone(timedelta(hours=14))])))
def test_any_time_comes_back_to_the_microsecond_in_utc(store, time: datetime) -> None:
    (task,) = store.add("A cat")
    assert store.run(store.tasks.record(task.id, accepted_at=time))
    kept = store.get(task.id).accepted_at
    assert kept == time
    assert kept.tzinfo is UTC


def test_a_path_of_undecodable_bytes_comes_back(store, at: datetime) -> None:
    (task,) = store.add("A cat")
    store.run(store.tasks.transition(task.id, "sending"))
    store.run(store.tasks.transition(task.id, "pending"))
    store.run(store.tasks.succeed(task.id, ["https://a/1"], completed_at=at, expires_at=at))
    (clip,) = store.get(task.id).clips
    path = Path("/films/caf\udce9.mp4")
    assert store.run(store.tasks.record_clip(clip.id, path=path))
    assert store.get(task.id).clips[0].path == path
    assert not store.run(store.tasks.record_clip(clip.id, path=path))


@pytest.mark.parametrize("value", [datetime(2026, 1, 1), object(), [1]])  # noqa: DTZ001 - a naive time is the fault looked for
def test_what_has_no_column_is_a_mistake(value: object) -> None:
    with pytest.raises(TypeError):
        to_sql(value)


def test_a_draft_that_is_saved_again_takes_its_own_place(store, at: datetime, later: datetime) -> None:
    assert store.run(store.drafts.latest()) is None
    first = store.run(store.drafts.save(Draft(0, GenerationRequest("m", "one"), takes=3, caret=2), at=later))
    second = store.run(store.drafts.save(Draft(0, GenerationRequest("m", "two")), at=at))
    assert first.id != second.id
    # The clock went back: what was saved last is still the latest.
    assert store.run(store.drafts.latest()) == second
    again = store.run(store.drafts.save(Draft(first.id, GenerationRequest("m", "three"), takes=4, caret=5), at=at))
    assert store.run(store.drafts.latest()) == again == Draft(first.id, GenerationRequest("m", "three"), 4, 5, at)


def test_a_draft_need_not_be_sound(store, at: datetime, run: Callable[..., object]) -> None:
    draft = Draft(
        0,
        GenerationRequest(
            "",
            "",
            {"x": "y"},
            media=first_pictures("not there"),
        ),
        caret=9,
    )
    saved = run(store.drafts.save(draft, at=at))
    assert run(store.drafts.latest()) == saved
