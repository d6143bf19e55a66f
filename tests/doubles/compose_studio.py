"""A studio as the composer sees it: scripted, in memory, with everything that it was asked to do on record."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from sora_studio.domain.draft import Draft
from sora_studio.domain.errors import BatchQuestion, InvalidRequest, Problem, RequestRepeated, StudioError
from sora_studio.domain.film_edit import FilmEdit
from sora_studio.domain.hint_choices import HintChoices
from sora_studio.domain.intent import NO_INTENT, Intent
from sora_studio.domain.media_types import WebFile
from sora_studio.domain.models.draft import MediaFacts
from sora_studio.domain.models.estimate import Estimate, PriceEstimate, stated_price
from sora_studio.domain.models.profile import MediaKind, MediaSlot, ModelProfile
from sora_studio.domain.models.read import read
from sora_studio.domain.models.record import ModelRecord
from sora_studio.domain.picture import PictureEdit, PictureRoute, PreparedPicture, Thumbnail, WebPicture
from sora_studio.domain.recording import RecordingFacts
from sora_studio.domain.request import MAX_TASKS_AT_ONCE, GenerationRequest, ImageFacts, as_draft, check_request, is_url
from sora_studio.domain.settings import Settings
from sora_studio.domain.task import Task, TaskState
from sora_studio.domain.writing.cards import Card
from sora_studio.domain.writing.prompt_collection import KeptItem, PromptCollection
from sora_studio.domain.writing.prompt_context import PromptContext
from sora_studio.domain.writing.terms import Vocabulary
from sora_studio.media.copy_plan import plan_copy
from sora_studio.media.drawing import draw_image
from sora_studio.paths import resources_dir
from sora_studio.services.pictures.picture_digest import digest_of
from sora_studio.services.pictures.pictures import PictureLook
from sora_studio.services.pictures.recordings import RecordingLook
from sora_studio.services.tasks.submission import RequestRow
from sora_studio.services.tasks.task_editing import TaskEdit
from sora_studio.services.writing.spell_checker import SpellChecker
from sora_studio.services.writing.variation_batch import VariationBatch

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def shipped_profile(slug: str = "sora-2") -> ModelProfile:
    source = resources_dir() / "models" / f"{slug}.toml"
    return read(source.read_text(encoding="utf-8"), source.name)


@dataclass
class FakeCredentials:
    has_key: bool = True


@dataclass
class FakeDrafts:
    """`opening` is held back until it is set, when it is there: the time before a draft has been read."""

    draft: Draft | None = None
    opening: asyncio.Event | None = None
    failure: StudioError | None = None
    saved: list[Draft] = field(default_factory=list)
    discarded: list[Draft] = field(default_factory=list)

    async def latest(self) -> Draft | None:
        if self.opening is not None:
            await self.opening.wait()
        await asyncio.sleep(0)
        return self.draft

    async def save(self, draft: Draft, *, at: datetime) -> Draft:
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        kept = replace(draft, id=draft.id or len(self.saved) + 1, saved_at=at)
        self.saved.append(kept)
        return kept

    async def discard(self, draft: int, *, with_autosaves: bool = False) -> None:
        self.discarded += [kept for kept in self.saved if kept.id == draft][-1:]
        self.saved = [kept for kept in self.saved if kept.id != draft]


@dataclass
class FakeSubmission:
    """Judges like the real one, by the request's values; `image_problem` stands for what an inspection would find, in
    the picture that it names. `question` is raised for whoever has to ask before a batch.

    With `minds_repetition`, a request like the one before is `RequestRepeated`; `minded` counts how often.
    """

    profiles: Mapping[str, ModelProfile]
    image_problem: str = ""
    refusal: StudioError | None = None
    question: BatchQuestion | None = None
    committing: asyncio.Event | None = None
    minds_repetition: bool = False
    minded: int = 0
    submitted: list[tuple[GenerationRequest, int]] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list[Intent])
    batches: list[list[str]] = field(default_factory=list)

    async def check(self, request: GenerationRequest, *, takes: int = 1) -> tuple[Problem, ...]:
        await asyncio.sleep(0)
        profile = self.profiles[request.model]
        parts = request.completed(profile).split(profile)
        problems = check_request(parts[0], profile)
        if len(parts) * takes > MAX_TASKS_AT_ONCE:
            problems.append(Problem("takes", f"{len(parts) * takes} tasks at once are too many."))
        if request.sources and self.image_problem:
            about = next((image for image in request.sources if Path(image).name in self.image_problem), "")
            problems.append(Problem("images", self.image_problem, about))
        return tuple(problems)

    async def submit(
        self,
        request: GenerationRequest,
        *,
        takes: int = 1,
        again: bool = False,
        ask: bool = False,
        shown: Mapping[str, str] | None = None,
        intent: Intent = NO_INTENT,
    ) -> list[Task]:
        self.intents.append(intent)
        for file, digest in (shown or {}).items():
            if await digest_of(Path(file)) != digest:
                raise InvalidRequest([Problem("images", f"{Path(file).name} has changed since it was shown.", file)])
        if problems := await self.check(request, takes=takes):
            raise InvalidRequest(problems)
        if self.refusal is not None:
            raise self.refusal
        if ask and self.question is not None:
            raise self.question
        if self.minds_repetition and not again and self.submitted and self.submitted[-1][0] == request:
            self.minded += 1
            raise RequestRepeated(seconds_ago=12, task=1)
        self.submitted.append((request, takes))
        if self.committing is not None:
            await self.committing.wait()
        parts = request.split(self.profiles[request.model])
        return [
            Task(id=n, state=TaskState.WAITING, request=part, gateway="test", created_at=NOON, take=n, takes=takes)
            for part in parts
            for n in range(1, takes + 1)
        ]

    async def submit_rows(
        self,
        rows: Sequence[RequestRow],
        *,
        again: bool = False,
        ask: bool = False,
        shown: Mapping[str, str] | None = None,
    ) -> list[Task]:
        if ask and self.question is not None:
            raise self.question
        added = list[Task]()
        for row in rows:
            added += await self.submit(row.request, takes=row.takes, again=again, shown=shown, intent=row.intent)
        return added

    async def submit_together(
        self,
        requests: Sequence[GenerationRequest],
        *,
        takes: int = 1,
        again: bool = False,
        ask: bool = False,
        shown: Mapping[str, str] | None = None,
    ) -> list[Task]:
        found = [problem for request in requests for problem in await self.check(request)]
        if found:
            raise InvalidRequest(found)
        added = [
            task for request in requests for task in await self.submit(request, takes=takes, again=again, ask=ask, shown=shown)
        ]
        self.batches.append([request.model for request in requests])
        return added


@dataclass
class FakeTaskEditing:
    """Holds what waits in `waiting`, and judges a saved request like `submission`."""

    submission: FakeSubmission
    waiting: dict[int, Task] = field(default_factory=dict)
    calls: list[tuple[object, ...]] = field(default_factory=list)

    async def begin(self, task: int) -> TaskEdit | None:
        await asyncio.sleep(0)
        self.calls.append(("begin", task))
        return TaskEdit(self.waiting[task], None) if task in self.waiting else None

    async def save(self, edit: TaskEdit, request: GenerationRequest, *, shown: Mapping[str, str]) -> Task | None:
        if problems := await self.submission.check(request):
            raise InvalidRequest(problems)
        if self.waiting.pop(edit.task.id, None) is None:
            return None
        self.calls.append(("save", edit.task.id, request.prompt))
        return replace(edit.task, id=edit.task.id + 1, request=request)

    async def cancel(self, edit: TaskEdit) -> None:
        await asyncio.sleep(0)
        self.calls.append(("cancel", edit.task.id))


PLAIN = ImageFacts("jpeg", 1600, 900, 400_000)


@dataclass
class FakePictures:
    """Finds `facts` by file name (else a plain landscape JPEG), and cuts and converts on paper. `looking` holds answers back.

    A file named in `problems` cannot be sent; when it is named in `offers` too, a converted copy can. An address named in
    `notes` could not be looked at. Of what is `unreadable` nothing else is known. Small views are real.
    """

    facts: dict[str, ImageFacts] = field(default_factory=dict)
    web: dict[str, WebPicture] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    offers: dict[str, PreparedPicture] = field(default_factory=dict)
    looking: asyncio.Event | None = None
    looks: list[tuple[str, PictureEdit]] = field(default_factory=list)
    frames: list[tuple[Path, float]] = field(default_factory=list)
    under_way: int = 0

    async def save_frame(self, clip_path: Path, at_s: float) -> Path:
        self.frames.append((clip_path, at_s))
        await asyncio.sleep(0)
        return clip_path.with_suffix(".png")

    async def thumbnail(self, path: Path, *, max_edge: int) -> Thumbnail | None:
        try:
            return await asyncio.to_thread(draw_image, path, max_edge=max_edge)
        except InvalidRequest:
            return None

    async def look(self, source: str, edit: PictureEdit, profile: ModelProfile) -> PictureLook:
        self.looks.append((source, edit))
        self.under_way += 1
        try:
            if self.looking is not None:
                await self.looking.wait()
        finally:
            self.under_way -= 1
        await asyncio.sleep(0)
        name = Path(source).name
        if is_url(source):
            problem, note = self.problems.get(source, ""), self.notes.get(source, "")
            return PictureLook(source, web=self.web.get(source), problem=problem, note=note)
        facts = self.facts.get(name, PLAIN)
        if edit.convert and name in self.offers:
            return PictureLook(source, facts, published=self.offers[name])
        if problem := self.problems.get(name):
            if name in self.unreadable:
                return PictureLook(source, problem=problem)
            return PictureLook(source, facts, offer=self.offers.get(name), problem=problem)
        digest = await digest_of(Path(source))
        width, height = facts.width, facts.height
        if edit.crop is not None:
            left, top, right, bottom = edit.crop.box_px(width, height)
            width, height = right - left, bottom - top
        published = PreparedPicture(bytes(1000), f"image/{facts.format}", width, height)
        return PictureLook(source, facts, published=published, digest=digest)


A_FILM = RecordingFacts("mp4", 4_200_000, 12.0, "h264", "aac", 1280, 720, "yuv420p", has_picture=True)
A_SOUND = RecordingFacts("mp3", 190_000, 8.0, audio_codec="mp3")


@dataclass
class FakeRecordings:
    """Finds `facts` by file name (else a film or sound of usual length), and plans copies as the real one does.

    `looking` holds answers back. A small view is one colour, a wave the same whatever the sound.
    """

    facts: dict[str, RecordingFacts] = field(default_factory=dict)
    web: dict[str, WebFile] = field(default_factory=dict)
    looking: asyncio.Event | None = None
    looks: list[tuple[str, FilmEdit]] = field(default_factory=list)

    async def thumbnail(self, path: Path, *, max_edge: int) -> Thumbnail | None:
        await asyncio.sleep(0)
        width, height = max_edge, max_edge * 9 // 16
        return Thumbnail(bytes((40, 90, 130, 255)) * (width * height), width, height)

    async def waveform(self, path: Path, *, buckets: int) -> tuple[float, ...] | None:
        await asyncio.sleep(0)
        return tuple(0.15 + 0.8 * abs(math.sin(bucket * 1.7) * math.cos(bucket * 0.41)) for bucket in range(buckets))

    async def look(self, source: str, edit: FilmEdit, slot: MediaSlot) -> RecordingLook:
        self.looks.append((source, edit))
        if self.looking is not None:
            await self.looking.wait()
        await asyncio.sleep(0)
        if is_url(source):
            return RecordingLook(source, web=self.web.get(source, WebFile("mp4", 4_000_000)))
        path = Path(source)
        facts = self.facts.get(path.name, A_SOUND if slot.kind is MediaKind.AUDIO else A_FILM)
        look = RecordingLook(source, facts, digest=await digest_of(path))
        try:
            return replace(look, sent=_planned(path, facts, edit, slot))
        except InvalidRequest as invalid:
            look = replace(look, problem=invalid.title)
        try:
            _planned(path, facts, replace(edit, convert=True), slot)
        except InvalidRequest:
            return look
        return replace(look, offers_copy=not edit.convert)


def _planned(path: Path, facts: RecordingFacts, edit: FilmEdit, slot: MediaSlot) -> MediaFacts:
    plan = plan_copy(path, facts, edit, slot)
    size_bytes = None if plan.is_encoded else facts.size_bytes
    return MediaFacts(plan.format, size_bytes, facts.width or None, facts.height or None, seconds=plan.seconds)


@dataclass
class FakePublishing:
    routes: tuple[PictureRoute, ...] = (PictureRoute.RELAY,)
    chosen: PictureRoute | None = PictureRoute.RELAY
    inner: PictureRoute | None = None

    def route_for(self, request: GenerationRequest) -> PictureRoute | None:
        wanted = request.pictures_by or self.chosen
        return wanted if wanted in self.routes else None

    def stays_here(self, route: PictureRoute) -> bool:
        return route is self.inner


@dataclass
class FakeReports:
    """Is its own state."""

    configured: bool = False

    @property
    def state(self) -> "FakeReports":
        return self


@dataclass
class FakeTracking:
    online: bool = True

    def snapshot(self) -> "FakeTracking":
        return self


@dataclass
class FakeEstimates:
    """Knows what the profile states, and `prices` as measured."""

    prices: dict[str, PriceEstimate] = field(default_factory=dict)
    known: dict[str, ModelRecord] = field(default_factory=dict)

    def estimate(
        self, request: GenerationRequest, profile: ModelProfile, facts: Mapping[str, MediaFacts] | None = None
    ) -> Estimate:
        draft = as_draft(request, profile).with_facts(facts or {})
        return Estimate(self.prices.get(request.model) or stated_price(draft, profile))

    def records(self) -> dict[str, ModelRecord]:
        return self.known


@dataclass
class FakeSettings:
    current: Settings = field(default_factory=Settings)


class FakeHinting:
    """Knows no terms, and finds a hint in each text for every `very`."""

    async def vocabulary(self) -> Vocabulary:
        return Vocabulary(())

    async def choices(self) -> HintChoices:
        return HintChoices()

    async def count(self, text: str, context: PromptContext, *, off: frozenset[str]) -> int:
        await asyncio.sleep(0)
        return text.count("very")


@dataclass
class FakePromptLibrary:
    cards: tuple[Card, ...] = ()

    async def read(self) -> PromptCollection:
        kept = (KeptItem(card, f"{card.name}.toml", own=True, text="") for card in self.cards)
        return PromptCollection(tuple(kept))


class ComposeStudio:
    """Has the parts of a studio that the composer uses."""

    def __init__(self, data_dir: Path, *profiles: ModelProfile, draft: Draft | None = None) -> None:
        chosen = profiles or (shipped_profile(),)
        self.pasted_dir = data_dir / "pasted"
        self.profiles = {profile.slug: profile for profile in chosen}
        self.settings = FakeSettings()
        self.gateway_name = "https://api.example.org"
        self.credentials = FakeCredentials()
        self.drafts = FakeDrafts(draft)
        self.texts = dict[int, list[str]]()
        self.submission = FakeSubmission(self.profiles)
        self.task_editing = FakeTaskEditing(self.submission)
        self.pictures = FakePictures()
        self.recordings = FakeRecordings()
        self.publishing = FakePublishing()
        self.reports = FakeReports()
        self.tracking = FakeTracking()
        self.estimates = FakeEstimates()
        self.spell_checker = SpellChecker(data_dir, folders=())
        self.hinting = FakeHinting()
        self.prompt_library = FakePromptLibrary()
        self.variation_batch = VariationBatch(self.profiles, self.submission)  # type: ignore[arg-type]

    async def earlier_texts(self, draft: int) -> Sequence[str]:
        return self.texts.get(draft, [])
