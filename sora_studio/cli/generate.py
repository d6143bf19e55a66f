"""`generate` and `watch`: submit tasks, follow them to their end, and report where the clips are."""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sora_studio.cli import again
from sora_studio.cli.commands import GenerateCommand, WatchCommand
from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.follow import Follower, is_answered, is_ended, is_settled
from sora_studio.cli.progress import ProgressLine
from sora_studio.cli.report import ProgressBar, Report, say
from sora_studio.clock import Clock
from sora_studio.domain import failures
from sora_studio.domain.errors import InvalidRequest, Problem, RequestRepeated
from sora_studio.domain.film_edit import FilmEdit
from sora_studio.domain.models.profile import MediaKind, ModelProfile, Role
from sora_studio.domain.picture import PictureEdit, PictureRoute
from sora_studio.domain.ports import TaskFilter
from sora_studio.domain.request import GenerationRequest, MediaEdit, as_draft, is_url, slot_of
from sora_studio.domain.settings import RELAY_URL_VARIABLE
from sora_studio.domain.successors import successor_slugs
from sora_studio.domain.task import Phase, Task, TaskSection
from sora_studio.services.models.typed_draft import mode_for, named_media, read_options, role_named

if TYPE_CHECKING:
    from sora_studio.studio import Studio

PUBLIC = {
    PictureRoute.BUCKET: "through your bucket, until the task ends.",
    PictureRoute.RELAY: "through your relay, until the task ends.",
    PictureRoute.COMMAND: "by your own command, for as long as that keeps it there.",
}
"""Completes the sentence `… becomes reachable on the internet`."""
FITS = "With --fit a copy that fits is sent instead."
HANDED_OVER = "Another Sora Studio uses this data folder: it sends and saves the tasks, and this command watches."
ITS_RELAY = f"It uses its own relay and picture settings, not {RELAY_URL_VARIABLE}."
STAYS = (
    "This command serves the pictures itself, so it keeps running until the service is done with them. To avoid that, use a "
    "bucket or a relay on your own host."
)
_UNFINISHED = frozenset({TaskSection.REVIEW, TaskSection.RUNNING, TaskSection.WAITING})


