"""Puts the core together: the only file that names concrete parts. Built once and handed down."""

import asyncio
import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from sora_studio import paths
from sora_studio.domain.errors import InvalidSetting, ProfileError
from sora_studio.domain.events import EventBus, NoticeLevel, NoticeRaised
from sora_studio.domain.naming import check_template
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.ports import Clock, KeyStore, PictureHost
from sora_studio.domain.profile import ModelProfile
from sora_studio.domain.public_addresses import is_public_url
from sora_studio.domain.settings import (
    BASE_URL_VARIABLE,
    RELAY_URL_VARIABLE,
    RelayPlace,
    Settings,
    check_base_url,
    check_bucket_endpoint,
    check_bucket_name,
    check_port,
    check_relay_url,
    is_loopback,
)
from sora_studio.gateway.client import GatewayClient
from sora_studio.gateway.connections import trusted_authorities
from sora_studio.gateway.picture_checker import HttpPictureChecker
from sora_studio.gateway.relay_client import RelayClient
from sora_studio.gateway.transfer import FilmTransfer
from sora_studio.hosting.bucket import BucketHost
from sora_studio.hosting.command import CommandHost
from sora_studio.media.local import LocalMedia
from sora_studio.relay.embedded import EmbeddedRelay
from sora_studio.services.callbacks.relay_link import RelayChoice, RelayLink, choose_relay
from sora_studio.services.callbacks.relay_token import RelayToken
from sora_studio.services.callbacks.reports import Reports
from sora_studio.services.clips import clip_files
from sora_studio.services.clips.retrieval import Retrieval
from sora_studio.services.clips.saving import Shelf
from sora_studio.services.engine import Engine, Outside
from sora_studio.services.library.library import Library
from sora_studio.services.money.balance import Balance
from sora_studio.services.money.spending import Spending
from sora_studio.services.pictures.bucket_keys import BucketKeys
from sora_studio.services.pictures.pictures import Pictures
from sora_studio.services.pictures.preparing import Preparation
from sora_studio.services.pictures.publishing import Publishing
from sora_studio.services.polling.tracking import Tracking
from sora_studio.services.runtime.backup_schedule import BackupSchedule
from sora_studio.services.runtime.clock import SystemClock
from sora_studio.services.runtime.core import Core
from sora_studio.services.runtime.credentials import Credentials
from sora_studio.services.runtime.notices import ADDRESS, DATABASE, Notices
from sora_studio.services.runtime.supervision import Supervisor
from sora_studio.services.tasks.submission import Submission
from sora_studio.services.tasks.task_writer import TaskWriter
from sora_studio.storage import secrets
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.storage.lock import DataFolderLock
from sora_studio.storage.profiles import load_profiles
from sora_studio.storage.publications import SqlitePublications
from sora_studio.storage.secrets import KeyringKeys
from sora_studio.storage.settings import SettingsFile
from sora_studio.storage.tasks import SqliteTasks

SIMULATOR = "simulator"


