"""The relay as a program: it says where it is, keeps what it has answered through a kill, and ends in order."""

import asyncio
import itertools
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from sora_studio.domain.relay import callback_secret
from tests import canary

URL = "https://relay.example.org"
TOKEN = canary.RELAY_TOKEN
BEARER = {"Authorization": f"Bearer {TOKEN}"}
SENDERS = 8
KILLED_AFTER = 60


def log_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.log")


@contextmanager
def relay(folder: Path, *arguments: str, token: str = "") -> "Iterator[tuple[subprocess.Popen[str], str, list[str]]]":
    """A process that answers, its address on this machine, and what it said until then. Its log is a file beside the folder."""
    with log_of(folder).open("a") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "sora_studio",
                "relay",
                "--public-url",
                URL,
                "--data",
                str(folder),
                "--port",
                "0",
                *arguments,
            ],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "SORA_STUDIO_RELAY_TOKEN": token},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout
        said = list[str]()
        while not said or not said[-1].startswith("Relay ready: "):
            line = process.stdout.readline()
            assert line, log_of(folder).read_text()[-2000:]
            said.append(line.rstrip("\n"))
        yield process, said[-1].rpartition(" ")[2], said
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


async def storm(base_url: str, process: "subprocess.Popen[str]") -> set[str]:
    """Callbacks from several senders until the relay is killed in their midst; the secrets that were answered 200."""
    answered = set[str]()

    async def send(http: httpx.AsyncClient) -> None:
        while True:
            secret = callback_secret(TOKEN, secrets.token_bytes(16))
            try:
                answer = await http.post(f"/c/{secret}", json={"data": {"taskId": secret}})
            except httpx.TransportError:
                return
            assert answer.status_code == 200
            answered.add(secret)
            if len(answered) == KILLED_AFTER:
                process.kill()

    async with httpx.AsyncClient(base_url=base_url, trust_env=False) as http:
        await asyncio.gather(*(send(http) for _ in range(SENDERS)))
    return answered


def kept(base_url: str, wanted: set[str]) -> set[str]:
    """Those of the wanted secrets that the stream brings before its first sign of life."""
    found = set[str]()
    with httpx.stream("GET", f"{base_url}/v1/callbacks", headers=BEARER, timeout=20, trust_env=False) as stream:
        for line in stream.iter_lines():
            found |= {json.loads(line).get("secret", "")} & wanted
            if found == wanted or line == "{}":
                break
    return found


def test_limits_that_are_given_at_the_start_are_told_to_the_studio(tmp_path: Path) -> None:
    with relay(tmp_path, "--max-film-mb", "2", "--max-total-mb", "5", token=TOKEN) as (_, base_url, _):
        greeting = httpx.get(f"{base_url}/v1/relay", headers=BEARER, trust_env=False).json()
    assert (greeting["film_bytes"], greeting["free_bytes"]) == (2_000_000, 5_000_000)


def test_every_callback_that_was_answered_survives_a_kill(tmp_path: Path) -> None:
    with relay(tmp_path, token=TOKEN) as (process, base_url, _):
        answered = asyncio.run(storm(base_url, process))
    assert len(answered) >= KILLED_AFTER
    with relay(tmp_path, token=TOKEN) as (_, base_url, _):
        assert kept(base_url, answered) == answered
        assert httpx.get(f"{base_url}/v1/relay", headers=BEARER, trust_env=False).json()["public_url"] == URL


@pytest.mark.skipif(os.name == "nt", reason="there are no such signals")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_its_token_once_and_ends_in_order(tmp_path: Path, how: signal.Signals) -> None:
    for start in range(2):
        with relay(tmp_path) as (process, base_url, said):
            token = (tmp_path / "token").read_text().strip()
            assert said == [f"Token: {token}"] * (start == 0) + [f"Relay ready: {URL} on {base_url}"]
            with httpx.stream("GET", f"{base_url}/v1/callbacks", headers={"Authorization": f"Bearer {token}"}) as stream:
                assert "epoch" in next(stream.iter_lines())
                assert httpx.post(f"{base_url}/c/{callback_secret(token, bytes(16))}", content=b"{}").status_code == 200
                process.send_signal(how)
                assert process.wait(timeout=10) == 0
            last_two = log_of(tmp_path).read_text().splitlines()[2 * start :]
            assert [line.split(" ", 2)[2] for line in last_two] == ["INFO GET stream 200", "INFO POST callback 200"]


