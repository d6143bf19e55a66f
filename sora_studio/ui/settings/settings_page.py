"""Names of the settings' pages, for callers that do not need the dialog."""

from enum import StrEnum


class SettingsPage(StrEnum):
    """The pages and sections the dialog can open at."""

    KEY = "key"
    SERVICE = "service"
    PICTURES = "pictures"
    RELAY = "relay"
    CLIPS = "clips"
    SPENDING = "spending"
    MODELS = "models"
    NEW_MODELS = "new-models"
    LOOK = "look"
    NOTIFICATIONS = "notifications"
