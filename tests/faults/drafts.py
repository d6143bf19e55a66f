"""A draft that is switched, filled, edited, undone and killed at random, beside a plain account of what it must be."""

import asyncio
import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path

from sora_studio.domain.models.draft import Media
from sora_studio.domain.models.profile import MediaKind, Role
from sora_studio.domain.models.values import OptionValue
from sora_studio.domain.request import GenerationRequest
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.viewmodels.compose.composer import ComposeModel
from sora_studio.viewmodels.compose.media_places import MediaPlace
from tests.doubles.compose_studio import ComposeStudio
from tests.doubles.models import any_value, shipped_models

_ENDINGS = {MediaKind.IMAGE: "png", MediaKind.VIDEO: "mp4", MediaKind.AUDIO: "wav", MediaKind.LORA: "safetensors"}
_ACTIONS = (
    *("write", "switch", "switch", "switch", "change_mode", "choose", "choose", "add", "add", "add", "remove", "move"),
    *("drop_aside", "undo", "undo", "redo", "save", "save", "kill"),
)
Addresses = Counter[tuple[str, str]]


def addresses(*media: Media) -> Addresses:
    return Counter((medium.kind.value, medium.address) for one in media for found in one.values() for medium in found)


@dataclass(frozen=True, slots=True)
class Setup:
    """What one undo brings back."""

    model: str
    mode: str
    media: Media
    set_aside: Media

    @classmethod
    def of(cls, request: GenerationRequest) -> "Setup":
        return cls(request.model, request.mode, dict(request.media), dict(request.set_aside))


@dataclass
class Account:
    """What the draft must be, kept without its rules: text, model, and media whatever their place."""

    text: str = ""
    media: Addresses = field(default_factory=Addresses)
    back: list[Setup] = field(default_factory=list[Setup])
    ahead: list[Setup] = field(default_factory=list[Setup])
    left: dict[str, GenerationRequest] = field(default_factory=dict[str, GenerationRequest])
    saved: GenerationRequest | None = None


