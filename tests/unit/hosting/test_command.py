"""A person's command gets its file and nothing else of ours, and whatever it does, it ends, and with it all that it started."""

import asyncio
import contextlib
import json
import os
import shlex
import socket
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sora_studio.domain.errors import PublishingFailed, StorageFull
from sora_studio.domain.picture import PreparedPicture
from sora_studio.hosting.command import CommandHost, split
from tests import canary
from tests.doubles.lent_films import MB, lent_film

PICTURE = PreparedPicture(bytes(range(256)) * 100, "image/png", 8, 8)
HANDLE = "0123456789abcdefghijkl.png"
Script = Callable[[str], str]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """The command that runs this text as a Python program."""

    def written(text: str) -> str:
        path = tmp_path / "a script.py"
        path.write_text(text, encoding="utf-8")
        return shlex.join([sys.executable, str(path)])

    return written


def publish(command: str, *, within_s: float = 20.0) -> str:
    return asyncio.run(CommandHost(command, within_s=within_s).publish(PICTURE, HANDLE, lifetime_s=60.0))


def refusal(command: str, *, within_s: float = 20.0) -> PublishingFailed:
    with pytest.raises(PublishingFailed) as caught:
        publish(command, within_s=within_s)
    assert "Settings" in caught.value.advice
    return caught.value


def test_it_gets_a_private_file_that_is_gone_afterwards_and_its_last_line_is_the_address(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SORA_STUDIO_API_KEY", canary.KEY)
    seen = tmp_path / "seen.json"
    command = script(
        f"""
import json, os, pathlib, sys
file = pathlib.Path(sys.argv[-1])
seen = [str(file), file.read_bytes().hex(), file.parent.stat().st_mode, sys.argv[1:-1], sys.stdin.read(), sorted(os.environ)]
pathlib.Path({str(seen)!r}).write_text(json.dumps(seen))
print("uploading…\\nhttps://not.example/this-one\\n https://pictures.example/a.png?sig=1 \\n\\n")
print("https://not.example/nor-this", file=sys.stderr)
"""
    )
    host = CommandHost(f"{command} --to '$HOME' ;")
    assert asyncio.run(host.publish(PICTURE, HANDLE, lifetime_s=60.0)) == "https://pictures.example/a.png?sig=1"
    file, content, mode, arguments, stdin, names = json.loads(seen.read_text())
    assert Path(file).name == HANDLE
    assert bytes.fromhex(content) == PICTURE.content
    assert arguments == ["--to", "$HOME", ";"]
    assert stdin == ""
    assert not any(name.startswith("SORA_STUDIO_") for name in names)
    assert not Path(file).parent.exists()
    if os.name == "posix":
        assert stat.S_IMODE(mode) == 0o700


def test_a_film_is_linked_not_copied_and_what_a_killed_run_left_goes(script: Script, tmp_path: Path) -> None:
    film = lent_film(tmp_path)
    old, recent = tmp_path / "sora-studio-old", tmp_path / "sora-studio-recent"
    for left in (old, recent):
        left.mkdir()
        (left / "left.mp4").write_bytes(b"left")
    os.utime(old, (1, 1))
    command = script(
        "import os, sys; facts = os.stat(sys.argv[1]); name = os.path.basename(sys.argv[1])\n"
        "print(f'https://films.example/{facts.st_ino}/{facts.st_size}/{name}')"
    )
    url = asyncio.run(CommandHost(command).publish(film, "0123456789abcdefghijkl.mp4", lifetime_s=60.0))
    assert url == f"https://films.example/{film.path.stat().st_ino}/{film.size_bytes}/0123456789abcdefghijkl.mp4"
    assert {path.name for path in tmp_path.iterdir()} == {film.path.name, recent.name, "a script.py"}


def test_a_film_is_copied_where_there_are_no_links(script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(_self: Path, _target: Path) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    command = script("import os, sys; print(f'https://films.example/{os.stat(sys.argv[1]).st_size}')")
    film = lent_film(tmp_path)
    assert asyncio.run(CommandHost(command).publish(film, HANDLE, lifetime_s=60.0)).endswith(str(film.size_bytes))


def test_a_film_whose_copy_is_gone_is_that_films_fault(script: Script, tmp_path: Path) -> None:
    film = lent_film(tmp_path)
    film.path.unlink()
    with pytest.raises(PublishingFailed, match="cannot be read: No such file") as caught:
        asyncio.run(CommandHost(script("print('https://a.example/b')")).publish(film, HANDLE, lifetime_s=60.0))
    assert type(caught.value) is PublishingFailed


def test_a_large_film_has_more_time(script: Script, tmp_path: Path) -> None:
    with pytest.raises(PublishingFailed, match="did not finish within -10 s"):
        publish(script("import time; time.sleep(60)"), within_s=-10.0)
    film, host = lent_film(tmp_path, 3 * MB), CommandHost(script("print('https://a.example/b')"), within_s=-10.0)
    assert asyncio.run(host.publish(film, HANDLE, lifetime_s=60.0)) == "https://a.example/b"


def test_the_file_stands_where_the_command_wants_it(script: Script) -> None:
    command = script("import sys; print(f'https://pictures.example/{len(sys.argv)}/{sys.argv[2][:4]}{sys.argv[2][-4:]}')")
    assert publish(f"{command} -i in:{{file}} -o x") == "https://pictures.example/5/in:/.png"


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        (r'C:\Tools\up.exe --to "D:\My Pictures" {file}', [r"C:\Tools\up.exe", "--to", r"D:\My Pictures", "{file}"]),
        (r'"C:\Program Files\up.exe" a', [r"C:\Program Files\up.exe", "a"]),
    ],
)
def test_on_windows_backslashes_stay_and_quotes_hold_together(command: str, parts: list[str]) -> None:
    assert split(command, windows=True) == parts


