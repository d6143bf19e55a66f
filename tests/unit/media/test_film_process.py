"""Whatever a film does to the process that opens it, the program goes on: with a sentence, in time, believing no nonsense."""

import base64
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.errors import PassingError, StudioError
from sora_studio.media import film_child
from sora_studio.media.film_process import FilmProcess
from tests.doubles.films import write_film
from tests.doubles.mutations import MUTATIONS, mutated

FACTS = {"width": 320, "height": 180, "duration_s": 2.0, "has_audio": False}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"any")
    return path


def child(script: str, *, within_s: float = 10.0) -> FilmProcess:
    """A process that does this in place of looking into a film."""
    return FilmProcess([sys.executable, "-I", "-c", script], within_s=within_s)


def saying(answer: object) -> FilmProcess:
    return child(f"print({json.dumps(answer)!r})")


def test_an_answer_that_can_be_true_is_believed(film: Path) -> None:
    assert saying(FACTS).inspect(film) == FilmFacts(320, 180, 2.0, has_audio=False)
    poster = b"\xff\xd8\xff and more"
    assert saying({"poster": base64.b64encode(poster).decode()}).draw_poster(film, max_edge=640) == poster
    frame = b"\x89PNG\r\n\x1a\n and more"
    assert saying({"frame": base64.b64encode(frame).decode()}).draw_frame(film, at_s=1.5) == frame


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {**FACTS, "width": 0},
        {**FACTS, "height": -1},
        {**FACTS, "width": 10**9},
        {**FACTS, "width": "320"},
        {**FACTS, "duration_s": float("inf")},
        {**FACTS, "duration_s": float("nan")},
        {**FACTS, "has_audio": 1},
        {"poster": "not base64"},
        {"poster": base64.b64encode(b"<svg>").decode()},
        {"frame": base64.b64encode(b"\xff\xd8\xff").decode()},
        {"frame": 7},
    ],
)
def test_an_answer_that_cannot_be_true_is_not(film: Path, answer: object) -> None:
    with pytest.raises(StudioError, match="cannot be opened"):
        saying(answer).inspect(film)
    with pytest.raises(StudioError, match="cannot be opened"):
        saying(answer).draw_poster(film, max_edge=640)
    with pytest.raises(StudioError, match="cannot be opened"):
        saying(answer).draw_frame(film, at_s=1.5)


@pytest.mark.parametrize(
    "harm",
    [
        "import os; os.abort()",
        "import ctypes; ctypes.string_at(0)",
        "raise SystemExit(3)",
        "print('{' * 100_000)",
        "while True: print('x' * 1_000_000)",
        "import os; os.close(1)",
    ],
)
def test_a_film_that_ends_its_process_harms_nothing_else(film: Path, harm: str) -> None:
    with pytest.raises(StudioError, match="cannot be opened"):
        child(f"print(flush=True)\n{harm}").inspect(film)


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_a_film_that_uses_up_its_processor_time_is_at_fault(film: Path) -> None:
    endless = f"""
import sys
sys.path.insert(0, {str(Path(film_child.__file__).parents[2])!r})
from sora_studio.media import film_child
def spin(film):
    while True: pass
film_child.inspect_film, film_child.MAX_PROCESSOR_S = spin, 1
film_child.main([])
"""
    with pytest.raises(StudioError, match="cannot be opened") as refusal:
        child(endless, within_s=60).inspect(film)
    assert not isinstance(refusal.value, PassingError)


@pytest.mark.parametrize(
    "starved",
    [
        "print(flush=True); import time; time.sleep(60)",
        "import time; time.sleep(60)",
        "while True: pass",
    ],
)
def test_a_check_that_is_not_finished_in_time_is_ended_and_blames_nobody(film: Path, starved: str) -> None:
    began = time.monotonic()
    with pytest.raises(PassingError) as refusal:
        child(starved, within_s=0.3).inspect(film)
    assert refusal.value.detail == "no answer within 0.3 s"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "failed",
    [
        "raise SystemExit(3)",
        "import nothing_of_that_name",
        "print(flush=True); import os; os.kill(os.getpid(), 9)",
        "print(flush=True); import os; os.kill(os.getpid(), 15)",
    ],
)
def test_a_process_that_fails_before_the_film_or_is_killed_blames_nobody(film: Path, failed: str) -> None:
    with pytest.raises(PassingError):
        child(failed).inspect(film)


def test_a_refusal_keeps_its_sentence_and_no_more_than_that(film: Path) -> None:
    with pytest.raises(StudioError) as refusal:
        saying({"refused": "The film is not complete.", "detail": "x" * 10_000}).inspect(film)
    assert refusal.value.title == "The film is not complete."
    assert len(refusal.value.detail) == 300


def test_when_no_process_can_be_started_the_film_is_not_blamed(film: Path, tmp_path: Path) -> None:
    with pytest.raises(PassingError):
        FilmProcess([str(tmp_path / "nothing here")]).inspect(film)


def test_the_process_gets_the_film_and_nothing_secret(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SORA_STUDIO_API_KEY", "sk-secret")
    look = """
import json, os, sys
told = [name for name in os.environ if "SORA_STUDIO" in name] + [word for word in sys.argv if "film" in word]
print(json.dumps({"refused": str(told), "detail": sys.stdin.read()}))
"""
    with pytest.raises(StudioError) as refusal:
        child(look).inspect(film)
    assert (refusal.value.title, refusal.value.detail) == ("[]", "any")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep some of these limits or none")
@pytest.mark.parametrize(
    ("deed", "trouble"),
    [
        (f"bytearray({film_child.MAX_MEMORY_BYTES})", "MemoryError"),
        ("open(folder + '/file', 'wb', buffering=0).write(b'x')", "OSError"),
    ],
)
def test_the_process_has_limits(film: Path, tmp_path: Path, deed: str, trouble: str) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(Path(film_child.__file__).parents[2])!r})
from sora_studio.media import film_child
folder = {str(tmp_path)!r}
film_child.inspect_film = lambda film: {deed}
film_child.main([])
"""
    with pytest.raises(StudioError) as refusal:
        child(script).inspect(film)
    assert refusal.value.detail == trouble


def test_damaged_films_cost_a_sentence_each(tmp_path: Path) -> None:
    good = write_film(tmp_path / "good.mp4", frames=20).read_bytes()
    process = FilmProcess()

    def look(seed: int) -> str:
        path = tmp_path / f"{seed}.mp4"
        path.write_bytes(mutated(good, seed))
        try:
            facts = process.inspect(path)
            if seed // len(MUTATIONS) % 2:
                picture = process.draw_frame(path, at_s=facts.duration_s / 3)
            else:
                picture = process.draw_poster(path, max_edge=160)
        except StudioError as refusal:
            return refusal.title
        assert facts.duration_s > 0
        assert picture
        return "opened"

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(look, range(2 * len(MUTATIONS))))
    print({words: told.count(words) for words in sorted(set(told))})  # noqa: T201 - the figure
    assert all(told)
    assert {"opened", "The film is not complete.", "The film cannot be opened."} <= set(told)
    assert len(list(tmp_path.iterdir())) == 1 + len(told)