class DraftWalk:
    """Acts as a person would, and compares after each step. Raises `AssertionError` with the steps that led there."""

    actions: tuple[str, ...] = _ACTIONS

    def __init__(self, folder: Path, seed: int) -> None:
        self._rng, self._folder, self._number = random.Random(seed), folder, 0
        self._account, self._steps = Account(), list[str]()
        self._profiles = shipped_models()

    async def run(self, steps: int) -> Counter[str]:
        """Take so many steps; return how often each kind was taken."""
        counted = Counter[str]()
        await self._begin()
        for _ in range(steps):
            name = self._rng.choice(self.actions)
            action = getattr(self, f"_{name}")
            counted[name] += 1
            self._steps = [*self._steps[-12:], name]
            await action() if asyncio.iscoroutinefunction(action) else action()
            self._compare()
        await self._database.close()
        return counted

    # --- what a person does -------------------------------------------------------------------------------------------

    def _write(self) -> None:
        self._account.text = "".join(self._rng.choices("ab 🎬\n", k=self._rng.randrange(40)))
        self._model.set_prompt(self._account.text)

    def _switch(self) -> None:
        slug = self._rng.choice(sorted(self._model.profiles))
        request = self._model.request
        if slug == request.model:
            return
        self._remember()
        left = self._account.left.get(slug)
        self._account.left[request.model] = request
        self._model.set_model(slug)
        self._expect(self._model.request.model == slug, "the chosen model")
        if left is not None:
            now = self._model.request
            there = (now.mode, now.options, now.media, now.set_aside)
            self._expect(there == (left.mode, left.options, left.media, left.set_aside), "what was left there")

    def _change_mode(self) -> None:
        profile = self._profiles[self._model.request.model]
        mode = self._rng.choice(profile.modes)
        if mode.id == self._model.request.mode:
            return
        self._remember()
        self._model.set_mode(mode.id)
        self._expect(self._model.request.mode == mode.id, "the chosen mode")

    def _choose(self) -> None:
        options = [option for option in self._model.options if option.field in self._model.request.options]
        if options:
            option = self._rng.choice(options)
            value: OptionValue = any_value(option, self._rng)
            self._model.set_option(option.field, value)
            self._expect(self._model.request.options.get(option.field) == value, f"{option.field} = {value}")

    def _add(self) -> None:
        self._rearrange()
        if places := [place for place in self._model.places if place.can_add]:
            place = self._rng.choice(places)
            self._number += 1
            source = f"https://x.example/{self._number}.{_ENDINGS[place.kind]}"
            self._remember()
            self._account.media[place.kind.value, source] += 1
            self._model.set_media(place.role, (*place.sources, source))

    def _remove(self) -> None:
        self._rearrange()
        if place := self._filled():
            source = self._rng.choice(place.sources)
            self._remember()
            self._account.media -= Counter({(place.kind.value, source): 1})
            self._model.set_media(place.role, [other for other in place.sources if other != source])

    def _move(self) -> None:
        self._rearrange()
        if place := self._filled():
            source, target = self._rng.choice(place.sources), self._rng.choice(self._model.places)
            before = Setup.of(self._model.request)
            self._model.move_medium(source, target.role, self._rng.randrange(len(target.sources) + 1))
            if Setup.of(self._model.request) != before:
                self._account.back.append(before)
                self._account.ahead.clear()

    def _drop_aside(self) -> None:
        self._rearrange()
        aside = [medium for role in Role for medium in self._model.request.set_aside.get(role, ())]
        if aside:
            gone = self._rng.choice(aside)
            self._remember()
            self._account.media -= Counter({(gone.kind.value, gone.address): 1})
            self._model.drop_aside(gone.address)

    def _undo(self) -> None:
        self._rearrange()
        if self._model.history.can_undo:
            self._account.ahead.append(Setup.of(self._model.request))
            self._go(self._account.back.pop(), self._model.undo)

    def _redo(self) -> None:
        self._rearrange()
        if self._model.history.can_redo:
            self._account.back.append(Setup.of(self._model.request))
            self._go(self._account.ahead.pop(), self._model.redo)

    async def _save(self) -> None:
        await self._model.save()
        self._account.saved = self._model.request

    async def _kill(self) -> None:
        """The process ends without a word: what was saved last is there again, and nothing else."""
        await self._database.close()
        saved = self._account.saved
        self._account = Account(saved=saved)
        if saved is not None:
            self._account.text, self._account.media = saved.prompt, addresses(saved.media, saved.set_aside)
        await self._begin()
        if saved is not None:
            self._expect(replace(self._model.request, seen={}) == saved, "what was saved")

    # --- the account --------------------------------------------------------------------------------------------------

    async def _begin(self) -> None:
        self._database = Database(self._folder / "studio.db")
        await self._database.open()
        studio = ComposeStudio(self._folder, *self._profiles.values())
        studio.drafts = SqliteDrafts(self._database)  # pyright: ignore[reportAttributeAccessIssue] - the real one
        self._model = ComposeModel(self._start)  # pyright: ignore[reportArgumentType]
        await self._model.restore(studio)  # pyright: ignore[reportArgumentType] - shaped like the services

    def _start(self, work: Coroutine[object, object, object], **_: object) -> None:
        """Only what the walk itself does is done."""
        work.close()

    def _remember(self) -> None:
        self._account.back.append(Setup.of(self._model.request))
        self._account.back = self._account.back[-50:]
        self._account.ahead.clear()

    def _go(self, wanted: Setup, step: object) -> None:
        step()  # pyright: ignore[reportCallIssue]
        self._expect(Setup.of(self._model.request) == wanted, f"{wanted}, not {Setup.of(self._model.request)}")
        self._account.media = addresses(wanted.media, wanted.set_aside)

    def _rearrange(self) -> None:
        """What was left with other models is arranged differently by now."""
        self._account.left.clear()

    def _filled(self) -> MediaPlace | None:
        places = [place for place in self._model.places if place.media]
        return self._rng.choice(places) if places else None

    def _compare(self) -> None:
        request = self._model.request
        self._expect(request.prompt == self._account.text, "the text as it was written")
        there = addresses(request.media, request.set_aside)
        self._expect(there == self._account.media, f"the media {self._account.media}, not {there}")

    def _expect(self, holds: bool, what: str) -> None:
        assert holds, f"{what}; after {' → '.join(self._steps)}, at {self._model.request}"
