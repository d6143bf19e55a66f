"""Which page of the settings helps with a notice, or is the next step for a task."""

from sora_studio.ui.settings.settings_page import SettingsPage
from sora_studio.viewmodels.tasks.task_actions import TaskAction

PROFILES = "profiles"
"""The cause of the notice about model files that cannot be used."""
REMEDIES = {
    TaskAction.ENTER_KEY: SettingsPage.KEY,
    TaskAction.CHOOSE_FOLDER: SettingsPage.CLIPS,
    TaskAction.SET_UP_PICTURES: SettingsPage.PICTURES,
    TaskAction.CHANGE_SERVICE: SettingsPage.SERVICE,
}
"""The settings page for each next step of a task."""
SECTIONS = {
    "output": SettingsPage.CLIPS,
    "room": SettingsPage.CLIPS,
    "generate": SettingsPage.CLIPS,
    "hard-limit": SettingsPage.SPENDING,
    "relay": SettingsPage.RELAY,
    "pictures": SettingsPage.PICTURES,
    PROFILES: SettingsPage.MODELS,
}
"""The settings page for each notice, by its cause."""
