"""The proxies' files as they are shipped: a request that finds no relay leaves no secret in a proxy's log."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

SHIPPED = (Path(__file__).resolve().parents[3] / "packaging" / "relay" / "Caddyfile").read_text(encoding="utf-8")
CADDY, NGINX = shutil.which("caddy"), shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SECRET = "a-name-that-only-its-owner-knows"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def caddy_command(folder: Path, port: int, behind: int) -> list[str]:
    """As shipped, but for the site's name, the relay's port and a port of Caddy's own."""
    said = SHIPPED.replace("\nrelay.example.org {", f"\nhttp://127.0.0.1:{port} {{").replace(
        "127.0.0.1:8788", f"127.0.0.1:{behind}"
    )
    (folder / "Caddyfile").write_text(said.replace("\tlog default", "\tadmin off\n\tlog default"), encoding="utf-8")
    return [CADDY or "", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def nginx_command(folder: Path, port: int, behind: int) -> list[str]:
    """The lines of the comment, in the least that nginx runs with."""
    comment = SHIPPED.partition("For nginx:\n")[2].partition("# with its")[0]
    server = "\n".join(line.removeprefix("#") for line in comment.splitlines()).replace("127.0.0.1:8788", f"127.0.0.1:{behind}")
    server = server.replace("server {", f"server {{ listen 127.0.0.1:{port};")
    paths = "\n".join(f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    main = f"daemon off; pid {folder}/pid; error_log {folder}/log info; events {{}}"
    (folder / "conf").write_text(f"{main} http {{ {paths} access_log {folder}/log;\n{server} }}", encoding="utf-8")
    return [NGINX or "", "-c", str(folder / "conf"), "-p", str(folder)]


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except ConnectionRefusedError:
        return False
    return True


@contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    """A proxy that answers; all that it says is in files of the folder."""
    homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(folder / "home"))
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, **homes})
    try:
        while not listens(port):
            assert process.poll() is None, (folder / "said").read_text()
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(caddy_command, marks=pytest.mark.skipif(CADDY is None, reason="there is no Caddy")),
        pytest.param(nginx_command, marks=pytest.mark.skipif(NGINX is None, reason="there is no nginx")),
    ],
)
def test_a_request_that_finds_no_relay_is_written_nowhere(
    command: Callable[[Path, int, int], list[str]], tmp_path: Path
) -> None:
    port = free_port()
    with running(command(tmp_path, port, free_port()), tmp_path, port), httpx.Client(trust_env=False) as http:
        assert http.get(f"http://127.0.0.1:{port}/p/{SECRET}.jpg").status_code == 502
        assert http.post(f"http://127.0.0.1:{port}/c/{SECRET}", content=b"{}").status_code == 502
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert written
    assert SECRET.encode() not in written