class Studio:
    """The whole core for one data folder. Build it, `await start()`, use its services, `await stop()`; once each.

    `speed` is how many times faster than life the service runs. `gateway_name` is what tasks are filed under; without it, the
    origin of the base URL. `settings_trouble` says what of the settings file could not be used. The services exist once `start`
    has returned; `events` can be listened to before.
    """

    profiles: Mapping[str, ModelProfile]
    profile_errors: Sequence[ProfileError]
    settings: Settings
    settings_trouble: str
    gateway_name: str
    submission: Submission
    tracking: Tracking
    retrieval: Retrieval
    library: Library
    credentials: Credentials
    balance: Balance
    spending: Spending
    publishing: Publishing
    pictures: Pictures
    reports: Reports

    def __init__(
        self,
        *,
        data_dir: Path,
        base_url: str | None = None,
        output_dir: Path | None = None,
        speed: float = 1.0,
        gateway_name: str | None = None,
        keys: KeyStore | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.events = EventBus()
        self._data_dir = data_dir
        self._given_url = base_url
        self._given_output_dir = output_dir
        self._speed = speed
        self._given_name = gateway_name
        self._keys: KeyStore = keys or KeyringKeys()
        self._bucket_key_id: KeyStore = secrets.bucket_key_id()
        self._bucket_secret: KeyStore = secrets.bucket_secret()
        self.bucket_keys = BucketKeys(self._bucket_key_id, self._bucket_secret, on_change=self._ways_changed)
        self._relay_token: KeyStore = secrets.relay_token()
        self.relay_token = RelayToken(self._relay_token, on_change=self._renew_relay)
        self._clock: Clock = clock or SystemClock()
        self._rng = rng or random.Random()  # noqa: S311 - spreads requests in time, nothing secret
        self._notices = Notices(self.events)
        self._supervisor = Supervisor(self._clock, self._notices)
        self._settings_file = SettingsFile(data_dir / "settings.toml")
        self._database = Database(data_dir / "studio.db")
        self._lock = DataFolderLock(data_dir)
        self._relay = self._build_relay()
        self._loopback, self._named_relay = False, ""
        self._connections = list[GatewayClient | FilmTransfer | HttpPictureChecker]()
        self._engine: Engine | None = None

    @property
    def is_demo(self) -> bool:
        """Whether this runs on the built-in simulator."""
        return self._given_name == SIMULATOR

    @property
    def secrets(self) -> tuple[str | None, ...]:
        """All that no log may hold."""
        return (self._keys.key, self._bucket_key_id.key, self._bucket_secret.key, self._relay_token.key)

    @property
    def notices(self) -> tuple[NoticeRaised, ...]:
        """The notices that hold now, for who begins to listen late."""
        return self._notices.current

    @property
    def data_dir(self) -> Path:
        """Where the studio keeps what is its own."""
        return self._data_dir

    @property
    def output_dir(self) -> Path:
        """Where clips go."""
        own = self._data_dir / "clips" if self.is_demo else paths.videos_dir()
        return self._given_output_dir or self.settings.output_dir or own

    async def start(self) -> None:
        """Open the database, load key and profiles, become the owner if nobody is, and resume.

        Raises `DatabaseUnusable`, `StorageFull` or `InvalidSetting`; `stop` then tidies up.
        """
        self.settings = await asyncio.to_thread(self._settings_file.load)
        self.settings_trouble = self._settings_file.trouble
        named_relay = os.environ.get(RELAY_URL_VARIABLE, "").strip()
        # Nothing of a demo goes out to the internet, but a relay on this machine may be tried out with it.
        self._named_relay = "" if self.is_demo and not is_loopback(named_relay) else named_relay
        base_url = check_base_url(self._given_url or os.environ.get(BASE_URL_VARIABLE) or self.settings.base_url)
        await asyncio.to_thread(self._load_profiles)
        await asyncio.to_thread(trusted_authorities)  # both connections need them, and reading them blocks
        rescue = await self._database.open(guest=not self._lock.try_acquire())
        if rescue is not None:
            self._notices.post(DATABASE, NoticeLevel.WARNING, rescue.sentence)
        self._loopback = is_loopback(base_url)
        self._choose_relay()
        engine = self._engine = self._build(base_url)
        await self.credentials.load()
        if self.settings.bucket_name:
            await self.bucket_keys.load()
        if self._named_relay:
            await self.relay_token.load()
        await engine.begin()
        backup_schedule = BackupSchedule(
            self._database.back_up, self._notices, self._clock, is_owner=lambda: engine.ownership.is_owner
        )
        self._supervisor.keep(backup_schedule.run, name="backups")

    async def stop(self) -> None:
        """Creates in flight finish within 5 s or become unclear, then everything is closed. Fine after a failed start too."""
        if self._engine is not None:
            await self._engine.finish()
        await self._relay.close()
        for connections in self._connections:
            await connections.close()
        await self._database.close()
        self._lock.release()

    async def change_settings(self, settings: Settings) -> None:
        """Keep them and use them at once; a new address is used from the next start. Raises `InvalidSetting`, `StorageFull`."""
        check_base_url(settings.base_url)
        check_template(settings.file_template)
        if settings.bucket_name:
            check_bucket_name(settings.bucket_name)
            if settings.bucket_endpoint:
                check_bucket_endpoint(settings.bucket_endpoint)
            await self.bucket_keys.load()
        if settings.relay is not RelayPlace.NONE:
            if settings.relay_url:  # the place is chosen before its address is typed
                check_relay_url(settings.relay_url)
            check_port(settings.relay_port)
        if settings.output_dir is not None and settings.output_dir != self.settings.output_dir:
            await _check_folder(settings.output_dir)
        await asyncio.to_thread(self._settings_file.save, settings)
        before, self.settings = self.settings, settings
        if settings.base_url != before.base_url:
            words = "The new address is used from the next start on. Running tasks stay with the service that has them."
            self._notices.post(ADDRESS, NoticeLevel.INFO, words)
        self.retrieval.resume()
        self.spending.limits_changed()
        if _relay_of(settings) != _relay_of(before):
            await self.reports.change()
        self._ways_changed()

    def retry(self) -> None:
        """A person asks to try again: whatever holds back (connection, credit, folder) does so at once."""
        if self._engine is not None:
            self._engine.retry()

    def _load_profiles(self) -> None:
        profiles, self.profile_errors = load_profiles(paths.resources_dir() / "models", self._data_dir / "models")
        self.profiles = {slug: profile.faster(self._speed) for slug, profile in profiles.items()}

    def _build(self, base_url: str) -> Engine:
        """Every part, from the outside in."""
        loopback = self._loopback
        gateway = GatewayClient(base_url, key=lambda: self._keys.key, clock=self._clock)
        transfer = FilmTransfer(gateway_is_loopback=loopback, clock=self._clock)
        checker = HttpPictureChecker(gateway_is_loopback=loopback, clock=self._clock)
        self._connections += [gateway, transfer, checker]
        media = LocalMedia()
        preparation = Preparation(media)
        self.gateway_name = self._given_name or _origin(base_url)
        core = self._build_core(gateway, base_url)
        self.publishing = Publishing(
            core,
            preparation,
            checker,
            SqlitePublications(self._database),
            self._hosts,
            self._chosen_route,
            gateway_is_loopback=loopback,
            relay_is_private=lambda: self._relay.choice.is_private,
        )
        self.pictures = Pictures(media, preparation, checker, self._data_dir / "frames")
        outside = Outside(
            transfer=transfer,
            media=media,
            publishing=self.publishing,
            lock=self._lock,
            shelf=lambda: Shelf(self.output_dir, self.settings.file_template, self._data_dir / "posters"),
            has_key=lambda: self._keys.key is not None,
            requests_last_minute=lambda: gateway.requests_last_minute,
            relay=self._relay,
            limits=lambda: self.settings.day_limits,
        )
        engine = Engine(core, outside)
        self.submission, self.tracking, self.retrieval = engine.submission, engine.tracking, engine.retrieval
        self.balance, self.spending, self.reports = engine.balance, engine.spending, engine.reports
        self.credentials = Credentials(self._keys, balance_of=gateway.balance_of, on_change=engine.key_changed)
        self.library = Library(core, SqliteDrafts(self._database), engine.file_presence, lambda: self.output_dir)
        return engine

    def _build_relay(self) -> RelayLink:
        return RelayLink(
            self._choose_relay,
            serve=lambda choice: EmbeddedRelay(self._data_dir / "relay", port=choice.port, public_url=choice.url),
            connect=lambda url, token: RelayClient(url, token=token, clock=self._clock),
            token=self.relay_token.load,
            is_owner=lambda: self._engine is not None and self._engine.ownership.is_owner,
        )

    def _choose_relay(self) -> RelayChoice:
        return choose_relay(self.settings, named_url=self._named_relay, gateway_is_loopback=self._loopback)

    def _ways_changed(self) -> None:
        if self._engine is not None:
            self._engine.ways_changed()

    async def _renew_relay(self) -> None:
        await self.reports.change()
        self._ways_changed()

    def _chosen_route(self) -> PictureRoute | None:
        """Who names a relay in the environment has chosen it, as long as the settings choose nothing else."""
        return self.settings.picture_route or (PictureRoute.RELAY if self._named_relay else None)

    def _hosts(self) -> dict[PictureRoute, PictureHost]:
        """The ways to the public that are set up now."""
        hosts, settings = dict[PictureRoute, PictureHost](), self.settings
        if settings.bucket_name and self.bucket_keys.are_there:
            hosts[PictureRoute.BUCKET] = BucketHost(
                endpoint=settings.bucket_endpoint,
                bucket=settings.bucket_name,
                region=settings.bucket_region,
                key_id=lambda: self._bucket_key_id.key,
                secret=lambda: self._bucket_secret.key,
            )
        if settings.picture_command:
            hosts[PictureRoute.COMMAND] = CommandHost(settings.picture_command)
        if self._relay.choice.is_set_up:
            hosts[PictureRoute.RELAY] = self._relay
        return hosts

    def _build_core(self, gateway: GatewayClient, base_url: str) -> Core:
        return Core(
            task_writer=TaskWriter(SqliteTasks(self._database), self._clock, self._notices),
            gateway=gateway,
            profiles=self.profiles,
            events=self.events,
            notices=self._notices,
            supervisor=self._supervisor,
            clock=self._clock,
            rng=self._rng,
            gateway_name=self.gateway_name,
            speed=self._speed,
            service_is_public=is_public_url(base_url),
        )


async def _check_folder(folder: Path) -> None:
    try:
        await clip_files.try_out(folder)
    except OSError as error:
        words = f"{folder} cannot be written: {error.strerror or error}."
        raise InvalidSetting(words, advice="Clips go where they went before.") from error


def _relay_of(settings: Settings) -> tuple[RelayPlace, str, int]:
    """All that decides which relay is used."""
    return settings.relay, settings.relay_url, settings.relay_port


def _origin(base_url: str) -> str:
    """Scheme, host and port: what makes two addresses the same service."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}".lower()
