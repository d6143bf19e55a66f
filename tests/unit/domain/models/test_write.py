"""What is written is read back as it was."""

from dataclasses import replace
from datetime import date

import pytest

from sora_studio.domain.models.profile import ModelProfile, Source
from sora_studio.domain.models.proposal import propose
from sora_studio.domain.models.published import read_published
from sora_studio.domain.models.read import read
from sora_studio.domain.models.write import text, write
from sora_studio.simulator.models import MODELS
from tests.doubles.models import model
from tests.doubles.published import simulated


def _again(profile: ModelProfile) -> ModelProfile:
    return replace(read(write(profile), "mine.toml"), digest=profile.digest)


@pytest.mark.parametrize("slug", MODELS)
def test_a_profile_survives(slug: str) -> None:
    proposal = propose(read_published(simulated(slug)), slug=slug, title=slug, url="https://x.example", day=date(2026, 11, 29))
    profile = read(proposal.text, "mine.toml")
    assert _again(profile) == profile


def test_odd_values_survive() -> None:
    option = (
        '[[option]]\nfield = "a"\ntitle = "A \\"b\\" \\\\ #"\nkind = "choice"\nvalues = ["x\\"]", 1, 1.5, true, "1", "é😀"]\n'
    )
    number = '[[option]]\nfield = "b"\ntitle = "B"\nkind = "float"\nmin = -1e-7\nmax = 9007199254740992.0\nstep = 0.1\n'
    profile = replace(
        model("text image", option, number), source=Source("https://x.example/a?b=\"'", date(2026, 11, 29), "low")
    )
    assert _again(profile) == profile


def test_comments_stand_at_the_beginning_and_the_end() -> None:
    lines = write(model("text"), top=("First.",), open_ends=("Last.",)).splitlines()
    assert (lines[0], lines[-1]) == ("# First.", "# Last.")


@pytest.mark.parametrize(("value", "written"), [("a", '"a"'), ('"', '"\\""'), ("\\", '"\\\\"'), ("é", '"é"')])
def test_text_is_quoted(value: str, written: str) -> None:
    assert text(value) == written
