"""What the search box can do by name in the window: its shortcuts in words, and what has no key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sora_studio.domain.settings import Theme
from sora_studio.ui.settings.settings_page import SettingsPage
from sora_studio.viewmodels.commands import Command

if TYPE_CHECKING:
    from sora_studio.services.runtime.undo_steps import UndoSteps

Act = Callable[[], object]
Reason = Callable[[], str]
_WORDS = {
    "Ctrl+1": "Write: go to the prompt",
    "Ctrl+Shift+1": "Writing room: the prompt alone",
    "Ctrl+2": "Go to the tasks",
    "Ctrl+3": "Go to the library",
    "Ctrl+4": "Go to the stage",
    "Ctrl+M": "Choose a model",
    "Ctrl+N": "New draft",
    "Ctrl+Tab": "Next draft",
    "Ctrl+Shift+Tab": "Previous draft",
    "Ctrl+Shift+P": "Pause or resume sending",
    "Ctrl+Z": "Undo the last change",
    "Ctrl+Shift+Z": "Redo the last change",
    "F12": "Filter session: judge one clip after the other",
    "F7": "Show or hide the rail",
    "F8": "Show or hide the side panel",
    "F11": "Turn focus mode on or off",
    "F1": "Help",
    "Ctrl+,": "Settings",
}
_STARTING = "Sora Studio is still starting"
UNNAMED = frozenset({"Esc", "Ctrl+K"})
"""Shortcuts that are no commands: going back, and the search box itself."""
_PAGES = {
    SettingsPage.KEY: "Settings: API key",
    SettingsPage.CLIPS: "Settings: clips and their folder",
    SettingsPage.SPENDING: "Settings: spending limits",
    SettingsPage.MODELS: "Settings: models",
    SettingsPage.PICTURES: "Settings: uploading pictures",
    SettingsPage.RELAY: "Settings: relay",
    SettingsPage.NOTIFICATIONS: "Settings: notifications",
    SettingsPage.SERVICE: "Settings: service",
}
_THEMES = {Theme.DARK: "Theme: dark", Theme.LIGHT: "Theme: light", Theme.SYSTEM: "Theme: as the system"}


def window_commands(
    shortcuts: Mapping[str, Act],
    *,
    open_settings: Callable[[SettingsPage], object],
    choose_theme: Callable[[Theme], object],
    undo_steps: "Callable[[], UndoSteps | None]",
    before: Act,
) -> Sequence[Command]:
    """Return the commands. `undo_steps` returns None until the studio has started; `before` is called before each command.

    Generate is none of them: a letter and Enter in a search box must not cost money.
    """
    reasons = _reasons(undo_steps)
    named = [
        Command(words, shortcuts[keys], keys, reasons.get(keys, str)) for keys, words in _WORDS.items() if keys in shortcuts
    ]
    pages = [Command(words, partial(open_settings, page)) for page, words in _PAGES.items()]
    themes = [Command(words, partial(choose_theme, theme)) for theme, words in _THEMES.items()]
    return [_after(before, command) for command in (*named, *pages, *themes)]


def _after(before: Act, command: Command) -> Command:
    def run() -> None:
        before()
        command.run()

    return replace(command, run=run)


def _reasons(undo_steps: "Callable[[], UndoSteps | None]") -> Mapping[str, Reason]:
    """Return why shortcuts can do nothing now."""

    def needs_studio() -> str:
        return "" if undo_steps() is not None else _STARTING

    def undo() -> str:
        known = undo_steps()
        return _STARTING if known is None else "" if known.undo_words else "Nothing to undo"

    def redo() -> str:
        known = undo_steps()
        return _STARTING if known is None else "" if known.redo_words else "Nothing to redo"

    return {"Ctrl+Z": undo, "Ctrl+Shift+Z": redo, "Ctrl+Shift+P": needs_studio}
