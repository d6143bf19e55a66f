"""Local pictures and films for the services: the blocking work goes to threads, and its libraries load with the first of it."""

import asyncio
from pathlib import Path

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.request import ImageFacts


class LocalMedia:
    """Fits `ports.Media`. Cheap to make: Pillow and PyAV are imported, in the thread, by the first call that needs them."""

    async def inspect_image(self, path: Path) -> ImageFacts:
        """By content. Raises `InvalidRequest` with a sentence when it is no picture or cannot be read."""
        return await asyncio.to_thread(_inspect_image, path)

    async def inspect_film(self, path: Path) -> FilmFacts:
        """Open the container and decode a frame. Raises `StudioError` when it is no film, or not a whole one."""
        return await asyncio.to_thread(_inspect_film, path)

    async def save_poster(self, film: Path, poster: Path, *, max_edge: int) -> None:
        """The middle frame as a JPEG whose longer edge has at most `max_edge` pixels; `StorageFull` when there is no room."""
        await asyncio.to_thread(_save_poster, film, poster, max_edge=max_edge)


def _inspect_image(path: Path) -> ImageFacts:
    from sora_studio.media import image  # noqa: PLC0415 - not before the first paint

    return image.inspect_image(path)


def _inspect_film(path: Path) -> FilmFacts:
    from sora_studio.media import film  # noqa: PLC0415 - not before the first paint

    return film.inspect_film(path)


def _save_poster(film_path: Path, poster: Path, *, max_edge: int) -> None:
    from sora_studio.media import film  # noqa: PLC0415 - not before the first paint

    film.save_poster(film_path, poster, max_edge=max_edge)