async def generate(command: GenerateCommand, studio: "Studio") -> ExitCode:
    """Submit, then follow to the end; with `--no-wait` to the service's answer, or until it has the pictures served here."""
    follower = _follower(studio, as_json=command.json, take_back=studio.submission.cancel)
    model = command.model or studio.settings.current.model
    request = request_from(command, model, studio.profiles.get(model))
    request = replace(request, callback=_wants_report(command, studio))
    _say_what_becomes_public(studio, request)
    added = await _submit(command, studio, request)
    if words := batch_words(len(added) // command.takes, command.takes, len(added)):
        say(words)
    _introduce(studio)
    is_done = _settled(studio) if command.wait else is_answered
    if not command.wait and _lends_itself(studio, request):
        say(STAYS)
        is_done = is_ended
    code = await follower.run([task.id for task in added], is_done=is_done)
    await _name_other_models(studio, added)
    return code


async def follow_to_end(studio: "Studio", added: Sequence[Task], *, as_json: bool) -> ExitCode:
    """Follow tasks that were just added until nothing more happens to them."""
    _introduce(studio)
    follower = _follower(studio, as_json=as_json, take_back=studio.submission.cancel)
    return await follower.run([task.id for task in added], is_done=_settled(studio))


async def _name_other_models(studio: "Studio", tasks: Sequence[Task]) -> None:
    """After the service refused the model, say which ones take the draft over, and how to see what would change."""
    rows = await studio.tasks.get_many([task.id for task in tasks])
    refused = next((row for row in rows if row.phase is Phase.FAILED and row.fail_code in failures.OF_THE_MODEL), None)
    profile = studio.profiles.get(refused.request.model) if refused else None
    if profile is None:
        return
    if others := successor_slugs(profile, studio.profiles, refused=studio.model_blocks.refused):
        say(f"Other models for this draft: {', '.join(others)}.")
        say(f"What would change: sora-studio carry --from {profile.slug} --to {others[0]}")


async def _submit(command: GenerateCommand, studio: "Studio", request: GenerationRequest) -> list[Task]:
    """Submit, after asking before an equal request is paid for twice; refuse it if there is no terminal to ask on."""
    try:
        return await studio.submission.submit(request, takes=command.takes, again=command.again)
    except InvalidRequest as invalid:
        if await _would_fit(studio, request):
            raise InvalidRequest([*invalid.problems, Problem("images", FITS)]) from None
        raise
    except RequestRepeated as repeated:
        if not again.can_ask():
            raise RequestRepeated(
                seconds_ago=repeated.seconds_ago, task=repeated.task, advice="Nothing was sent now; --again sends it once more."
            ) from None
        if not await again.is_wanted(repeated):
            raise
        return await studio.submission.submit(request, takes=command.takes, again=True)


async def watch(command: WatchCommand, studio: "Studio") -> ExitCode:
    """Follow all tasks that are unfinished now."""
    follower = _follower(studio, as_json=command.json)
    index = await studio.tasks.index(TaskFilter(gateway=studio.gateway_name))
    unfinished = [task for section, task in index if section in _UNFINISHED]
    if not unfinished:
        say("Nothing is unfinished.")
    else:
        _introduce(studio)
    return await follower.run(sorted(unfinished), is_done=_settled(studio))


def _settled(studio: "Studio") -> Callable[[Task], bool]:
    """Return a predicate for tasks that are settled; an unclear one may still be settled by its report."""
    return lambda task: is_settled(task) and not studio.reports.may_settle(task)


def request_from(command: GenerateCommand, model: str, profile: ModelProfile | None) -> GenerationRequest:
    """Return the request, with mode, options and media read by the profile; without one, validation rejects it.

    Raises `InvalidRequest` listing all media that cannot be named.
    """
    if profile is None:
        return GenerationRequest(model, command.prompt, dict(command.choices), command.route)
    roles = [role for word, _ in command.media if (role := role_named(word))]
    mode = mode_for(profile, command.mode, [*roles, *(Role.FIRST for _ in command.images)])
    media, refusals = named_media(command.images, command.media, mode, profile)
    problems = [Problem("images", refusal.say) for refusal in refusals]
    if Role.FIRST in roles and len(media.get(Role.FIRST, ())) > 1:
        problems.append(Problem("images", "Several first pictures make several tasks; name them with --image."))
    if problems:
        raise InvalidRequest(problems)
    request = GenerationRequest(
        model, command.prompt, read_options(command.choices, mode, profile), command.route, mode=mode, media=media
    )
    edits: dict[str, MediaEdit] = {
        medium.address: PictureEdit(convert=True) if medium.kind is MediaKind.IMAGE else FilmEdit(convert=True)
        for found in media.values()
        for medium in found
        if command.fit and not is_url(medium.address)
    }
    return replace(request, edits=edits)


async def _would_fit(studio: "Studio", request: GenerationRequest) -> bool:
    """Return whether a converted copy of some rejected picture could be sent."""
    profile = studio.profiles.get(request.model)
    if profile is None or request.edits:
        return False
    draft = as_draft(request, profile)
    places = [(medium, slot_of(profile, draft.mode, role)) for role, found in draft.media.items() for medium in found]
    looks = [
        await studio.pictures.look(medium.address, PictureEdit(), slot)
        for medium, slot in places
        if slot and medium.kind is MediaKind.IMAGE and not is_url(medium.address)
    ]
    return any(look.offer for look in looks)


def _say_what_becomes_public(studio: "Studio", request: GenerationRequest) -> None:
    route = studio.publishing.route_for(request)
    if route and (count := len(request.files)) and not studio.publishing.stays_here(route):
        which = "The picture becomes" if count == 1 else f"The {count} pictures become"
        say(f"{which} reachable on the internet {PUBLIC[route]}")


def batch_words(pictures: int, takes: int, tasks: int) -> str:
    """Return how many tasks several pictures make; empty for fewer than two pictures."""
    if pictures < 2:
        return ""
    each = f", {takes} takes each" if takes > 1 else ""
    return f"{pictures} pictures{each}: {tasks} {'task' if tasks == 1 else 'tasks'}."


def _lends_itself(studio: "Studio", request: GenerationRequest) -> bool:
    """Return whether the pictures become unavailable when this process ends."""
    if not studio.tracking.is_owner or not request.files:
        return False
    return studio.reports.relay_is_here and studio.publishing.route_for(request) is PictureRoute.RELAY


def _wants_report(command: GenerateCommand, studio: "Studio") -> bool:
    """Return the command line's choice, else the settings' choice if a relay is set up."""
    if command.callback is None:
        return studio.settings.current.callback and studio.reports.state.configured
    return command.callback


def _follower(studio: "Studio", *, as_json: bool, take_back: Callable[[int], Awaitable[bool]] | None = None) -> Follower:
    bar, clock = ProgressBar(), Clock()
    report, progress = Report(as_json=as_json, bar=bar), ProgressLine(bar, studio.profiles, clock, studio.estimates.usual_time)
    standing = studio.notices.current
    return Follower(studio.events, studio.tasks.get_many, report, progress, clock, standing=standing, take_back=take_back)


def _introduce(studio: "Studio") -> None:
    if studio.tracking.is_owner:
        return
    say(f"{HANDED_OVER} {ITS_RELAY}" if os.environ.get(RELAY_URL_VARIABLE) else HANDED_OVER)
