"""A key store without a key, for a studio that must ask nobody for anything."""

from sora_studio.storage.secrets import SessionKeys


class NoKeys(SessionKeys):
    """A key store in which there is none."""

    def __init__(self) -> None:
        super().__init__("")

    @property
    def key(self) -> str | None:
        return None
