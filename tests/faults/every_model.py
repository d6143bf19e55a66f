"""Every mode of every model through the window's own path: chosen, filled, sent to the simulator, and the clip looked at."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.models.carry import ASPECT, RESOLUTION, SIZE
from sora_studio.domain.models.facts import SOUND
from sora_studio.domain.models.profile import DURATION, MediaKind, Mode, ModeKind, ModelProfile
from sora_studio.domain.models.shapes import as_lines, as_ratio, as_size
from sora_studio.domain.models.values import OptionValue, is_number
from sora_studio.domain.task import Phase, Task
from sora_studio.studio import Studio
from sora_studio.ui.compose.panel import ComposePanel
from sora_studio.ui.window.main_view import MainView
from tests.doubles.recordings import write_recording
from tests.integration.stage import until

MEDIA_S = 3.2
"""Length of the films and sounds that go in."""
_LATE_S = 0.35
_LORA = "https://models.example/style.safetensors"


@dataclass(frozen=True, slots=True)
class Stand:
    """A mode of a model, and what was wrong with its clip; empty: nothing."""

    model: str
    mode: str
    fault: str


class Library:
    """A picture, a film and a sound for every role."""

    def __init__(self, folder: Path) -> None:
        self._picture = folder / "still.png"
        Image.new("RGB", (640, 360), "orange").save(self._picture)
        self._film = write_recording(folder / "walk.mp4", seconds=MEDIA_S)
        self._sound = write_recording(folder / "voice.wav", seconds=MEDIA_S, video=None, audio="pcm_s16le")

    def medium(self, kind: MediaKind) -> str:
        match kind:
            case MediaKind.IMAGE:
                return str(self._picture)
            case MediaKind.VIDEO:
                return str(self._film)
            case MediaKind.AUDIO:
                return str(self._sound)
            case MediaKind.LORA:
                return _LORA


def fill(panel: ComposePanel, profile: ModelProfile, mode: Mode, media: Library, prompt: str) -> None:
    """Choose model and mode, give the media that the mode needs, and answer what it asks for, as the controls do."""
    model = panel._model
    model.set_model(profile.slug)
    for role in list(model.request.media):
        panel._pictures.put(role, ())
    model.set_mode(mode.id)
    slots = profile.media_in(mode.id)
    needed = [slot for slot in slots if slot.min] or (slots[:1] if mode.kind is not ModeKind.TEXT else ())
    for slot in needed:
        panel._pictures.put(slot.role, [media.medium(slot.kind)] * max(slot.min, 1))
    for option in profile.options_in(mode.id):
        if option.required and option.field not in model.request.options:
            model.set_option(option.field, option.choices[0].value if option.choices else True)
    panel._editor.replace(prompt)


async def walk(window: MainView, studio: Studio, media: Library, wanted: Sequence[str] = (), *, edge_px: int) -> list[Stand]:
    """Send each mode once, all of them by default; return what became of them. `edge_px` is the clips' longest short side."""
    panel, sent = window.compose, asyncio.Queue[object]()
    panel.submitted.connect(sent.put_nowait)
    modes = [(profile, mode) for profile in studio.profiles.values() for mode in profile.modes]
    chosen = [(profile, mode) for profile, mode in modes if not wanted or f"{profile.slug}:{mode.id}" in wanted]
    for number, (profile, mode) in enumerate(chosen):
        fill(panel, profile, mode, media, f"{profile.title}, {mode.title}: a pier at dawn, number {number}")
        panel.generate()
        try:
            async with asyncio.timeout(30):
                await sent.get()
        except TimeoutError:
            raise AssertionError((profile.slug, mode.id, dict(panel._model.problems))) from None
    tasks = await until(
        studio, lambda tasks: len(tasks) == len(chosen) and all(task.is_settled for task in tasks), within_s=600
    )
    faults = [judge(task, studio.profiles[task.request.model], edge_px=edge_px) for task in tasks]
    return [Stand(task.request.model, task.request.mode, fault) for task, fault in zip(tasks, faults, strict=True)]


def judge(task: Task, profile: ModelProfile, *, edge_px: int) -> str:
    """Return what is wrong with the clip of a task; empty if nothing is."""
    if task.phase is not Phase.READY or not task.clips or task.clips[0].film is None:
        return f"{task.phase}: {task.fail_message or task.trouble}"
    film = task.clips[0].film
    mode = profile.mode(task.request.mode) or profile.modes[0]
    meant = {**mode.fixed, **_meant(task, profile, mode)}
    return "; ".join(
        filter(
            None,
            (_length(film, meant, mode), _frame(film, meant, edge_px, has_media=bool(task.request.media)), _sound(film, meant)),
        )
    )


def _meant(task: Task, profile: ModelProfile, mode: Mode) -> dict[str, OptionValue]:
    meant = dict[str, OptionValue]()
    for option in profile.options_in(mode.id):
        if option.meaning and (value := task.request.options.get(option.field)) is not None:
            choice = option.choice(value)
            meant[option.meaning] = choice.means if choice else value
    return meant


def _length(film: FilmFacts, meant: dict[str, OptionValue], mode: Mode) -> str:
    wanted = meant.get(DURATION)
    if wanted is None:
        return ""
    seconds = float(wanted) if is_number(wanted) else MEDIA_S
    if mode.kind is ModeKind.EXTEND:  # the clip given, plus what follows
        seconds += MEDIA_S
    return "" if abs(film.duration_s - seconds) <= _LATE_S else f"{film.duration_s} s instead of {wanted}"


def _frame(film: FilmFacts, meant: dict[str, OptionValue], edge_px: int, *, has_media: bool) -> str:
    size = as_size(meant.get(SIZE))
    lines, ratio = as_lines(meant.get(RESOLUTION)), as_ratio(meant.get(ASPECT))
    if size is not None:
        lines, ratio = size.lines, size.ratio
    found = f"{film.width} × {film.height}"
    if lines is not None and abs(min(film.width, film.height) - min(lines, edge_px)) > 2:
        return f"{found} instead of {lines} lines"
    if ratio is not None and not has_media and abs(math.log(film.width / film.height / ratio)) > 0.03:
        return f"{found} instead of {ratio:.2f}:1"
    return ""


def _sound(film: FilmFacts, meant: dict[str, OptionValue]) -> str:
    wanted = meant.get(SOUND)
    if not isinstance(wanted, bool) or film.has_audio is wanted:
        return ""
    return "no sound" if wanted else "sound all the same"
