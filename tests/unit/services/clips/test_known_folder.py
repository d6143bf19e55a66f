"""A folder's change is found by its names alone, whatever the file system's order and spelling."""

import random
import unicodedata
from pathlib import Path

from sora_studio.domain.clip import ClipFile
from sora_studio.services.clips.known_folder import FolderState, KnownFolder, differing


def listing(names: list[str]) -> str:
    return f"/{'/'.join(names)}/"


def test_every_name_that_came_or_went_is_found_and_few_others() -> None:
    rng = random.Random(4)
    names = [f"{number:05}-a-clip-of-the-harbour.mp4" for number in range(3000)]
    for count in (0, 1, 2, 40, 2999, 3000):
        before, after = names.copy(), names.copy()
        gone, new = set(rng.sample(names, count)), {f"new {number}.json" for number in range(count)}
        after = [name for name in after if name not in gone]
        for name in new:
            after.insert(rng.randrange(len(after) + 1), name)
        found = set(differing(listing(before), listing(after)))
        assert found == gone | new
        assert set(differing(listing(after), listing(before))) == found


def test_nothing_is_missed_where_the_order_is_new() -> None:
    rng = random.Random(5)
    before = [f"{number}.mp4" for number in range(2000)]
    after = [*before[:700], *before[701:], "b.mp4"]
    rng.shuffle(after)
    assert {"700.mp4", "b.mp4"} <= set(differing(listing(before), listing(after)))


def test_a_name_is_the_same_however_the_file_system_spells_it() -> None:
    folder = KnownFolder(FolderState(1, listing(["other.mp4"])))
    folder.add([ClipFile(7, str(Path("films") / unicodedata.normalize("NFC", "Café 1.mp4")), True), ClipFile(8, "b.mp4", True)])
    assert folder.changed(FolderState(2, listing(["other.mp4", unicodedata.normalize("NFD", "CAFÉ 1.mp4")]))) == [7]
    assert folder.changed(FolderState(3, listing(["other.mp4"]))) == [7]
    assert folder.changed(FolderState(4, listing(["other.mp4", "notes.txt"]))) == []
