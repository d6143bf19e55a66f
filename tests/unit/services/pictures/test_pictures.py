"""A picture is looked at before anything is sent: what it is, what would be sent of it, what is wrong with it."""

import asyncio
from pathlib import Path

from sora_studio.domain.errors import ConnectionFailed, InvalidRequest, Problem
from sora_studio.domain.picture import PictureEdit, WebPicture
from sora_studio.domain.request import ImageFacts
from sora_studio.services.pictures.pictures import Pictures
from sora_studio.services.pictures.preparing import REMEMBERED, Preparation
from tests.doubles.outside import ScriptedMedia
from tests.doubles.publications import Checker
from tests.doubles.slots import picture_slot
from tests.unit.services.rig import run

URL = "https://pictures.example/cat.png"


def build(tmp_path: Path) -> tuple[Pictures, ScriptedMedia, Checker]:
    media, checker = ScriptedMedia(), Checker()
    return Pictures(media, Preparation(media), checker, tmp_path / "frames"), media, checker


def test_a_picture_that_can_be_sent_shows_what_would_be(tmp_path: Path) -> None:
    async def story() -> None:
        pictures, _, _ = build(tmp_path)
        look = await pictures.look("/a/cat.png", PictureEdit(), picture_slot())
        assert look.facts == ImageFacts("png", 64, 64, 1000)
        assert look.published is not None
        assert (look.offer, look.problem) == (None, "")

    run(story())


def test_one_that_cannot_be_sent_as_it_is_comes_with_an_offer(tmp_path: Path) -> None:
    async def story() -> None:
        pictures, media, _ = build(tmp_path)
        media.images["scan.tiff"] = ImageFacts("tiff", 64, 64, 20_000_000)
        look = await pictures.look("/a/scan.tiff", PictureEdit(), picture_slot())
        assert look.published is None
        assert look.offer is not None
        assert "scan.tiff" in look.problem
        taken = await pictures.look("/a/scan.tiff", PictureEdit(convert=True), picture_slot())
        assert (taken.published, taken.offer, taken.problem) == (look.offer, None, "")

    run(story())


def test_an_address_is_looked_at_and_what_is_wrong_is_said(tmp_path: Path) -> None:
    async def story() -> None:
        pictures, _, checker = build(tmp_path)
        look = await pictures.look(URL, PictureEdit(), picture_slot())
        assert (look.web, look.problem) == (WebPicture("png", 64, 64, 1000), "")
        checker.troubles[URL] = InvalidRequest([Problem("images", "The address answers 404.")])
        assert (await pictures.look(URL, PictureEdit(), picture_slot())).problem == "The address answers 404."
        checker.troubles[URL] = ConnectionFailed("The address cannot be looked at: nothing listens at its port.")
        assert (await pictures.look(URL, PictureEdit(), picture_slot())).note == (
            "The address cannot be looked at: nothing listens at its port. It will be checked again before it is sent."
        )

    run(story())


def test_what_is_asked_for_by_many_is_prepared_once_until_the_file_changes(tmp_path: Path) -> None:
    async def story() -> None:
        media = ScriptedMedia()
        preparation, rules = Preparation(media), picture_slot()
        assert rules is not None
        picture = tmp_path / "cat.png"
        picture.write_bytes(b"one")
        await asyncio.gather(*(preparation.prepare(picture, PictureEdit(), rules) for _ in range(8)))
        assert len(media.prepared) == 1
        await preparation.prepare(picture, PictureEdit(convert=True), rules)
        assert len(media.prepared) == 2
        picture.write_bytes(b"another")
        await preparation.prepare(picture, PictureEdit(), rules)
        assert len(media.prepared) == 3

    run(story())


def test_whether_a_picture_can_be_sent_is_remembered_longer_than_its_bytes_and_as_long_as_its_file_stays(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        media, rules = ScriptedMedia(), picture_slot()
        assert rules is not None
        preparation = Preparation(media)
        files = [tmp_path / f"{number}.png" for number in range(3 * REMEMBERED)]
        for file in files:
            file.write_bytes(b"a picture")
            await preparation.prepare(file, PictureEdit(), rules)
        for file in files:
            await preparation.check(file, PictureEdit(), rules)
        assert len(media.prepared) == len(files)
        files[0].write_bytes(b"another picture")
        await preparation.check(files[0], PictureEdit(), rules)
        await preparation.check(files[1], PictureEdit(convert=True), rules)
        assert media.prepared[len(files) :] == ["0.png", "1.png"]

    run(story())
