"""The settings of each picture route; only the chosen route's are shown."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSpacerItem, QVBoxLayout, QWidget

from sora_studio.domain.ports import KeyOrigin
from sora_studio.domain.settings import Settings, check_bucket_endpoint, check_bucket_name
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.push_button import PushButton
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.field import kept_left, plain_label
from sora_studio.ui.settings.secret_field import SecretField, secret_entry
from sora_studio.ui.settings.text_setting import TextSetting

BUCKET_KEY_WORDS = {
    KeyOrigin.NONE: "No keys yet. They are kept in this system's key store, never in a file.",
    KeyOrigin.ENVIRONMENT: (
        "The keys come from SORA_STUDIO_BUCKET_KEY_ID and SORA_STUDIO_BUCKET_SECRET, which override keys saved here."
    ),
    KeyOrigin.KEYRING: "The keys are in this system's key store.",
    KeyOrigin.SESSION: "The keys are kept for this session only and are gone when the program ends.",
}
COMMAND_HELP = "{file} is replaced by the picture's path. The last line of the command's output is the address."


class RouteBox(QWidget):
    """The settings of one picture route.

    Signals: `wanted(Field, Settings)`, `typed()` on every edit by the user.
    """

    wanted = Signal(object, object)
    typed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._settings = list[TextSetting]()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.GRID)  # each field has a line of its own below

    def add(self, setting: TextSetting) -> TextSetting:
        """Register a setting; the caller adds it to the layout."""
        self._settings.append(setting)
        setting.wanted.connect(partial(self.wanted.emit, setting))
        setting.typed.connect(self.typed)
        return setting

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        for setting in self._settings:
            setting.show_settings(settings)


class BucketBox(RouteBox):
    """The bucket's address, name, region and keys."""

    def __init__(self, scope: TaskScope, held: Callable[[], Settings]) -> None:
        super().__init__()
        self.endpoint = self.add(
            TextSetting(
                "Store address",
                held=held,
                read=lambda settings: settings.bucket_endpoint,
                write=lambda settings, text: replace(settings, bucket_endpoint=check_bucket_endpoint(text) if text else ""),
                placeholder="https://s3.example.org",
                help_text="Leave empty for Amazon S3.",
            )
        )
        self.bucket = self.add(
            TextSetting(
                "Bucket",
                held=held,
                read=lambda settings: settings.bucket_name,
                write=lambda settings, text: replace(settings, bucket_name=check_bucket_name(text) if text else ""),
            )
        )
        self.region = self.add(
            TextSetting(
                "Region",
                held=held,
                read=lambda settings: settings.bucket_region,
                write=lambda settings, text: replace(settings, bucket_region=text),
                help_text="Leave empty to take it from the address.",
            )
        )
        key_id, secret = secret_entry("Access key id", masked=False), secret_entry("Secret access key")
        self.keys = SecretField(scope, [key_id, secret], what="bucket's keys", origins=BUCKET_KEY_WORDS, are_named=True)
        self.keys.typed.connect(self.typed)
        self.column.addWidget(self.endpoint)
        self.column.addLayout(self._build_pair())
        self.column.addWidget(self.keys)

    def _build_pair(self) -> QGridLayout:
        """Align bucket and region with the two keys below; the region also spans the buttons beside them."""
        pair = QGridLayout()
        pair.setHorizontalSpacing(theme.GRID)
        pair.setVerticalSpacing(0)
        pair.setColumnStretch(0, 1)
        pair.setColumnStretch(1, 1)
        pair.addWidget(self.bucket, 0, 0, Qt.AlignmentFlag.AlignTop)
        pair.addWidget(self.region, 0, 1, 1, 2, Qt.AlignmentFlag.AlignTop)
        pair.addItem(QSpacerItem(self.keys.buttons_width, 0), 1, 2)
        return pair


class CommandBox(RouteBox):
    """The upload command."""

    def __init__(self, held: Callable[[], Settings]) -> None:
        super().__init__()
        self.command = self.add(
            TextSetting(
                "Command",
                held=held,
                read=lambda settings: settings.picture_command,
                write=lambda settings, text: replace(settings, picture_command=text),
                placeholder="my-upload {file}",
                help_text=COMMAND_HELP,
            )
        )
        self.column.addWidget(self.command)


class RelayBox(RouteBox):
    """A link to the relay's page.

    Signals: `relay_asked()`.
    """

    relay_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        words = plain_label("Set up the relay on its own page.")
        theme.set_role(words, "secondary")
        there = PushButton("Relay and callbacks…", "Go to relay and callbacks")
        there.clicked.connect(self.relay_asked)
        self.column.addWidget(kept_left(words, there))
