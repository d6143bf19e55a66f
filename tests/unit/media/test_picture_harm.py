"""Whatever a picture file is, or becomes while it is read: a sentence for the image control, soon, and never another error."""

import io
import os
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from sora_studio.domain.errors import InvalidRequest
from sora_studio.domain.picture import Crop, PictureEdit
from sora_studio.media.preparation import prepare_image
from tests.doubles.bombs import BOMBS, HARMLESS_IN_PART
from tests.doubles.pictures import chatty, exif, noisy, spoilt
from tests.doubles.slots import picture_slot

CONVERT = PictureEdit(Crop(0.1, 0.1, 0.8, 0.8), convert=True)
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000")
SPOILT = 300
CUTS = 50
MOST_S = 2.0


def _prepared(path: Path, edit: PictureEdit = CONVERT) -> str:
    """The sentence; empty when there is a picture, which is whole."""
    began = time.process_time()
    try:
        prepared = prepare_image(path, edit, picture_slot())
    except InvalidRequest as refusal:
        name, space, sentence = refusal.title.partition(" ")
        return sentence if (name, space) == (path.name, " ") else f"{refusal.title} of another file"
    finally:
        assert time.process_time() - began < MOST_S
    with Image.open(io.BytesIO(prepared.content)) as shown:
        shown.load()
        assert shown.size == (prepared.width, prepared.height)
    return ""


def _encoded(kind: str) -> bytes:
    if kind in {"JPEG", "PNG", "WEBP"}:
        return chatty(noisy((60, 40)), kind, turn=6)
    file = io.BytesIO()
    noisy((60, 40)).save(file, kind, **{"exif": exif(6, telling=True)} if kind in {"TIFF", "AVIF"} else {})
    return file.getvalue()


@pytest.fixture
def decoders_may_grumble() -> Iterator[None]:
    """A decoder's warning about a damaged file reaches nobody; the program says what matters in its own words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.usefixtures("decoders_may_grumble")
def test_a_picture_that_was_cut_is_refused(tmp_path: Path) -> None:
    told = Counter[str]()
    for kind in KINDS:
        content, path = _encoded(kind), tmp_path / kind.lower()
        for cut in range(CUTS):
            path.write_bytes(content[: len(content) * cut // CUTS])
            told[_prepared(path, CONVERT if cut % 2 else PictureEdit(convert=True))] += 1
    print(told)  # noqa: T201 - the figure
    assert told.pop("", 0) < len(KINDS) * CUTS // 4  # some keep what tells about them, or nothing, at their end
    assert set(told) == {"is empty.", "is not a picture.", "is damaged and cannot be read to its end."}


@pytest.mark.usefixtures("decoders_may_grumble")
def test_spoilt_pictures_cost_a_sentence_or_nothing(tmp_path: Path) -> None:
    told, good = Counter[str](), [_encoded(kind) for kind in KINDS]
    path = tmp_path / "spoilt"
    for seed in range(SPOILT):
        path.write_bytes(spoilt(good[seed % len(good)], seed))
        words = _prepared(path, CONVERT if seed % 3 else PictureEdit(convert=True))
        told["has too many pixels" if "million" in words else words] += 1
    print(told)  # noqa: T201 - the figure
    assert {"", "is not a picture.", "is damaged and cannot be read to its end."} <= set(told)


@pytest.mark.parametrize("name", [*BOMBS, *HARMLESS_IN_PART])
def test_a_bomb_is_not_prepared(tmp_path: Path, name: str) -> None:
    (tmp_path / "bomb").write_bytes({**BOMBS, **HARMLESS_IN_PART}[name]())

    assert bool(_prepared(tmp_path / "bomb")) == (name in BOMBS)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_what_moves_is_not_prepared(tmp_path: Path, kind: str) -> None:
    frames = [noisy((40, 30), seed=seed) for seed in range(3)]
    frames[0].save(tmp_path / "still.jpg", kind, save_all=True, append_images=frames[1:])

    assert _prepared(tmp_path / "still.jpg") == "is animated; the service takes a still picture."


def test_the_name_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(_encoded("JPEG"))
    (tmp_path / "page.jpg").write_text("<html>")

    assert _prepared(tmp_path / "picture.png") == ""
    assert _prepared(tmp_path / "page.jpg") == "is not a picture."


def test_what_is_no_file_is_not_prepared(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()

    assert _prepared(tmp_path / "folder.png") == "is a folder, not a picture."
    assert _prepared(tmp_path / "gone.png") == "is not there any more."


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")

    assert _prepared(tmp_path / "pipe.png") == "is not a file."


def _cut(path: Path) -> None:
    path.write_bytes(_encoded("PNG")[:3000])


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _exchanged(path: Path) -> None:
    path.write_bytes(_encoded("JPEG") * 2)


def _gone(path: Path) -> None:
    path.unlink()


def _forbidden(path: Path) -> None:
    raise PermissionError(13, "Permission denied", str(path))


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (_gone, "is not there any more."),
        (_forbidden, "cannot be read: permission denied."),
        (_cut, "is damaged and cannot be read to its end."),
        (_emptied, "is not a picture."),
        (_exchanged, ""),
    ],
)
def test_what_happens_between_the_looks_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, happens: Callable[[Path], None], said: str
) -> None:
    path = tmp_path / "picture.png"
    noisy((40, 30)).save(path)
    opened = Path.open

    def late(self: Path, *arguments: object) -> object:
        monkeypatch.undo()
        happens(self)
        return opened(self, *arguments)

    monkeypatch.setattr(Path, "open", late)
    assert _prepared(path) == said


def test_too_little_memory_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noisy((40, 30)).save(tmp_path / "picture.png")

    def nothing_left(*_: object, **__: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr("sora_studio.media.preparation.encode_png", nothing_left)
    assert _prepared(tmp_path / "picture.png") == "needs more memory than there is."
