"""The settings in a TOML file that users can edit."""

import contextlib
import os
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, cast

import tomli_w

from sora_studio.atomic_file import write_whole
from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.models.names import is_slug
from sora_studio.domain.naming import check_template
from sora_studio.domain.picture import PictureRoute
from sora_studio.domain.settings import (
    RelayPlace,
    Settings,
    Theme,
    check_backup_limit_gb,
    check_base_url,
    check_bucket_endpoint,
    check_bucket_name,
    check_limit_usd,
    check_models_url,
    check_port,
    check_relay_url,
)
from sora_studio.storage.disk_errors import told_of_file

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)

DAMAGED_SUFFIX = ".damaged"


class SettingsFile:
    """Loads and saves settings. `load` never fails: invalid values get defaults, and `trouble` says why. `save` is atomic.

    Without `keeps_damaged`, `load` only reads.
    """

    def __init__(self, path: Path, *, keeps_damaged: bool = True) -> None:
        self._path = path
        self._keeps_damaged = keeps_damaged
        self._troubles = list[str]()

    @property
    def trouble(self) -> str:
        """What the last `load` could not use, as sentences; empty if nothing."""
        return " ".join(self._troubles)

    def load(self) -> Settings:
        """Return the settings. A file with invalid values is also copied to `settings.toml.damaged`, as a save replaces it."""
        self._troubles.clear()
        content, default = self._read(), Settings()
        settings = Settings(
            base_url=self._take(content, "base_url", _base_url, default.base_url),
            output_dir=self._take(content, "output_dir", _folder, default.output_dir),
            file_template=self._take(content, "file_template", _template, default.file_template),
            theme=self._take(content, "theme", _one_of(Theme), default.theme),
            model=self._take(content, "model", _model, default.model),
            day_soft_limit_usd=self._take(content, "day_soft_limit_usd", _limit, default.day_soft_limit_usd),
            day_hard_limit_usd=self._take(content, "day_hard_limit_usd", _limit, default.day_hard_limit_usd),
            batch_ask_usd=self._take(content, "batch_ask_usd", _amount, default.batch_ask_usd),
            picture_route=self._take(content, "picture_route", _one_of(PictureRoute), default.picture_route),
            bucket_endpoint=self._take(content, "bucket_endpoint", _address(check_bucket_endpoint), default.bucket_endpoint),
            bucket_name=self._take(content, "bucket_name", _address(check_bucket_name), default.bucket_name),
            bucket_region=self._take(content, "bucket_region", _words, default.bucket_region),
            picture_command=self._take(content, "picture_command", _words, default.picture_command),
            relay=self._take(content, "relay", _one_of(RelayPlace), default.relay),
            relay_url=self._take(content, "relay_url", _address(check_relay_url), default.relay_url),
            relay_port=self._take(content, "relay_port", _port, default.relay_port),
            callback=self._take(content, "callback", _truth, default.callback),
            backup_limit_gb=self._take(content, "backup_limit_gb", _gigabytes, default.backup_limit_gb),
            models_url=self._take(content, "models_url", _models_url, default.models_url),
            favourite_models=self._take(content, "favourite_models", _models, default.favourite_models),
            tell_when_ready=self._take(content, "tell_when_ready", _truth, default.tell_when_ready),
            tell_with_sound=self._take(content, "tell_with_sound", _truth, default.tell_with_sound),
        )
        if self._troubles and self._keeps_damaged:
            self._keep_damaged()
        return settings

    def save(self, settings: Settings) -> None:
        """Replace the file atomically and durably. Raises `InvalidSetting`, `StorageFull`."""
        try:
            text = tomli_w.dumps(_to_toml(settings)).encode()
        except UnicodeEncodeError:
            raise InvalidSetting("The folder's name holds a character that cannot be kept.", advice="Choose another.") from None
        with told_of_file(f"{self._path.name} cannot be written"):
            write_whole(Path(os.path.realpath(self._path)), text)

    def _read(self) -> Mapping[str, object]:
        name = self._path.name
        try:
            content: dict[str, object] = tomllib.loads(self._path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._troubles.append(f"{name} cannot be read: {error.strerror or error}.")
        except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, a huge number, or too deeply nested
            what = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it is not TOML"
            self._troubles.append(f"{name} is damaged and not used: {what}.")
        else:
            return content
        return {}

    def _take(self, content: Mapping[str, object], key: str, check: Callable[[object], Value], default: Value) -> Value:
        if key not in content:
            return default
        try:
            return check(content[key])
        except InvalidSetting as problem:
            self._troubles.append(f"{self._path.name}: {key} is not used. {problem.sentence}")
            return default

    def _keep_damaged(self) -> None:
        with contextlib.suppress(OSError):  # best effort
            shutil.copyfile(self._path, self._path.with_name(self._path.name + DAMAGED_SUFFIX))


def _to_toml(settings: Settings) -> dict[str, object]:
    """Return the values without those that are None, which TOML cannot express."""
    values: dict[str, object] = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {
        name: value if isinstance(value, float | int | tuple) else str(value)
        for name, value in values.items()
        if value is not None
    }


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidSetting("It must be text in quotes.")
    return value


def _base_url(value: object) -> str:
    return check_base_url(_text(value))


def _models_url(value: object) -> str:
    return check_models_url(_text(value))


def _folder(value: object) -> Path:
    text = _text(value)
    try:
        folder = Path(text).expanduser()
    except RuntimeError:
        raise InvalidSetting(f"{text!r} names the home of an unknown user.") from None
    if not folder.is_absolute() or "\0" in text:
        raise InvalidSetting(f"{text!r} is not a full path.")
    return folder


def _template(value: object) -> str:
    return check_template(_text(value))


def _one_of(kind: type[Choice]) -> Callable[[object], Choice]:
    def check(value: object) -> Choice:
        try:
            return kind(_text(value))
        except ValueError:
            raise InvalidSetting(f"{value!r} is not one of {', '.join(kind)}.") from None

    return check


def _address(check: Callable[[str], str]) -> Callable[[object], str]:
    """Return a converter that checks an address unless it is empty."""
    return lambda value: check(text) if (text := _words(value)) else ""


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise InvalidSetting("It must be text in quotes.")
    return value.strip()


def _port(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidSetting("It must be a whole number.")
    return check_port(value)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidSetting("It must be true or false.")
    return value


def _limit(value: object) -> float | None:
    return _amount(value)


def _amount(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidSetting("It must be a number.")
    return check_limit_usd(value)


def _gigabytes(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidSetting("It must be a number.")
    return check_backup_limit_gb(value)


def _model(value: object) -> str:
    text = _text(value)
    if not is_slug(text):
        raise InvalidSetting(f"{text!r} is not a model's slug.")
    return text


def _models(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InvalidSetting("It must be a list of models' slugs.")
    return tuple(dict.fromkeys(map(_model, cast("list[object]", value))))
