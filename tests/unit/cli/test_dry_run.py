import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from sora_studio.domain.models.profile import Role
from sora_studio.viewmodels.settings.models.sample import Sample
from tests.doubles.films import write_film
from tests.doubles.models import shipped_models
from tests.doubles.recordings import write_recording
from tests.unit.cli.conftest import Answer

Ask = Callable[..., Answer]
URL = "https://x.example/a.png"


@pytest.fixture
def still(tmp_path: Path) -> Path:
    path = tmp_path / "still.png"
    Image.new("RGB", (640, 360), "teal").save(path)
    return path


@pytest.fixture
def dry(ask: Ask) -> Ask:
    """`dry(*arguments)` is `generate --dry-run --json` of a harbour."""
    return lambda *arguments: ask("generate", "--dry-run", "--json", *arguments, "A harbour")


def _kinds(answer: Answer) -> list[str]:
    assert answer.code == 2
    refused = answer.row["refused"]
    assert isinstance(refused, list)
    assert list(answer.row) == ["refused"]
    assert all(list(refusal) == ["kind", "say", "field"] for refusal in refused)
    return [refusal["kind"] for refusal in refused]


def test_what_would_be_sent_is_one_object(dry: Ask, data: Path) -> None:
    answer = dry("--set", "duration=15", "--set", "remove_watermark=off", "--route", "value")
    assert answer.code == 0
    assert answer.row == {
        "model": "sora-2",
        "provider": "value",
        "input": {
            "mode": "text-to-video",
            "prompt": "A harbour",
            "duration": 15,
            "aspect_ratio": "landscape",
            "remove_watermark": False,
        },
    }
    assert list(answer.row) == ["model", "provider", "input"]
    assert not data.exists()


def test_without_a_mode_the_one_for_text_or_for_a_picture_is_used(dry: Ask) -> None:
    assert dry("--model", "kling-2-1").row["input"]["mode"] == "master-text-to-video"
    assert dry("--model", "kling-2-1", "--image", URL).row["input"]["mode"] == "standard-image-to-video"


def test_a_model_without_routes_sends_no_provider(dry: Ask) -> None:
    assert dry("--model", "kling-3-0-std").row["provider"] is None


def test_the_model_of_the_settings_is_used(dry: Ask, data: Path) -> None:
    data.mkdir()
    (data / "settings.toml").write_text('model = "vidu-q3"\n', encoding="utf-8")
    assert dry().row["model"] == "vidu-q3"


def test_a_users_own_model_is_known(dry: Ask, add_model: Callable[..., None]) -> None:
    add_model("harbour-1", '[[mode]]\nid = "text"\ntitle = "Text"\nkind = "text"')
    assert dry("--model", "harbour-1").row["input"] == {"mode": "text", "prompt": "A harbour"}


def test_a_file_stands_for_the_address_that_it_would_get(dry: Ask, still: Path) -> None:
    for arguments in (["--image", str(still)], ["--media", f"first={still}"]):
        sent = dry(*arguments).row["input"]
        assert isinstance(sent, dict)
        assert (sent["mode"], sent["image_urls"]) == ("image-to-video", ["upload:still.png"])


def test_media_go_where_their_roles_say(dry: Ask, tmp_path: Path, still: Path) -> None:
    film = write_film(tmp_path / "dance.mp4")
    media = ["--media", f"video={film}", "--media", f"character={still}"]
    sent = dry("--model", "kling-3-0-std", "--mode", "motion-control", *media).row["input"]
    assert isinstance(sent, dict)
    assert (sent["image_urls"], sent["video_urls"]) == (["upload:still.png"], ["upload:dance.mp4"])


def test_the_first_picture_comes_first(dry: Ask, still: Path) -> None:
    answer = dry("--model", "vidu-q3", "--media", f"last={URL}", "--image", str(still))
    sent = answer.row["input"]
    assert isinstance(sent, dict)
    assert sent["image_urls"] == ["upload:still.png", URL]


