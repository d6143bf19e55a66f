"""The kept process opens film after film; one that ends it ends only its own request."""

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from sora_studio.domain.clip import FilmFacts
from sora_studio.domain.errors import PassingError, StudioError
from sora_studio.media import film_child, film_decoder
from sora_studio.media.film_decoder import FilmDecoder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there every film gets a process of its own")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return _film(tmp_path, "good")


def _film(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text(name)
    return path


def decoder(look: str, *, before: str = "", within_s: float = 10.0) -> FilmDecoder:
    """A decoder whose process runs `look` with the film's content as `word`, and returns its own id as the film's width."""
    script = f"""
import os, sys, time
sys.path.insert(0, {str(Path(film_child.__file__).parents[2])!r})
from sora_studio.domain.clip import FilmFacts
from sora_studio.media import film_child
{before}
def look(film):
    word = film.read().decode()
    {look}
    return FilmFacts(os.getpid() % 16384 or 1, 1, 1.0, False)
film_child.inspect_film = look
film_child.main(sys.argv[1:])
"""
    return FilmDecoder([sys.executable, "-I", "-c", script], within_s=within_s)


def test_one_process_opens_many_films(film: Path) -> None:
    kept = decoder("pass")
    facts = [kept.inspect(film) for _ in range(5)]
    kept.close()

    assert facts == [facts[0]] * 5
    assert facts[0].width != os.getpid() % 16384


@pytest.mark.parametrize("harm", ["os._exit(0)", "os._exit(3)", "os.abort()", "os.kill(os.getpid(), 11)"])
def test_a_film_that_ends_the_process_is_at_fault_and_the_next_one_is_opened(tmp_path: Path, harm: str) -> None:
    kept = decoder(f"word == 'bad' and {harm}")
    first = kept.inspect(_film(tmp_path, "good"))

    with pytest.raises(StudioError, match="cannot be opened"):
        kept.inspect(_film(tmp_path, "bad"))
    assert kept.inspect(_film(tmp_path, "good")) != first
    kept.close()


@pytest.mark.parametrize("signal", [9, 15])
def test_a_process_killed_from_outside_blames_nobody(film: Path, signal: int) -> None:
    kept = decoder(f"os.kill(os.getpid(), {signal})")
    with pytest.raises(PassingError):
        kept.inspect(film)
    kept.close()


def test_processor_time_is_counted_for_each_film(tmp_path: Path) -> None:
    spin = "t = time.process_time()\n    while word == 'endless' or time.process_time() < t + 0.6: pass"
    kept = decoder(spin, before="film_child.MAX_PROCESSOR_S = 1", within_s=60)
    for _ in range(4):
        kept.inspect(_film(tmp_path, "good"))
    with pytest.raises(StudioError, match="cannot be opened") as refusal:
        kept.inspect(_film(tmp_path, "endless"))
    assert not isinstance(refusal.value, PassingError)
    kept.close()


def test_a_film_that_is_not_finished_in_time_blames_nobody(tmp_path: Path) -> None:
    kept = decoder("word == 'slow' and time.sleep(60)", within_s=2.0)
    assert isinstance(kept.inspect(_film(tmp_path, "good")), FilmFacts)
    began = time.monotonic()
    with pytest.raises(PassingError) as refusal:
        kept.inspect(_film(tmp_path, "slow"))
    assert refusal.value.detail == "no answer within 2 s"
    assert time.monotonic() - began < 10
    assert isinstance(kept.inspect(_film(tmp_path, "good")), FilmFacts)
    kept.close()


def test_a_process_that_ended_while_idle_is_replaced(film: Path) -> None:
    kept = decoder("pass", before="film_child.IDLE_S = 0.05")
    first = kept.inspect(film)
    deadline = time.monotonic() + 10
    while kept.is_running and time.monotonic() < deadline:
        threading.Event().wait(0.01)

    assert not kept.is_running
    assert kept.inspect(film) != first
    kept.close()


def test_a_process_serves_a_limited_number_of_films(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_decoder, "FILMS_PER_PROCESS", 2)
    kept = decoder("pass")
    first, second, third = (kept.inspect(film) for _ in range(3))
    kept.close()

    assert first == second != third


def test_a_film_does_not_wait_for_a_slow_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_decoder, "BUSY_S", 0.05)
    kept = decoder("word == 'slow' and time.sleep(60)", within_s=20.0)
    slow = threading.Thread(target=_tried, args=(kept, _film(tmp_path, "slow")))
    slow.start()
    while not kept.is_running:
        threading.Event().wait(0.01)

    assert isinstance(kept.inspect(_film(tmp_path, "good")), FilmFacts)
    kept.close()
    slow.join(10)
    assert not slow.is_alive()


def _tried(kept: FilmDecoder, film: Path) -> None:
    with pytest.raises(StudioError):
        kept.inspect(film)


@pytest.mark.parametrize("failed", ["raise SystemExit(3)", "import nothing_of_that_name"])
def test_a_process_that_fails_before_the_film_blames_nobody(film: Path, failed: str) -> None:
    with pytest.raises(PassingError):
        decoder("pass", before=failed).inspect(film)


def test_when_no_process_can_be_started_the_film_is_not_blamed(film: Path, tmp_path: Path) -> None:
    with pytest.raises(PassingError):
        FilmDecoder([str(tmp_path / "nothing here")]).inspect(film)


@pytest.mark.parametrize("said", ["os.write(0, b'{}')", "os.write(0, b'{}\\n')"])
def test_words_that_come_unasked_are_not_taken_for_the_next_answer(tmp_path: Path, said: str) -> None:
    kept = decoder(f"word == 'bad' and {said}")
    with pytest.raises(StudioError, match="cannot be opened"):
        kept.inspect(_film(tmp_path, "bad"))
    assert isinstance(kept.inspect(_film(tmp_path, "good")), FilmFacts)
    kept.close()