def test_a_token_of_ones_own_is_kept_and_on_loopback_may_be_a_handy_one(tmp_path: Path) -> None:
    for words in (["--token", "handy"], []):
        with relay(tmp_path, "--public-url", "http://127.0.0.1:1", *words) as (_, base_url, said):
            assert said == [f"Relay ready: http://127.0.0.1:1 on {base_url}"]
            greeted = httpx.get(f"{base_url}/v1/relay", headers={"Authorization": "Bearer handy"}, trust_env=False)
            assert greeted.status_code == 200


def test_a_second_one_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with relay(tmp_path, token=TOKEN):
        arguments = ["relay", "--public-url", URL, "--data", str(tmp_path), "--port", "0"]
        second = subprocess.run([sys.executable, "-m", "sora_studio", *arguments], capture_output=True, text=True, check=False)
    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr == f"Another relay uses {tmp_path} already. End it, or choose another folder.\n"
    assert not (tmp_path / "token").exists(), "a token that was given is not kept"


def pictures_in(folder: Path) -> list[str]:
    """What lies there, whole or not."""
    return [path.name for path in (folder / "pictures").iterdir()]


@pytest.mark.skipif(sys.platform != "linux", reason="only there a running process can be given a limit")
def test_where_nothing_more_fits_it_refuses_and_goes_on_once_something_does(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    headers = {**BEARER, "Content-Type": "image/jpeg", "Lifetime": "60"}
    picture, handle = b"\xff\xd8\xff\xe0" + bytes(100_000), "a-picture-that-was-lent.jpg"
    fresh = (f"/c/{callback_secret(TOKEN, number.to_bytes(16, 'big'))}" for number in itertools.count())
    with relay(tmp_path, token=TOKEN) as (process, base_url, _), httpx.Client(base_url=base_url, trust_env=False) as http:
        put = partial(http.put, f"/v1/pictures/{handle}", headers=headers)
        assert put(content=picture).status_code == 201
        for most, taken in ((50_000, False), (resource.RLIM_INFINITY, True)):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
            assert put(content=picture + b"new").status_code == (201 if taken else 507)
            answers = [http.post(next(fresh), content=b"{}").status_code for _ in range(50)]
            assert answers[-1] == (200 if taken else 503)
            assert http.get(f"/p/{handle}").content == picture + b"new" * taken
            assert pictures_in(tmp_path) == [handle]


def test_an_upload_that_a_kill_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    head = f"PUT /v1/pictures/a-picture-that-was-lent.jpg HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer {TOKEN}\r\n"
    head += "Content-Type: image/jpeg\r\nLifetime: 60\r\nContent-Length: 9000000\r\n\r\n"
    with relay(tmp_path, token=TOKEN) as (process, base_url, _):
        with socket.create_connection(("127.0.0.1", int(base_url.rpartition(":")[2]))) as connection:
            connection.sendall(head.encode() + bytes(300_000))
            while not pictures_in(tmp_path):
                assert process.poll() is None
            process.kill()
            process.wait()
        assert pictures_in(tmp_path)
    with relay(tmp_path, token=TOKEN):
        assert pictures_in(tmp_path) == []


def test_it_loads_no_more_than_its_container_has() -> None:
    program = "import sys; before = {*sys.modules}; import sora_studio.relay.serve; print(*({*sys.modules} - before))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    ours = {".".join(name.split(".")[:2]) for name in loaded if name.startswith("sora_studio.")}
    others = {name.partition(".")[0] for name in loaded if name[0] != "_"} - {*sys.stdlib_module_names, "sora_studio"}
    container = (Path(__file__).parents[2] / "packaging" / "relay" / "Containerfile").read_text()
    (libraries,) = re.findall(r"/\^\(([a-z0-9|-]+)\)==/", container)
    assert {name.replace("_", "-") for name in others} <= set(libraries.split("|"))
    assert ours == {"sora_studio.domain", "sora_studio.paths", "sora_studio.relay"}
