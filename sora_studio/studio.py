"""Builds the core: `open_studio` is the only place that names concrete classes."""

import asyncio
import os
import random
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sora_studio import paths
from sora_studio.clock import Clock
from sora_studio.domain.errors import ProfileError
from sora_studio.domain.events import EventBus, MigrationProgressed, NoticeLevel
from sora_studio.domain.models.profile import ModelProfile
from sora_studio.domain.ports import KeyStatus
from sora_studio.domain.proxies import read_proxies
from sora_studio.domain.public_addresses import is_public_url
from sora_studio.domain.settings import (
    BASE_URL_VARIABLE,
    RELAY_URL_VARIABLE,
    Settings,
    check_base_url,
    is_loopback,
    models_url_for,
    origin_of,
)
from sora_studio.gateway.client import GatewayClient
from sora_studio.gateway.connections import trusted_authorities
from sora_studio.gateway.picture_checker import HttpPictureChecker
from sora_studio.gateway.transfer import FilmTransfer
from sora_studio.launch import Launch
from sora_studio.media.local import LocalMedia
from sora_studio.routes import build_hosts, build_relay, relay_settings
from sora_studio.services.callbacks.relay_link import RelayChoice, choose_relay
from sora_studio.services.callbacks.relay_token import RelayToken
from sora_studio.services.callbacks.reports import Reports
from sora_studio.services.clips import clip_files
from sora_studio.services.clips.file_presence import FilePresence
from sora_studio.services.clips.filmstrips import Filmstrips
from sora_studio.services.clips.retrieval import Retrieval
from sora_studio.services.clips.saving import Shelf
from sora_studio.services.clips.stray_pictures import PictureFolders, StrayPictures
from sora_studio.services.engine import Engine, Outside
from sora_studio.services.library.exporting.clip_copying import ClipCopying
from sora_studio.services.library.exporting.exporting import Exporting
from sora_studio.services.library.importing.importing import Importing
from sora_studio.services.library.importing.prompts import PromptSending, PromptTables
from sora_studio.services.library.judging import Judging
from sora_studio.services.library.library import Library
from sora_studio.services.library.project_keeping import ProjectKeeping
from sora_studio.services.library.spelling import Spelling
from sora_studio.services.library.trash import Trash
from sora_studio.services.models.estimates import Estimates
from sora_studio.services.models.model_library import ModelLibrary
from sora_studio.services.money.balance import Balance
from sora_studio.services.money.spending import Spending
from sora_studio.services.pictures.bucket_keys import BucketKeys
from sora_studio.services.pictures.copies import Copies
from sora_studio.services.pictures.pictures import Pictures
from sora_studio.services.pictures.preparing import Preparation
from sora_studio.services.pictures.publishing import Publishing
from sora_studio.services.pictures.recordings import Recordings
from sora_studio.services.polling.tracking import Tracking
from sora_studio.services.runtime.backup_schedule import BackupSchedule
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.credentials import Credentials
from sora_studio.services.runtime.notices import ADDRESS, DATABASE, PROXY, Notices
from sora_studio.services.runtime.settings_service import SettingsService
from sora_studio.services.runtime.supervision import Supervisor
from sora_studio.services.runtime.undo_steps import UndoSteps
from sora_studio.services.tasks.destinations import Destinations
from sora_studio.services.tasks.model_blocks import ModelBlocks
from sora_studio.services.tasks.send_pause import SendPause
from sora_studio.services.tasks.submission import Submission
from sora_studio.services.tasks.task_editing import TaskEditing
from sora_studio.services.tasks.task_writer import TaskWriter
from sora_studio.services.tasks.waiting_tasks import WaitingTasks
from sora_studio.services.writing.documents import Documents
from sora_studio.services.writing.hinting import Hinting
from sora_studio.services.writing.prompt_library import PromptLibrary
from sora_studio.services.writing.spell_checker import SpellChecker
from sora_studio.services.writing.variation_batch import VariationBatch
from sora_studio.services.writing.versions import Versions
from sora_studio.storage.data_folder import prepare_data_folder
from sora_studio.storage.database import Database
from sora_studio.storage.decision_file import DecisionFile
from sora_studio.storage.draft_search import DraftSearch
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.storage.family import SqliteFamilies
from sora_studio.storage.hint_choices import HintChoicesFile
from sora_studio.storage.history import SqliteHistory
from sora_studio.storage.library_queries import LibraryQueries
from sora_studio.storage.library_tiles import SqliteTiles
from sora_studio.storage.lock import DataFolderLock
from sora_studio.storage.metadata_due import SqliteMetadataDue
from sora_studio.storage.model_files import ModelFiles
from sora_studio.storage.pause_marker import PauseMarker
from sora_studio.storage.picture_owners import PictureOwners
from sora_studio.storage.profiles import load_profiles
from sora_studio.storage.projects import SqliteProjects
from sora_studio.storage.prompt_files import PromptFiles
from sora_studio.storage.prompt_item_files import PromptItemFiles
from sora_studio.storage.publications import SqlitePublications
from sora_studio.storage.secrets import KeyStores
from sora_studio.storage.settings import SettingsFile
from sora_studio.storage.shared_facts import SqliteSharedFacts
from sora_studio.storage.tasks import SqliteTasks
from sora_studio.storage.trash import SqliteTrash
from sora_studio.storage.version_history import SqliteVersions
from sora_studio.transfers import build_exporting, build_importing, build_prompt_sending, build_prompt_tables