def test_a_picture_begins_a_mode_without_a_first_picture_as_well(dry: Ask) -> None:
    answer = dry("--model", "wan-2-2-animate", "--image", URL, "--media", "video=https://x.example/b.mp4")
    sent = answer.row["input"]
    assert isinstance(sent, dict)
    assert sent["image_urls"] == [URL]


def test_several_pictures_make_several_tasks_and_the_first_is_shown(dry: Ask) -> None:
    answer = dry("--image", URL, "--image", "https://x.example/b.png")
    sent = answer.row["input"]
    assert isinstance(sent, dict)
    assert sent["image_urls"] == [URL]
    assert "2 pictures: 2 tasks. This is the first." in answer.err


def test_media_of_one_role_belong_to_one_task(dry: Ask) -> None:
    assert _kinds(dry("--media", f"first={URL}", "--media", f"first={URL}")) == ["media_many"]


@pytest.mark.parametrize(
    ("arguments", "kinds"),
    [
        (["--model", "sora-9"], ["model"]),
        (["--mode", "dance"], ["mode"]),
        (["--set", "fps=30"], ["option_unknown"]),
        (["--set", "duration=11"], ["option_value"]),
        (["--set", "duration=ten"], ["option_value"]),
        (["--route", "cheap"], ["route"]),
        (["--route", "cheap", "--set", "duration=11"], ["option_value", "route"]),
        (["--count", "11"], ["takes"]),
        (["--mode", "image-to-video"], ["media_missing"]),
        (["--media", f"last={URL}", "--image", URL], ["media_unknown"]),
        (["--media", f"hat={URL}"], ["media_unknown"]),
        (["--image", "https:///a.png"], ["media_missing"]),
        (["--image", "ftp://x.example/a.png"], ["media_missing"]),
    ],
)
def test_everything_that_is_refused_is_named_in_the_order_of_the_checks(
    dry: Ask, arguments: list[str], kinds: list[str]
) -> None:
    assert _kinds(dry(*arguments)) == kinds


def test_a_model_that_is_gone_takes_nothing(dry: Ask, add_model: Callable[..., None]) -> None:
    add_model("harbour-0", '[[mode]]\nid = "text"\ntitle = "Text"\nkind = "text"', status="gone")
    assert _kinds(dry("--model", "harbour-0", "--set", "fps=30", "--image", "no-such-file.png")) == ["gone"]


def test_a_file_that_does_not_exist_is_refused_in_a_sentence(dry: Ask, tmp_path: Path) -> None:
    answer = dry("--image", str(tmp_path / "none.png"))
    assert answer.row == {
        "refused": [{"kind": "media_missing", "say": f"There is no file {tmp_path / 'none.png'}.", "field": "first"}]
    }


