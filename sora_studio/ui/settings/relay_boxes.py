"""The settings of a relay in this program and of one on the user's server."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from sora_studio.domain.errors import InvalidSetting
from sora_studio.domain.ports import KeyOrigin
from sora_studio.domain.settings import DEFAULT_RELAY_PORT, Settings, check_port, check_relay_url, quoted
from sora_studio.ui.kit import theme
from sora_studio.ui.kit.icon_line import IconLine
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.settings.route_boxes import RouteBox
from sora_studio.ui.settings.secret_field import SecretField, secret_entry
from sora_studio.ui.settings.text_setting import TextSetting

TOKEN_WORDS = {
    KeyOrigin.NONE: "No token yet. The relay prints it at its first start. It is kept in the key store, never in a file.",
    KeyOrigin.ENVIRONMENT: "The token comes from SORA_STUDIO_RELAY_TOKEN, which overrides a token saved here.",
    KeyOrigin.KEYRING: "The token is in this system's key store.",
    KeyOrigin.SESSION: "The token is kept for this session only and is gone when the program ends.",
}
_PORT_WIDTH = 18 * theme.GRID


class HereBox(RouteBox):
    """A relay in this program: its public address, its port, and the local address the tunnel must lead to."""

    def __init__(self, held: Callable[[], Settings]) -> None:
        super().__init__()
        self.address = self.add(_address("Public address", held, help_text="The https address of your tunnel or proxy."))
        self.port = self.add(
            TextSetting(
                "Port on this computer",
                held=held,
                read=lambda settings: str(settings.relay_port),
                write=lambda settings, text: replace(settings, relay_port=_port(text)),
                placeholder=str(DEFAULT_RELAY_PORT),
            )
        )
        pair = QHBoxLayout()
        pair.setSpacing(2 * theme.GRID)
        pair.addWidget(self.address, 1, Qt.AlignmentFlag.AlignTop)
        pair.addWidget(self.port, 0, Qt.AlignmentFlag.AlignTop)
        self.port.setFixedWidth(_PORT_WIDTH)
        self.port.wanted.connect(self._show_target)
        self.target = IconLine("link")
        self.column.addLayout(pair)
        self.column.addWidget(self.target)

    def show_settings(self, settings: Settings) -> None:
        """Show these settings."""
        super().show_settings(settings)
        self._show_target(settings)

    def _show_target(self, settings: Settings) -> None:
        self.target.say("link", "secondary", f"Point your tunnel or proxy at http://127.0.0.1:{settings.relay_port}")


class ElsewhereBox(RouteBox):
    """A relay on the user's server: its address and token."""

    def __init__(self, scope: TaskScope, held: Callable[[], Settings]) -> None:
        super().__init__()
        self.address = self.add(_address("Address of the relay", held, help_text="The one you gave it with --public-url."))
        entry = secret_entry("Relay token")
        self.token = SecretField(scope, [entry], what="relay's token", origins=TOKEN_WORDS, are_named=True)
        self.token.typed.connect(self.typed)
        self.column.addWidget(self.address)
        self.column.addWidget(self.token)


def _address(name: str, held: Callable[[], Settings], *, help_text: str) -> TextSetting:
    return TextSetting(
        name,
        held=held,
        read=lambda settings: settings.relay_url,
        write=lambda settings, text: replace(settings, relay_url=check_relay_url(text) if text else ""),
        placeholder="https://relay.example.org",
        help_text=help_text,
    )


def _port(text: str) -> int:
    if not text:
        return DEFAULT_RELAY_PORT
    if not (text.isascii() and text.isdecimal()) or len(text) > 5:
        raise InvalidSetting(f"{quoted(text)} is not a port.", advice="Enter a number from 1024 to 65535.")
    return check_port(int(text))