def test_elsewhere_quotes_and_backslashes_are_a_shells() -> None:
    assert split(r"""up\ load 'a b' "c" """, windows=False) == ["up load", "a b", "c"]


@pytest.mark.parametrize(
    "printed",
    ["", "done", "ftp://a.example/b", "http://a.example/b.png", "https://a.example/b c", "https://", "https://a/" + "x" * 5000],
)
def test_what_is_no_https_address_is_refused_and_not_repeated(script: Script, printed: str) -> None:
    error = refusal(script(f"print({printed!r})"))
    assert "not an https address" in error.title
    assert not printed or printed not in f"{error.sentence}{error.detail}"


def test_an_address_on_this_machine_may_do_without_tls(script: Script) -> None:
    assert publish(script("print('http://127.0.0.1:8000/a.png')")) == "http://127.0.0.1:8000/a.png"


def test_a_failure_is_told_with_its_own_last_words_and_without_links(script: Script) -> None:
    words = "403 for https://b.example/a.png?sig=1 with Bearer abc"
    error = refusal(
        script(f"import sys; print('https://a.example/b.png'); print('one\\n' + {words!r}, file=sys.stderr); sys.exit(3)")
    )
    assert error.title == "The command failed with the code 3."
    assert error.detail == "403 for https://b.example/a.png?… with Bearer …"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("", "No command for pictures"),
        ("no-such-program-anywhere {file}", "The program 'no-such-program-anywhere' was not found"),
        ("upload 'half", "quotation mark"),
    ],
)
def test_a_command_that_cannot_be_started(command: str, words: str) -> None:
    assert words in refusal(command).title


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the suffix says what is a program")
def test_a_program_that_the_system_does_not_take(tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_bytes(b"\x7fELF nonsense")
    path.chmod(0o700)
    assert "could not be started: Exec format error" in refusal(str(path)).title


def test_a_full_disk_is_told_as_such(monkeypatch: pytest.MonkeyPatch, script: Script) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    command = script("print('https://a.example/b.png')")
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageFull):
        publish(command)


# Connects to us, and so does a child of its own: a connection that ends shows that its process has.
TWO_PROCESSES = """
import socket, subprocess, sys
held = socket.create_connection(("127.0.0.1", {port}))
if len(sys.argv) == 2:
    subprocess.Popen([sys.executable, __file__, "child", "of ours"])
{then}
"""


def two_ends(server: socket.socket) -> list[socket.socket]:
    server.settimeout(10)
    ends = [server.accept()[0] for _ in range(2)]
    for end in ends:
        end.settimeout(10)
    return ends


def assert_all_are_gone(ends: list[socket.socket]) -> None:
    for end in ends:
        with end, contextlib.suppress(ConnectionResetError):
            assert end.recv(1) == b""


def test_a_command_that_hangs_is_killed_with_all_that_it_started(script: Script) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = script(TWO_PROCESSES.format(port=server.getsockname()[1], then="import time; time.sleep(60)"))
        error = refusal(command, within_s=5)
        assert error.title == "The command did not finish within 5 s."
        assert_all_are_gone(two_ends(server))


def test_what_a_command_leaves_running_on_its_output_does_not_hold_us_up(script: Script) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        then = "import time; time.sleep(60) if len(sys.argv) > 2 else print('https://a.example/b.png')"
        assert publish(script(TWO_PROCESSES.format(port=server.getsockname()[1], then=then))) == "https://a.example/b.png"
        assert_all_are_gone(two_ends(server))


def test_nobody_waits_any_more_so_it_is_killed(script: Script) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = script(TWO_PROCESSES.format(port=server.getsockname()[1], then="import time; time.sleep(60)"))

        async def story() -> list[socket.socket]:
            work = asyncio.create_task(CommandHost(command).publish(PICTURE, HANDLE, lifetime_s=60.0))
            ends = await asyncio.to_thread(two_ends, server)
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
            return ends

        assert_all_are_gone(asyncio.run(story()))


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_command_that_prints_without_an_end_is_stopped(script: Script, stream: str) -> None:
    assert "printed too much" in refusal(script(f"import sys\nwhile True: sys.{stream}.write('x' * 999)")).title


def test_the_check_publishes_a_real_picture(script: Script) -> None:
    asyncio.run(
        CommandHost(
            script("import sys; from PIL import Image; Image.open(sys.argv[1]).load(); print('https://a.example/b')")
        ).check()
    )
    with pytest.raises(PublishingFailed, match="code 1"):
        asyncio.run(CommandHost(script("raise SystemExit(1)")).check())


def test_commands_have_places_that_do_not_repeat_them() -> None:
    one, other = CommandHost(f"up --password {canary.KEY}"), CommandHost("up")
    assert one.place == CommandHost(f"up --password {canary.KEY}").place != other.place
    assert canary.KEY not in f"{one.place}{one!r}"
