"""Time to inspect a picture, to prepare it for publication, and to extract a frame from a film."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from sora_studio.domain.errors import StudioError
from sora_studio.domain.picture import Crop, PictureEdit, PreparedPicture
from sora_studio.media.film_process import FilmProcess
from sora_studio.media.image import inspect_image
from sora_studio.media.preparation import prepare_image
from tests.benchmarks.figures import Figure, median
from tests.doubles.films import write_film
from tests.doubles.pictures import exif
from tests.doubles.slots import picture_slot

ROUNDS = 5
MEGAPIXELS_12 = (4000, 3000)
FORTY_MEGABYTES = (4224, 3168)
MEGAPIXELS_48 = (8064, 6048)
FORMATS, MOST = ("jpeg", "png", "webp"), 10_000_000
AIM_LOOK_MS, AIM_CONVERT_MS, AIM_CONVERT_48_MS, AIM_FRAME_MS = 200, 3000, 20_000, 300
AS_IS, CONVERT = PictureEdit(), PictureEdit(convert=True)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photo, turned = folder / "photo.jpg", folder / "turned.jpg"
        _photo(MEGAPIXELS_12).save(photo, quality=90)
        _photo(MEGAPIXELS_12).save(turned, quality=90, exif=exif(6))
        _tell("12 MP JPEG, inspected", lambda: inspect_image(photo), AIM_LOOK_MS)
        _tell("12 MP JPEG, stripped only", lambda: _prepared(photo, AS_IS))
        _tell("12 MP JPEG, turned", lambda: _prepared(turned, AS_IS))
        _tell("12 MP JPEG, cropped", lambda: _prepared(photo, PictureEdit(Crop(0.1, 0.1, 0.6, 0.6))))
        tell_conversions(folder)
        tell_large_conversions(folder)
        tell_frames(write_film(folder / "film.mp4", frames=300, size=(1920, 1080), preset="veryfast"))


def tell_conversions(folder: Path) -> None:
    """Convert files that are too large, or of another kind."""
    large = _photo(FORTY_MEGABYTES)
    seen_through = large.copy()
    seen_through.putalpha(Image.linear_gradient("L").resize(large.size))
    for name, picture, options in (
        ("TIFF", large, {}),
        ("PNG", large, {"compress_level": 0}),
        ("transparent PNG", seen_through, {"compress_level": 1}),
    ):
        path = folder / name
        picture.save(path, name.split()[-1], **options)
        what = f"{path.stat().st_size / 1e6:.0f} MB {name}, converted"
        _tell_conversion(what, path, AIM_CONVERT_MS, rounds=3)


def tell_large_conversions(folder: Path) -> None:
    """Convert pictures as large as the best phone cameras make."""
    large = _photo(MEGAPIXELS_48)
    seen_through = large.copy()
    seen_through.putalpha(Image.linear_gradient("L").resize(large.size))
    for name, picture, kind in (("JPEG", large, "JPEG"), ("WebP", large, "WEBP"), ("transparent WebP", seen_through, "WEBP")):
        path = folder / f"48 {name}"
        picture.save(path, kind, quality=85, **{"method": 2} if kind == "WEBP" else {})
        what = f"48 MP {name} of {path.stat().st_size / 1e6:.0f} MB, converted"
        _tell_conversion(what, path, AIM_CONVERT_48_MS, rounds=1)


def tell_frames(film: Path) -> None:
    """Extract frames, each in its own process, decoding from the keyframe on."""
    process, times = FilmProcess(), list[float]()
    for at_s in (0, 1.5, 3.3, 5, 6.7, 8.2, 8.5, 9.9) * 2:
        began = time.perf_counter()
        try:
            process.draw_frame(film, at_s=at_s)
        except StudioError as error:
            raise SystemExit(error.sentence) from error
        times.append((time.perf_counter() - began) * 1000)
    took = f"median {statistics.median(times):.0f}, longest {max(times):.0f} ms"
    Figure("a frame of a 1080p film of 10 s", took, f"under {AIM_FRAME_MS} ms", met=median(times) < AIM_FRAME_MS).tell()


def _tell_conversion(what: str, path: Path, aim_ms: int, *, rounds: int) -> None:
    made = _tell(what, lambda: _prepared(path, CONVERT), aim_ms, rounds=rounds)
    fills = made.size_bytes / MOST
    Figure(f"{what}: of the limit", f"{fills:.0%}, {made.media_type} {made.quality}", "≤ 100 %", met=fills <= 1).tell()


def _prepared(path: Path, edit: PictureEdit) -> PreparedPicture:
    return prepare_image(path, edit, picture_slot(tuple(FORMATS), MOST))


def _tell(what: str, work: Callable[[], Any], aim_ms: int | None = None, *, rounds: int = ROUNDS) -> Any:
    times, made = list[float](), None
    for _ in range(rounds):
        began = time.perf_counter()
        made = work()
        times.append((time.perf_counter() - began) * 1000)
    took = median(times)
    if aim_ms is None:
        Figure(what, f"{took:.0f} ms").tell()
    else:
        Figure(what, f"{took:.0f} ms", f"under {aim_ms} ms", met=took < aim_ms).tell()
    return made


def _photo(size: tuple[int, int]) -> Image.Image:
    """Return a picture as detailed as a photo of grass."""
    soft = Image.effect_noise((size[0] // 4, size[1] // 4), 60).resize(size, Image.Resampling.BICUBIC)
    return Image.merge("RGB", (soft, soft.transpose(Image.Transpose.FLIP_LEFT_RIGHT), Image.effect_noise(size, 12)))


if __name__ == "__main__":
    main()
