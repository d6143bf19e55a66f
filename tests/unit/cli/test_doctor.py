"""`doctor` tells what needs a person, part by part, and leaves everything as it is."""

import asyncio
import gzip
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sora_studio import disk_calls, paths
from sora_studio.cli.doctor import places
from sora_studio.relay.embedded import EmbeddedRelay
from sora_studio.simulator.serve import Running, running
from tests.canary import KEY, RELAY_TOKEN
from tests.doubles.dead_share import dead_share
from tests.unit.cli.conftest import Answer

Ask = Callable[..., Answer]
PARTS = ["database", "files", "folders", "key", "disk", "connection", "relay"]
OLD_DATABASE = Path(__file__).parents[1] / "storage" / "version_6.db.gz"


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    with running() as simulator:
        monkeypatch.setenv("SORA_STUDIO_BASE_URL", simulator.url)
        monkeypatch.setenv("SORA_STUDIO_API_KEY", KEY)
        yield simulator


@pytest.fixture(autouse=True)
def own_videos(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(paths, "videos_dir", lambda: tmp_path / "Videos")
    return tmp_path / "Videos"


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Each file's time and content."""
    return {str(file): (file.stat().st_mtime_ns, file.read_bytes()) for file in folder.rglob("*") if file.is_file()}


def part(answer: Answer, name: str) -> dict[str, object]:
    found = answer.row[name]
    assert isinstance(found, dict)
    return found


def put_old_database(data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    (data / "studio.db").write_bytes(gzip.decompress(OLD_DATABASE.read_bytes()))


def settle(data: Path, **values: str) -> None:
    data.mkdir(parents=True, exist_ok=True)
    (data / "settings.toml").write_text("".join(f"{name} = {value}\n" for name, value in values.items()), encoding="utf-8")


@pytest.mark.usefixtures("simulator")
def test_a_first_start_needs_nobody_and_leaves_no_trace(ask: Ask, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    answer = ask("doctor", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert list(answer.row) == PARTS
    states = {name: part(answer, name)["state"] for name in PARTS}
    assert states == {**dict.fromkeys(PARTS, "ok"), "files": "skipped", "relay": "skipped"}
    assert part(answer, "key")["origin"] == "environment"
    assert part(answer, "connection")["balance_usd"] == 100.0
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.usefixtures("simulator")
def test_the_words_are_aligned_and_never_hold_the_key(ask: Ask) -> None:
    answer = ask("doctor")
    lines = answer.out.splitlines()
    assert [line.split()[0] for line in lines if line[:1].strip()] == [*PARTS, "Nothing"]
    assert "key         ok       The key comes from SORA_STUDIO_API_KEY. The service accepts it." in lines
    assert all(len(line) <= 120 for line in lines)
    assert KEY not in answer.out + ask("doctor", "--json").out


def test_without_a_key_the_connection_is_skipped(ask: Ask) -> None:
    answer = ask("doctor")
    assert answer.code == 1
    assert "connection  skipped  Not checked: there is no key to ask with." in answer.out
    assert "key         problem  " in answer.out
    assert "sora-studio key set" in answer.out
    assert answer.out.endswith("\n1 part needs you.\n")


def test_a_key_that_is_refused_needs_a_person(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(keys=["another"]) as simulator:
        monkeypatch.setenv("SORA_STUDIO_BASE_URL", simulator.url)
        monkeypatch.setenv("SORA_STUDIO_API_KEY", KEY)
        answer = ask("doctor", "--json")
    assert answer.code == 1
    assert (part(answer, "key")["state"], part(answer, "key")["accepted"]) == ("problem", False)
    assert (part(answer, "connection")["state"], part(answer, "connection")["reachable"]) == ("ok", True)


def test_a_service_that_is_gone_needs_a_person(ask: Ask, monkeypatch: pytest.MonkeyPatch, simulator: Running) -> None:
    with running() as other:
        pass
    monkeypatch.setenv("SORA_STUDIO_BASE_URL", other.url)
    answer = ask("doctor", "--json")
    assert answer.code == 1
    found = part(answer, "connection")
    assert (found["state"], found["reachable"]) == ("problem", False)
    assert found["do"]
    monkeypatch.setenv("SORA_STUDIO_BASE_URL", "http://service.example")
    assert "must begin with https" in str(part(ask("doctor", "--json"), "connection")["say"])


def test_an_empty_account_needs_a_person(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(balance_usd=0.0) as simulator:
        monkeypatch.setenv("SORA_STUDIO_BASE_URL", simulator.url)
        monkeypatch.setenv("SORA_STUDIO_API_KEY", KEY)
        answer = ask("doctor", "--json")
    assert (answer.code, part(answer, "connection")["state"]) == (1, "problem")
    assert "Add credit" in str(part(answer, "connection")["do"])


@pytest.mark.usefixtures("simulator")
def test_missing_clips_and_files_without_an_owner_are_counted(ask: Ask, data: Path) -> None:
    put_old_database(data)
    for name, is_old in (("1.jpg", True), ("999999.jpg", True), ("999998.jpg", False)):
        poster = data / "posters" / name
        poster.parent.mkdir(exist_ok=True)
        poster.write_bytes(bytes(1000))
        if is_old:
            os.utime(poster, (time.time() - 9000, time.time() - 9000))
    before = everything(data)
    answer = ask("doctor", "--json")
    assert answer.code == 1
    files = part(answer, "files")
    assert (files["state"], files["saved"], files["unowned"], files["unowned_bytes"]) == ("problem", 0, 1, 1000)
    assert files["missing"] == 1673, "of tasks that are still in the list"
    assert "Put missing files back" in str(files["do"])
    database = part(answer, "database")
    assert (database["state"], database["version"], database["tasks"]) == ("ok", 6, 2000)
    assert everything(data) == before


@pytest.mark.usefixtures("simulator")
def test_a_backup_that_is_overdue_is_a_warning(ask: Ask, data: Path) -> None:
    put_old_database(data)
    (data / "backups").mkdir()
    (data / "backups" / "studio-20250101-120000.db.gz").write_bytes(b"1234")
    database = part(ask("doctor", "--json"), "database")
    assert database["state"] == "warning"
    assert "overdue" in str(database["say"])
    assert "free space" in str(database["do"])


@pytest.mark.usefixtures("simulator")
def test_damage_is_told_and_not_repaired(ask: Ask, data: Path) -> None:
    put_old_database(data)
    (data / "studio.db").write_bytes((data / "studio.db").read_bytes()[:100_000])
    before = everything(data)
    answer = ask("doctor", "--json")
    assert answer.code == 1
    assert part(answer, "database")["state"] == "problem"
    assert "start it again" in str(part(answer, "database")["do"])
    assert part(answer, "files")["state"] == "skipped"
    assert everything(data) == before


@pytest.mark.usefixtures("simulator")
def test_a_database_that_is_gone_although_it_has_backups(ask: Ask, data: Path) -> None:
    (data / "backups").mkdir(parents=True)
    (data / "backups" / "studio-20261101-120000.db.gz").write_bytes(b"1234")
    answer = ask("doctor", "--json")
    assert answer.code == 1
    database = part(answer, "database")
    assert (database["state"], database["backups"], database["backup_bytes"]) == ("problem", 1, 4)


@pytest.mark.usefixtures("simulator")
def test_a_folder_that_is_none_and_settings_that_are_none(ask: Ask, data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    settle(data, output_dir=f'"{tmp_path / "file"}"', theme='"purple"')
    answer = ask("doctor", "--json")
    assert answer.code == 1
    folders = part(answer, "folders")
    assert folders["state"] == "problem"
    assert f"Clips folder {tmp_path / 'file'} cannot be used: {tmp_path / 'file'} is not a folder." in str(folders["say"])
    assert "settings.toml: theme is not used." in str(folders["say"])
    assert "choose another folder in Settings" in str(folders["do"])
    assert [file.name for file in data.iterdir()] == ["settings.toml"], "no copy of the damaged settings"


@pytest.mark.usefixtures("simulator")
def test_settings_that_are_not_used_are_only_a_warning(ask: Ask, data: Path) -> None:
    settle(data, theme='"purple"')
    answer = ask("doctor", "--json")
    assert (answer.code, part(answer, "folders")["state"]) == (0, "warning")


@pytest.mark.usefixtures("simulator")
def test_a_full_disk_needs_a_person(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = places.shutil.disk_usage("/")
    monkeypatch.setattr(places.shutil, "disk_usage", lambda _path: type(usage)(10**12, 10**12 - 1000, 1000))
    answer = ask("doctor", "--json")
    assert (answer.code, part(answer, "disk")["state"]) == (1, "problem")
    assert "Free some space" in str(part(answer, "disk")["do"])


@pytest.mark.usefixtures("simulator")
def test_a_silent_share_is_told_within_its_deadline(
    ask: Ask, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_calls, "ANSWER_WITHIN_S", 0.3)
    settle(data, output_dir=f'"{tmp_path / "share"}"')
    with dead_share(tmp_path / "share"):
        answer = ask("doctor", "--json")
    assert answer.code == 1
    folders = part(answer, "folders")
    assert "share does not answer" in str(folders["say"])
    assert "Connect the network share" in str(folders["do"])
    assert (part(answer, "database")["state"], part(answer, "connection")["state"]) == ("ok", "ok")


@pytest.mark.usefixtures("simulator")
def test_a_data_folder_on_a_silent_share(ask: Ask, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_calls, "ANSWER_WITHIN_S", 0.3)
    monkeypatch.setattr("sora_studio.cli.doctor.records.INSPECT_WITHIN_S", 0.3)
    with dead_share(data):
        answer = ask("doctor", "--json")
    assert answer.code == 1
    assert (part(answer, "database")["state"], part(answer, "connection")["state"]) == ("problem", "ok")


def test_the_relay_is_greeted(ask: Ask, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> tuple[Answer, Answer]:
        relay = EmbeddedRelay(tmp_path / "relay")
        await relay.start()
        try:
            monkeypatch.setenv("SORA_STUDIO_RELAY_URL", relay.base_url)
            monkeypatch.setenv("SORA_STUDIO_RELAY_TOKEN", relay.token)
            good = await asyncio.to_thread(ask, "doctor", "--json", "--demo")
            monkeypatch.setenv("SORA_STUDIO_RELAY_TOKEN", RELAY_TOKEN)
            return good, await asyncio.to_thread(ask, "doctor", "--json", "--demo")
        finally:
            await relay.stop()

    good, bad = asyncio.run(main())
    assert (good.code, part(good, "relay")["state"]) == (0, "ok")
    assert (bad.code, part(bad, "relay")["state"]) == (1, "problem")
    assert not data.exists(), "a demo's checkup has a simulator of its own, elsewhere"
    gone = ask("doctor", "--json", "--demo")
    assert (gone.code, part(gone, "relay")["state"]) == (1, "problem")
    assert "Check that it is running" in str(part(gone, "relay")["do"])


def test_a_relay_of_ours_answers_only_while_the_window_is_open(ask: Ask, data: Path, simulator: Running) -> None:
    settle(data, relay='"here"', relay_url='"http://127.0.0.1:9"')
    assert part(ask("doctor", "--json"), "relay")["state"] == "skipped", "it has never run"
    (data / "relay").mkdir()
    (data / "relay" / "token").write_text(RELAY_TOKEN, encoding="ascii")
    answer = ask("doctor", "--json")
    (data / "relay" / "token").unlink()
    assert (answer.code, part(answer, "relay")["state"]) == (0, "warning")
    assert "while Sora Studio is open" in str(part(answer, "relay")["do"])
