"""What is said about files of models."""

from sora_studio.domain.errors import ProfileError
from sora_studio.domain.models.model_file import ModelFile, Origin
from sora_studio.viewmodels.settings.models.model_words import file_facts, file_title, install_question, unusable_profiles
from tests.doubles.models import shipped_models

BAD = ProfileError("a.toml", 4, "The key 'x' is not known.")


def test_one_notice_names_all_files_that_cannot_be_used() -> None:
    assert unusable_profiles([BAD]) == BAD.sentence
    other = ProfileError("b.toml", 0, "It is not text in UTF-8.")
    assert unusable_profiles([BAD, other]) == (
        "2 profiles cannot be used: a.toml line 4: The key 'x' is not known; b.toml: It is not text in UTF-8. "
        "They are ignored; everything else works."
    )
    long = ProfileError("c.toml", 1, "y" * 500 + ".")
    words = unusable_profiles([long, *[BAD] * 200])
    assert len(words) < 400
    assert "; and 198 more." in words


def test_a_row_says_whose_the_file_is_or_why_it_cannot_be_read() -> None:
    sora = shipped_models()["sora-2"]
    shipped = ModelFile("sora-2.toml", Origin.SHIPPED, sora, has_unsaved=True)
    assert (file_title(shipped), file_facts(shipped)) == ("Sora 2", "sora · shipped · retiring · unsaved changes")
    own = ModelFile("sora-2.toml", Origin.REPLACES, sora, BAD)
    assert file_title(own) == "sora-2.toml"
    assert file_facts(own).endswith("line 4: The key 'x' is not known · the shipped profile is used instead")
    assert file_facts(ModelFile("a.toml", Origin.OWN, None, BAD)).endswith("· the model is left out")


def test_installing_says_what_it_replaces() -> None:
    assert install_question("M", "m.toml", None) == "Install the proposal for M as models/m.toml?"
    assert "instead of the shipped profile" in install_question("M", "m.toml", Origin.SHIPPED)
    assert "Your own file is kept" in install_question("M", "m.toml", Origin.OWN)
