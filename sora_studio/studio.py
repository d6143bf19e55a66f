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
from sora_studio.domain.ports import Clock, KeyStore
from sora_studio.domain.profile import ModelProfile
from sora_studio.domain.settings import BASE_URL_VARIABLE, Settings, check_base_url, is_loopback
from sora_studio.gateway.client import GatewayClient
from sora_studio.gateway.connections import trusted_authorities
from sora_studio.gateway.transfer import FilmTransfer
from sora_studio.media.local import LocalMedia
from sora_studio.relay.lending import LendingServer
from sora_studio.services import landing
from sora_studio.services.balance import Balance
from sora_studio.services.clock import SystemClock
from sora_studio.services.core import Core
from sora_studio.services.credentials import Credentials
from sora_studio.services.engine import Engine, Outside
from sora_studio.services.ledger import Ledger
from sora_studio.services.library import Library
from sora_studio.services.notices import ADDRESS, DATABASE, Notices
from sora_studio.services.publishing import Publishing
from sora_studio.services.retrieval import Retrieval
from sora_studio.services.saving import Shelf
from sora_studio.services.spending import Spending
from sora_studio.services.submission import Submission
from sora_studio.services.supervision import Supervisor
from sora_studio.services.tracking import Tracking
from sora_studio.services.upkeep import Upkeep
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from sora_studio.storage.lock import DataFolderLock
from sora_studio.storage.profiles import load_profiles
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
        self._clock: Clock = clock or SystemClock()
        self._rng = rng or random.Random()  # noqa: S311 - spreads requests in time, nothing secret
        self._notices = Notices(self.events)
        self._supervisor = Supervisor(self._clock, self._notices)
        self._settings_file = SettingsFile(data_dir / "settings.toml")
        self._database = Database(data_dir / "studio.db")
        self._lock = DataFolderLock(data_dir)
        self._lender = _Lender()
        self._connections = list[GatewayClient | FilmTransfer]()
        self._engine: Engine | None = None

    @property
    def is_demo(self) -> bool:
        """Whether this runs on the built-in simulator."""
        return self._given_name == SIMULATOR

    @property
    def secrets(self) -> tuple[str | None, ...]:
        """All that no log may hold."""
        return (self._keys.key,)

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
        base_url = check_base_url(self._given_url or os.environ.get(BASE_URL_VARIABLE) or self.settings.base_url)
        await asyncio.to_thread(self._load_profiles)
        await asyncio.to_thread(trusted_authorities)  # both connections need them, and reading them blocks
        rescue = await self._database.open(guest=not self._lock.try_acquire())
        if rescue is not None:
            self._notices.post(DATABASE, NoticeLevel.WARNING, rescue.sentence)
        engine = self._engine = self._build(base_url)
        await self.credentials.load()
        await engine.begin()
        upkeep = Upkeep(self._database.back_up, self._notices, self._clock, is_owner=lambda: engine.ownership.is_owner)
        self._supervisor.keep(upkeep.run, name="backups")

    async def stop(self) -> None:
        """Creates in flight finish within 5 s or become unclear, then everything is closed. Fine after a failed start too."""
        if self._engine is not None:
            await self._engine.finish()
        await self._lender.stop()
        for connections in self._connections:
            await connections.close()
        await self._database.close()
        self._lock.release()

    async def change_settings(self, settings: Settings) -> None:
        """Keep them and use them at once; a new address is used from the next start. Raises `InvalidSetting`, `StorageFull`."""
        check_base_url(settings.base_url)
        check_template(settings.file_template)
        if settings.output_dir is not None and settings.output_dir != self.settings.output_dir:
            await _check_folder(settings.output_dir)
        await asyncio.to_thread(self._settings_file.save, settings)
        before, self.settings = self.settings, settings
        if settings.base_url != before.base_url:
            words = "The new address is used from the next start on. Running tasks stay with the service that has them."
            self._notices.post(ADDRESS, NoticeLevel.INFO, words)
        self.retrieval.resume()
        self.spending.limits_changed()

    def retry(self) -> None:
        """A person asks to try again: whatever holds back (connection, credit, folder) does so at once."""
        if self._engine is not None:
            self._engine.retry()

    def _load_profiles(self) -> None:
        profiles, self.profile_errors = load_profiles(paths.resources_dir() / "models", self._data_dir / "models")
        self.profiles = {slug: profile.faster(self._speed) for slug, profile in profiles.items()}

    def _build(self, base_url: str) -> Engine:
        """Every part, from the outside in."""
        loopback = is_loopback(base_url)
        gateway = GatewayClient(base_url, key=lambda: self._keys.key, clock=self._clock)
        transfer = FilmTransfer(gateway_is_loopback=loopback, clock=self._clock)
        self._connections += [gateway, transfer]
        media = LocalMedia()
        outside = Outside(
            transfer=transfer,
            media=media,
            publishing=Publishing(media, self._lender, gateway_is_loopback=loopback),
            lock=self._lock,
            shelf=lambda: Shelf(self.output_dir, self.settings.file_template, self._data_dir / "posters"),
            has_key=lambda: self._keys.key is not None,
            requests_last_minute=lambda: gateway.requests_last_minute,
            limits=lambda: self.settings.day_limits,
        )
        self.gateway_name = self._given_name or _origin(base_url)
        core = self._build_core(gateway, self.gateway_name)
        engine = Engine(core, outside)
        self.submission, self.tracking, self.retrieval = engine.submission, engine.tracking, engine.retrieval
        self.balance, self.spending = engine.balance, engine.spending
        self.credentials = Credentials(self._keys, balance_of=gateway.balance_of, on_change=engine.key_changed)
        self.library = Library(core, SqliteDrafts(self._database), engine.inventory, lambda: self.output_dir)
        return engine

    def _build_core(self, gateway: GatewayClient, gateway_name: str) -> Core:
        return Core(
            ledger=Ledger(SqliteTasks(self._database), self._clock, self._notices),
            gateway=gateway,
            profiles=self.profiles,
            events=self.events,
            notices=self._notices,
            supervisor=self._supervisor,
            clock=self._clock,
            rng=self._rng,
            gateway_name=gateway_name,
            speed=self._speed,
        )


class _Lender:
    """The lending server, started by the first picture that needs it."""

    def __init__(self) -> None:
        self._server: LendingServer | None = None

    async def lend(self, path: Path, *, lifetime_s: float) -> str:
        """The picture's address on this machine."""
        if self._server is None:
            server = LendingServer()
            await server.start()
            self._server = server
        return self._server.lend(path, lifetime_s=lifetime_s)

    async def stop(self) -> None:
        """Fine when it never started."""
        if self._server is not None:
            await self._server.stop()


async def _check_folder(folder: Path) -> None:
    try:
        await landing.try_out(folder)
    except OSError as error:
        words = f"{folder} cannot be written: {error.strerror or error}."
        raise InvalidSetting(words, advice="Clips go where they went before.") from error


def _origin(base_url: str) -> str:
    """Scheme, host and port: what makes two addresses the same service."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}".lower()