@pytest.mark.parametrize(("name", "content"), [("empty.png", b""), ("words.png", b"no picture")])
def test_a_file_that_is_no_picture_is_refused(dry: Ask, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert _kinds(dry("--image", str(tmp_path / name))) == ["media_format"]


def test_pictures_are_looked_at(dry: Ask, tmp_path: Path) -> None:
    Image.new("RGBA", (200, 360)).save(tmp_path / "clear.png")
    answer = dry("--model", "wan-2-5-video", "--image", str(tmp_path / "clear.png"))
    assert _kinds(answer) == ["media_pixels", "media_alpha"]


EDIT = '[[mode]]\nid = "edit"\ntitle = "Edit"\nkind = "edit"\n[[media]]\nrole = "{0}"\nkind = "{0}"\nfield = "files"'


def test_films_are_looked_at(dry: Ask, tmp_path: Path, add_model: Callable[..., None]) -> None:
    add_model("harbour-1", EDIT.format("video"), 'formats = ["mp4"]\nmin_s = 100')
    write_film(tmp_path / "short.mp4")
    (tmp_path / "odd.mp4").write_bytes(b"unknown to this program")
    assert _kinds(dry("--model", "harbour-1", "--media", f"video={tmp_path / 'short.mp4'}")) == ["media_length"]
    refused = dry("--model", "harbour-1", "--media", f"video={tmp_path / 'odd.mp4'}")
    assert _kinds(refused) == ["media_format"]
    assert "odd.mp4 is " in str(refused.row)


def test_sounds_are_looked_at(dry: Ask, tmp_path: Path, add_model: Callable[..., None]) -> None:
    add_model("harbour-1", EDIT.format("audio"), 'formats = ["mp3"]\nmax_s = 1')
    long = write_recording(tmp_path / "long.wav", seconds=1.2, video=None, audio="pcm_s16le")
    (tmp_path / "odd.mp3").write_bytes(b"no sound")
    assert _kinds(dry("--model", "harbour-1", "--media", f"audio={long}")) == ["media_format", "media_length"]
    assert _kinds(dry("--model", "harbour-1", "--media", f"audio={tmp_path / 'odd.mp3'}")) == ["media_format"]


def test_a_converted_film_is_what_a_dry_run_checks_if_it_is_asked_for(
    dry: Ask, tmp_path: Path, add_model: Callable[..., None]
) -> None:
    add_model("harbour-1", EDIT.format("video"), 'formats = ["mp4"]')
    film = write_recording(tmp_path / "walk.mkv", seconds=0.2)
    asked = ("--model", "harbour-1", "--media", f"video={film}")
    assert _kinds(dry(*asked)) == ["media_format"]
    assert dry(*asked, "--fit").code == 0


def test_a_copy_that_fits_would_be_sent_if_it_is_asked_for(dry: Ask, tmp_path: Path) -> None:
    Image.new("RGB", (640, 360)).save(tmp_path / "still.bmp")
    assert _kinds(dry("--image", str(tmp_path / "still.bmp"))) == ["media_format"]
    assert dry("--image", str(tmp_path / "still.bmp"), "--fit").code == 0


def test_a_prompt_from_standard_input(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"A harbour,\nthen fog\n"), "utf-8"))
    sent = ask("generate", "--dry-run", "--json", "-").row["input"]
    assert isinstance(sent, dict)
    assert sent["prompt"] == "A harbour,\nthen fog"


def test_a_prompt_that_is_no_text_is_refused_like_any_other(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9"), "utf-8"))
    assert _kinds(ask("generate", "--dry-run", "--json", "-")) == ["prompt_unsendable"]


def test_without_json_it_reads_as_sentences(ask: Ask, still: Path) -> None:
    answer = ask("generate", "--dry-run", "--image", str(still), "A harbour")
    assert answer.code == 0
    first, *lines = answer.out.splitlines()
    assert first == "Sora 2 would get this by the route auto; nothing was sent."
    assert "  prompt: A harbour" in lines
    assert f"  image_urls: {json.dumps(['upload:still.png'])}" in lines
    refused = ask("generate", "--dry-run", "--set", "duration=11", "")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.splitlines() == ["The prompt is empty. Describe the clip first.", "Duration takes 10 s or 15 s."]


@pytest.mark.parametrize("slug", ["sora-2", "seedance-2-0", "veo-3-1"])
def test_the_model_editor_shows_the_same_request(ask: Ask, slug: str) -> None:
    profile = shipped_models()[slug]
    mode = next(mode for mode in profile.modes if profile.media_in(mode.id))
    slot = profile.media_in(mode.id)[0]
    sample = Sample.of(profile).with_mode(mode.id).with_count(Role(slot.role), 1)
    media = f"{slot.role}=https://example.com/{slot.role}-1.jpg"
    asked = ("generate", "--dry-run", "--json", "--model", slug, "--mode", mode.id, "--media", media, sample.prompt)
    assert ask(*asked).row == json.loads(sample.request())