if TYPE_CHECKING:
    from sora_studio.services.models.model_check import ModelCheck


@dataclass(frozen=True, slots=True)
class Studio:
    """The services of one open data folder, complete and running, as `open_studio` yields them.

    `tasks` is for reading: only the services write to it.
    `retry` makes everything that waits for the connection, credit or a folder retry at once.
    """

    data_dir: Path
    gateway_name: str
    profiles: Mapping[str, ModelProfile]
    profile_errors: Sequence[ProfileError]
    events: EventBus
    notices: Notices
    settings: SettingsService
    credentials: Credentials
    bucket_keys: BucketKeys
    relay_token: RelayToken
    submission: Submission
    task_editing: TaskEditing
    tracking: Tracking
    retrieval: Retrieval
    library: Library
    judging: Judging
    undo_steps: UndoSteps
    documents: Documents
    prompt_library: PromptLibrary
    variation_batch: VariationBatch
    versions: Versions
    project_keeping: ProjectKeeping
    hinting: Hinting
    decision_file: DecisionFile
    trash: Trash
    exporting: Exporting
    importing: Importing
    clip_copying: ClipCopying
    prompt_tables: PromptTables
    prompt_sending: PromptSending
    projects: SqliteProjects
    queries: LibraryQueries
    spelling: Spelling
    spell_checker: SpellChecker
    tiles: SqliteTiles
    families: SqliteFamilies
    shared_facts: SqliteSharedFacts
    tasks: SqliteTasks
    drafts: SqliteDrafts
    file_presence: FilePresence
    filmstrips: Filmstrips
    balance: Balance
    spending: Spending
    estimates: Estimates
    publishing: Publishing
    pictures: Pictures
    recordings: Recordings
    reports: Reports
    models: ModelLibrary
    model_blocks: ModelBlocks
    send_pause: SendPause
    waiting_tasks: WaitingTasks
    retry: Callable[[], None]


@asynccontextmanager
async def open_studio(
    *,
    data_dir: Path,
    base_url: str | None = None,
    output_dir: Path | None = None,
    speed: float = 1.0,
    gateway_name: str | None = None,
    keys: KeyStores | None = None,
    events: EventBus | None = None,
    rng: random.Random | None = None,
) -> AsyncGenerator[Studio]:
    """Open a data folder, own it if no other process does, resume its tasks, and yield the services.

    `speed` is how many times faster than real time the service runs. `gateway_name` labels the tasks' gateway; by default
    the origin of the base URL. `events` also carries the notices of the start, for earlier subscribers.

    On exit, creates in flight finish within 5 s or become unclear; then everything is closed. A part that fails to close does
    not keep the others open. Raises `DataFolderUnusable`, `DatabaseUnusable`, `StorageFull` or `InvalidSetting`.
    """
    launch = Launch(
        data_dir=data_dir,
        base_url=base_url,
        output_dir=output_dir,
        speed=speed,
        gateway_name=gateway_name,
        keys=keys or KeyStores(),
        clock=Clock(),
        rng=rng or random.Random(),  # noqa: S311 - spreads requests in time, nothing secret
    )
    async with AsyncExitStack() as stack:
        yield await _Assembly(launch, events or EventBus(), stack).build()


