"""What the composer complains about: of what, in which order, and with which way out."""

from sora_studio.domain.errors import Problem
from sora_studio.domain.picture import PictureEdit
from sora_studio.viewmodels.compose.compose_complaints import Complaints
from sora_studio.viewmodels.compose.pictures.picture_words import Seen, Sent

NO_WAY = Problem("images", "The service can only fetch files from a public address.")
LARGE = Seen(PictureEdit(), offer=Sent("JPEG", 10, 10, 1000, 90), problem="Too large.")


def complained(*problems: Problem) -> Complaints:
    complaints = Complaints()
    complaints.add(problems)
    return complaints


def of(name: str) -> Problem:
    return Problem("images", f"{name} is too large.", f"/pictures/{name}")


def test_a_way_out_stands_right_behind_its_own_complaint() -> None:
    said = complained(of("big.jpg"), NO_WAY).said({"/pictures/big.jpg": LARGE})
    assert said == {"images": f"big.jpg is too large. Open big.jpg to send a JPEG instead. {NO_WAY.message}"}


def test_those_with_a_way_out_stand_together() -> None:
    seen = {f"/pictures/{name}": LARGE for name in ("a.jpg", "c.jpg")}
    said = complained(NO_WAY, of("a.jpg"), of("b.jpg"), of("c.jpg")).said(seen)["images"]
    assert said == (
        f"{NO_WAY.message} a.jpg is too large. c.jpg is too large. Open a.jpg and c.jpg to send copies that fit. "
        "b.jpg is too large."
    )


def test_a_pictures_own_complaints_are_told_from_those_about_all() -> None:
    complaints = complained(
        of("a.jpg"), NO_WAY, Problem("images", "And it is a GIF.", "/pictures/a.jpg"), Problem("route", "No.")
    )
    assert complaints.of_pictures == {"/pictures/a.jpg": "a.jpg is too large. And it is a GIF."}
    assert complaints.of_all_pictures == NO_WAY.message
    assert complaints.forgive("images")
    assert (complaints.of_pictures, complaints.of_all_pictures) == ({}, "")


def test_two_files_of_one_name_are_complained_about_once() -> None:
    complaints = complained(of("a.jpg"), Problem("images", "a.jpg is too large.", "/elsewhere/a.jpg"))
    assert complaints.said({}) == {"images": "a.jpg is too large."}
    assert len(complaints.of_pictures) == 2
