"""Media: what each kind may say, lists that roles share, and each refusal with its line."""

import pytest

from sora_studio.domain.models.profile import MediaKind, MediaSlot, Role
from tests.doubles.models import HARBOUR, harbour, line_here, refusal_of

SHAPE = "min_side = 300\nmax_side = 4096\nmin_ratio = 0.4\nmax_ratio = 2.5\nalpha = false\n"
BOTH = ("text-to-video", "frames")


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ("role = 'audio'\nkind = 'audio'\nfield = 'a'", MediaSlot(Role.AUDIO, MediaKind.AUDIO, "a", BOTH)),
        ("role = 'lora'\nkind = 'lora'\nfield = 'l'\nmax = 3", MediaSlot(Role.LORA, MediaKind.LORA, "l", BOTH, max=3)),
        (
            "role = 'video'\nkind = 'video'\nfield = 'v'\nmin_s = 1\nmax_s = 30\ntotal_max_s = 60\nformats = ['mp4', 'mov']",
            MediaSlot(Role.VIDEO, MediaKind.VIDEO, "v", BOTH, formats=("mp4", "mov"), min_s=1, max_s=30, total_max_s=60),
        ),
        (
            "role = 'mask'\nkind = 'image'\nfield = 'm'\nmodes = ['frames']\nmax_bytes = 10\n" + SHAPE,
            MediaSlot(
                *(Role.MASK, MediaKind.IMAGE, "m", ("frames",)),
                max_bytes=10,
                min_side=300,
                max_side=4096,
                min_ratio=0.4,
                max_ratio=2.5,
                alpha=False,
            ),
        ),
        (
            "role = 'reference'\nkind = 'image'\nfield = 'r'\ntag = '@Image{n}'",
            MediaSlot(Role.REFERENCE, MediaKind.IMAGE, "r", BOTH, tag="@Image{n}"),
        ),
    ],
)
def test_a_role_says_what_its_table_says(table: str, wanted: MediaSlot) -> None:
    assert harbour(f"[[media]]\n{table}").media[-1] == wanted


def test_a_model_names_its_media_once_in_prompts() -> None:
    table = "[[media]]\nrole = '{0}'\nkind = 'image'\nfield = '{0}'\ntag = '@Image{{n}}'"
    tables = [table.format(role) for role in ("reference", "character")]
    assert harbour("\n".join(tables)).tags == ("@Image{n}",)


def test_roles_with_one_field_keep_the_order_of_the_file() -> None:
    assert [(slot.role, slot.field) for slot in harbour().media_in("frames")] == [
        (Role.FIRST, "image_urls"),
        (Role.LAST, "image_urls"),
    ]
    assert harbour().media_in("text-to-video") == ()


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("role = 'start' # here", "role is 'start', which is none of"),
        ("kind = 'film' # here", "kind is 'film', which is none of image, video, audio or lora."),
        ("role = 'video'\nkind = 'audio' # here", "The role video cannot be of the kind audio."),
        ("role = 'first'\nkind = 'video' # here", "The role first cannot be of the kind video."),
        ("role = 'mask'\nkind = 'video' # here", "The role mask cannot be of the kind video."),
        ("role = 'reference'\nkind = 'lora' # here", "The role reference cannot be of the kind lora."),
        ("field = 'prompt' # here", "'prompt' is already taken"),
        ("field = 'a-b' # here", "not a field name"),
        ("field = 'quality' # here", "The field 'quality' is also an option in the mode 'text-to-video'."),
        ("field = 'task' # here", "The mode 'frames' itself sends the field 'task'."),
        ("modes = ['x'] # here", "'x' is not a mode"),
        ("role = 'last' # here\nmodes = ['frames']", "The role last stands twice in the mode 'frames'."),
        (
            "field = 'image_urls' # here\nmodes = ['frames']",
            "last comes before reference in 'image_urls': its min must equal its max",
        ),
        ("min = -1 # here", "at least 0"),
        ("max = 0 # here", "at least 1"),
        ("min = 3 # here\nmax = 2", "min (3) is more than max (2)."),
        ("formats = ['.PNG'] # here", "'.PNG' is not the name of a format in lower case"),
        ("formats = [] # here", "at least one"),
        ("max_bytes = 1.5 # here", "whole number"),
        ("tag = '@Image' # here", "tag must contain {n}"),
        ("alpha = 1 # here", "true or false"),
        ("min_side = 2 # here\nmax_side = 1", "min_side (2) is more than max_side (1)."),
        ("min_ratio = 2 # here\nmax_ratio = 1", "min_ratio (2) is more than max_ratio (1)."),
        ("max_ratio = 0 # here", "more than 0"),
        ("max_s = 5 # here", "'max_s' is not known in [media]"),
        ("role = 'video'\nkind = 'video'\nmax_side = 5 # here", "'max_side' is not known in [media]"),
        ("role = 'video'\nkind = 'video'\nmin_s = 6 # here\nmax_s = 5", "min_s (6) is more than max_s (5)."),
        ("role = 'audio'\nkind = 'audio'\nmin_s = 6 # here\ntotal_max_s = 5", "min_s (6) is more than total_max_s (5)."),
        ("role = 'lora'\nkind = 'lora'\nmax_s = 5 # here", "'max_s' is not known in [media]"),
    ],
    ids=lambda value: value[:60],
)
def test_a_bad_role_is_refused_with_its_line(table: str, reason: str) -> None:
    rest = {"role": "'reference'", "kind": "'image'", "field": "'refs'"}
    given = "".join(f"{key} = {value}\n" for key, value in rest.items() if f"{key} = " not in table)
    text = f"{HARBOUR}[[media]]\n{given}{table}\n"
    line, said = refusal_of(text)
    assert reason in said
    assert line == line_here(text)


@pytest.mark.parametrize("key", ["role", "kind", "field"])
def test_a_missing_key_is_refused_with_the_line_of_its_table(key: str) -> None:
    keys = {"role": "'reference'", "kind": "'image'", "field": "'refs'"}
    text = HARBOUR + "\n".join(["[[media]] # here", *(f"{name} = {value}" for name, value in keys.items() if name != key)])
    assert refusal_of(text) == (line_here(text), f"The key {key!r} is missing in [media].")


def test_one_list_holds_one_kind() -> None:
    first = "[[media]]\nrole = 'reference'\nkind = 'image'\nfield = 'urls'\nmin = 1\nmax = 1\n"
    text = f"{HARBOUR}{first}[[media]]\nrole = 'video'\nfield = 'urls'\nkind = 'video' # here\n"
    assert refusal_of(text) == (line_here(text), "The field 'urls' holds image and video in the mode 'text-to-video'.")