class _Assembly:
    """Builds a studio step by step. Everything that must be closed is pushed on `stack` before it is used."""

    settings: SettingsService
    engine: Engine

    def __init__(self, launch: Launch, events: EventBus, stack: AsyncExitStack) -> None:
        self._launch = launch
        self._stack = stack
        self._events = events
        self._keys = launch.keys
        self._notices = Notices(events)
        self._proxies = read_proxies()
        self._supervisor = Supervisor(launch.clock, self._notices)
        self._database = Database(launch.data_dir / "studio.db")
        self._tasks = SqliteTasks(self._database)
        self._lock = DataFolderLock(launch.data_dir)
        self._bucket_keys = BucketKeys(self._keys.bucket_key_id, self._keys.bucket_secret, on_change=self._routes_changed)
        self._relay_token = RelayToken(self._keys.relay_token, on_change=self._relay_changed)
        named_relay = os.environ.get(RELAY_URL_VARIABLE, "").strip()
        # A demo uses no relay on the internet, but may be used to try one on this machine.
        self._named_relay = "" if launch.is_demo and not is_loopback(named_relay) else named_relay

    async def build(self) -> Studio:
        """Open everything, start working, and return the studio."""
        launch = self._launch
        await asyncio.to_thread(prepare_data_folder, launch.data_dir)
        self.settings = await self._load_settings()
        base_url = check_base_url(launch.base_url or os.environ.get(BASE_URL_VARIABLE) or self.settings.current.base_url)
        reading = asyncio.create_task(asyncio.to_thread(self._read_profiles))
        loading_key = asyncio.create_task(self._keys.api_key.load())
        try:
            await self._open_database()  # meanwhile: SQLite checks a large file for a while, without Python's lock
            profiles, profile_errors = await reading
            key_status = await loading_key
        finally:
            reading.cancel()
            loading_key.cancel()
        profiles = {slug: profile.faster(launch.speed) for slug, profile in profiles.items()}
        if self._proxies.problems:
            self._notices.post(PROXY, NoticeLevel.WARNING, " ".join(self._proxies.problems))
        gateway = GatewayClient(base_url, key=lambda: self._keys.api_key.key, clock=launch.clock, proxies=self._proxies)
        self._stack.push_async_callback(gateway.close)
        core = self._build_core(gateway, profiles, base_url)
        studio = self._build_services(core, gateway, profile_errors, key_status, base_url)
        await self._load_other_keys()
        await self.engine.begin()
        backups = BackupSchedule(self._back_up, self._notices, launch.clock, is_owner=self._is_owner)
        self._supervisor.keep(backups.run, name="backups")
        self._supervisor.keep(self._build_stray_pictures(core).run, name="stray pictures")
        return studio

    def _read_profiles(self) -> tuple[dict[str, ModelProfile], list[ProfileError]]:
        trusted_authorities()  # all connections need them, and reading them blocks
        return load_profiles(_shipped("models"), self._launch.data_dir / "models")

    async def _back_up(self, now: datetime) -> bool:
        return await self._database.back_up(now, most_bytes=self.settings.current.backup_limit_bytes)

    def _build_stray_pictures(self, core: Core) -> StrayPictures:
        folder = self._launch.data_dir
        folders = PictureFolders(folder / "posters", folder / "filmstrips", folder / "frames")
        return StrayPictures(core, PictureOwners(self._database), folders, is_owner=self._is_owner)

    async def _load_settings(self) -> SettingsService:
        launch, file = self._launch, SettingsFile(self._launch.data_dir / "settings.toml")
        return SettingsService(
            await asyncio.to_thread(file.load),
            trouble=file.trouble,
            save=file.save,
            try_folder=clip_files.try_out,
            apply=self._apply_settings,
            output_dir=launch.output_dir,
            default_output_dir=launch.data_dir / "clips" if launch.is_demo else paths.videos_dir(),
        )

    async def _open_database(self) -> None:
        self._stack.callback(self._lock.release)
        self._stack.push_async_callback(self._database.close)
        try:
            rescue = await self._database.open(
                guest=not self._lock.try_acquire(),
                on_update=lambda fraction: self._events.publish(MigrationProgressed(fraction)),
            )
        finally:
            self._events.publish(MigrationProgressed(1.0))
        if rescue is not None:
            self._notices.post(DATABASE, NoticeLevel.WARNING, rescue.sentence)

    async def _load_other_keys(self) -> None:
        if self.settings.current.bucket_name:
            await self._bucket_keys.load()
        if self._named_relay:
            await self._relay_token.load()

    def _build_core(self, gateway: GatewayClient, profiles: Mapping[str, ModelProfile], base_url: str) -> Core:
        launch = self._launch
        return Core(
            task_writer=TaskWriter(self._tasks, launch.clock, self._notices),
            gateway=gateway,
            profiles=profiles,
            events=self._events,
            notices=self._notices,
            supervisor=self._supervisor,
            clock=launch.clock,
            rng=launch.rng,
            gateway_name=launch.gateway_name or origin_of(base_url),
            speed=launch.speed,
            service_is_public=is_public_url(base_url),
        )

    def _build_services(
        self, core: Core, gateway: GatewayClient, profile_errors: Sequence[ProfileError], key_status: KeyStatus, base_url: str
    ) -> Studio:
        launch, settings, gateway_is_loopback = self._launch, self.settings, is_loopback(base_url)
        transfer = FilmTransfer(gateway_is_loopback=gateway_is_loopback, clock=launch.clock, proxies=self._proxies)
        self._stack.push_async_callback(transfer.close)
        checker = HttpPictureChecker(gateway_is_loopback=gateway_is_loopback, clock=launch.clock, proxies=self._proxies)
        self._stack.push_async_callback(checker.close)
        media = LocalMedia()
        self._stack.callback(media.close)
        preparation = Preparation(media)
        recordings = Recordings(media, checker, launch.data_dir / "prepared")
        relay = build_relay(
            partial(self._choose_relay, gateway_is_loopback=gateway_is_loopback),
            launch.data_dir / "relay",
            self._relay_token,
            clock=launch.clock,
            proxies=self._proxies,
            is_owner=self._is_owner,
        )
        self._stack.push_async_callback(relay.close)
        hosts = build_hosts(
            lambda: settings.current, self._keys, relay, proxies=self._proxies, prefers_relay=bool(self._named_relay)
        )
        publishing = Publishing(
            core,
            Copies(preparation, recordings),
            checker,
            SqlitePublications(self._database),
            hosts.available,
            hosts.chosen,
            gateway_is_loopback=gateway_is_loopback,
            relay_is_private=lambda: relay.choice.is_private,
        )
        projects, drafts = SqliteProjects(self._database), SqliteDrafts(self._database)
        outside = Outside(
            transfer=transfer,
            media=media,
            publishing=publishing,
            lock=self._lock,
            pause_marker=PauseMarker(launch.data_dir),
            metadata_due=SqliteMetadataDue(self._database),
            destinations=Destinations(projects.get, drafts.project_of, named=launch.output_dir),
            shelf=lambda: Shelf(settings.output_dir, settings.current.file_template, launch.data_dir / "posters"),
            has_key=lambda: self._keys.api_key.key is not None,
            requests_last_minute=lambda: gateway.requests_last_minute,
            relay=relay,
            limits=lambda: settings.current.day_limits,
            batch_ask_usd=lambda: settings.current.batch_ask_usd,
        )
        engine = self.engine = Engine(core, outside)
        self._stack.push_async_callback(engine.finish)
        steps = UndoSteps(core)
        judging = Judging(core, SqliteHistory(self._database), steps)
        prompts = PromptFiles(_shipped("prompts"), launch.data_dir / "prompts")
        hinting = Hinting(prompts, HintChoicesFile(launch.data_dir))
        self._stack.callback(hinting.close)
        trash = Trash(core, SqliteTrash(self._database), is_owner=self._is_owner)
        queries = LibraryQueries(self._database)
        self._supervisor.keep(trash.run, name="trash")
        versions = Versions(core, SqliteVersions(self._database), steps, is_owner=self._is_owner)
        self._supervisor.keep(versions.run, name="versions")
        return Studio(
            data_dir=launch.data_dir,
            gateway_name=core.gateway_name,
            profiles=core.profiles,
            profile_errors=profile_errors,
            events=self._events,
            notices=self._notices,
            settings=settings,
            credentials=Credentials(
                self._keys.api_key, key_status, balance_of=gateway.balance_of, on_change=engine.key_changed
            ),
            bucket_keys=self._bucket_keys,
            relay_token=self._relay_token,
            submission=engine.submission,
            task_editing=engine.task_editing,
            tracking=engine.tracking,
            retrieval=engine.retrieval,
            library=Library(core, lambda: settings.output_dir),
            judging=judging,
            undo_steps=steps,
            documents=Documents(core, drafts, DraftSearch(self._database), steps),
            prompt_library=PromptLibrary(core, PromptItemFiles(_shipped("prompts"), launch.data_dir / "prompts"), steps),
            variation_batch=VariationBatch(core.profiles, engine.submission),
            versions=versions,
            project_keeping=ProjectKeeping(core, projects, steps),
            hinting=hinting,
            decision_file=DecisionFile(launch.data_dir),
            trash=trash,
            exporting=build_exporting(self._database, media, core.profiles, launch.clock.now),
            importing=build_importing(self._database, media, launch.data_dir, lambda: settings.output_dir, core=core),
            clip_copying=ClipCopying(),
            prompt_tables=build_prompt_tables(core, drafts, engine.estimates, lambda: settings.current.model),
            prompt_sending=build_prompt_sending(engine, judging, projects, lambda: settings.current.callback),
            projects=projects,
            queries=queries,
            spelling=Spelling(queries, launch.clock),
            spell_checker=SpellChecker(launch.data_dir),
            tiles=SqliteTiles(self._database),
            families=SqliteFamilies(self._database),
            shared_facts=SqliteSharedFacts(self._database),
            tasks=self._tasks,
            drafts=drafts,
            file_presence=engine.file_presence,
            filmstrips=engine.filmstrips,
            balance=engine.balance,
            spending=engine.spending,
            estimates=engine.estimates,
            publishing=publishing,
            pictures=Pictures(media, preparation, checker, launch.data_dir / "frames"),
            recordings=recordings,
            reports=engine.reports,
            models=self._build_models(base_url),
            model_blocks=engine.model_blocks,
            send_pause=engine.send_pause,
            waiting_tasks=engine.waiting_tasks,
            retry=engine.retry,
        )

    def _build_models(self, base_url: str) -> ModelLibrary:
        folder = self._launch.data_dir / "models"

        def check_of(profiles: Mapping[str, ModelProfile]) -> "ModelCheck":
            # Imported late: a check is rare, and the window is usable sooner without.
            from sora_studio.gateway.model_index import HttpModelIndex  # noqa: PLC0415
            from sora_studio.services.models.model_check import ModelCheck  # noqa: PLC0415
            from sora_studio.storage.proposals import save_proposal  # noqa: PLC0415

            address = models_url_for(self.settings.current.models_url, base_url)
            return ModelCheck(
                fetch=HttpModelIndex(address, proxies=self._proxies).fetch,
                profiles=profiles,
                save=partial(save_proposal, folder / "proposed"),
                today=lambda: datetime.now(UTC).date(),
            )

        return ModelLibrary(ModelFiles(_shipped("models"), folder), folder, check_of)

    def _choose_relay(self, *, gateway_is_loopback: bool) -> RelayChoice:
        return choose_relay(self.settings.current, named_url=self._named_relay, gateway_is_loopback=gateway_is_loopback)

    async def _apply_settings(self, before: Settings) -> None:
        settings = self.settings.current
        if settings.base_url != before.base_url:
            words = "The new address is used from the next start. Running tasks stay with their current service."
            self._notices.post(ADDRESS, NoticeLevel.INFO, words)
        if settings.bucket_name:
            await self._bucket_keys.load()
        self.engine.retrieval.resume()
        self.engine.spending.limits_changed()
        if relay_settings(settings) != relay_settings(before):
            await self.engine.reports.change()
        self._routes_changed()

    async def _relay_changed(self) -> None:
        await self.engine.reports.change()
        self._routes_changed()

    def _routes_changed(self) -> None:
        self.engine.ways_changed()

    def _is_owner(self) -> bool:
        return self.engine.ownership.is_owner


def _shipped(folder: str) -> Path:
    return paths.resources_dir() / folder
