"""The settings in force: validated, saved and applied at once."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.naming import check_template
from sora_studio.domain.settings import (
    RelayPlace,
    Settings,
    check_backup_limit_gb,
    check_base_url,
    check_bucket_endpoint,
    check_bucket_name,
    check_models_url,
    check_port,
    check_relay_url,
)


class SettingsService:
    """Keeps the current settings. `trouble` says which part of the settings file could not be used; empty if all could.

    `save` writes the settings file and may block. `try_folder` raises `OSError` for a folder that is not writable. `apply` is
    awaited with the previous settings after each change. This run's `output_dir` takes precedence over the settings;
    `default_output_dir` is the fallback.
    """

    def __init__(
        self,
        current: Settings,
        *,
        trouble: str,
        save: Callable[[Settings], None],
        try_folder: Callable[[Path], Awaitable[None]],
        apply: Callable[[Settings], Awaitable[None]],
        output_dir: Path | None,
        default_output_dir: Path,
    ) -> None:
        self.current = current
        self.trouble = trouble
        self._save = save
        self._try_folder = try_folder
        self._apply = apply
        self._output_dir = output_dir
        self._default_output_dir = default_output_dir

    @property
    def output_dir(self) -> Path:
        """The folder where clips are saved."""
        return self._output_dir or self.current.output_dir or self._default_output_dir

    async def change(self, settings: Settings) -> None:
        """Validate, save and apply settings. A new base URL is used from the next start.

        Raises `InvalidSetting` and `StorageFull`; the old settings then stay in force.
        """
        _validate(settings)
        if settings.output_dir is not None and settings.output_dir != self.current.output_dir:
            await self._check_folder(settings.output_dir)
        await asyncio.to_thread(self._save, settings)
        before, self.current = self.current, settings
        await self._apply(before)

    async def _check_folder(self, folder: Path) -> None:
        try:
            await self._try_folder(folder)
        except OSError as error:
            words = f"{folder} cannot be written: {error.strerror or error}."
            raise InvalidSetting(words, advice="The previous folder stays in use.") from error


def _validate(settings: Settings) -> None:
    check_base_url(settings.base_url)
    check_models_url(settings.models_url)
    check_template(settings.file_template)
    check_backup_limit_gb(settings.backup_limit_gb)
    if settings.bucket_name:
        check_bucket_name(settings.bucket_name)
        if settings.bucket_endpoint:
            check_bucket_endpoint(settings.bucket_endpoint)
    if settings.relay is not RelayPlace.NONE:
        if settings.relay_url:  # the place is chosen before its address is typed
            check_relay_url(settings.relay_url)
        check_port(settings.relay_port)
