"""The relay by itself says in one sentence why it cannot run, and ends with 2."""

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sora_studio.relay.folder import opened
from sora_studio.relay.limits import Limits
from sora_studio.relay.mailbox import Mailbox
from sora_studio.relay.serve import main
from sora_studio.relay.server import address_in_ascii

URL = ("--public-url", "https://relay.example.org")


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What it says, which is one line."""
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    return said.err


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://relay.example.org", "must begin with https"),
        ("relay.example.org", "is not an address"),
        ("https://me:pw@relay.example.org", "must not contain"),
        ("https://relay.example.org/?x", "must not contain"),
        ("https://straße.example", "Write it in ASCII"),  # one host in the old standard, another one in the new
        ("https://relay.example/größe", "Write it in ASCII"),
        (f"https://{'ü' * 80}.example", "Write it in ASCII"),
    ],
)
def test_an_address_that_does_not_serve(tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str, sentence: str) -> None:
    assert sentence in refusal(capsys, "--public-url", url, "--data", str(tmp_path / "d"))
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("https://MÜNCHEN.example:8443/relay", "https://xn--mnchen-3ya.example:8443/relay"),
        ("https://例え.テスト", "https://xn--r8jz45g.xn--zckzah"),
        ("https://Relay.example.org:8443", "https://Relay.example.org:8443"),
        ("http://[::1]:8788", "http://[::1]:8788"),
        ("", ""),
    ],
)
def test_a_host_of_other_letters_is_told_as_it_is_registered(url: str, address: str) -> None:
    assert address_in_ascii(url) == address


@pytest.mark.parametrize(("option", "words"), [("--data", "it names no folder"), ("--host", "it names no address")])
def test_an_option_that_a_variable_left_empty_is_refused(capsys: pytest.CaptureFixture[str], option: str, words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*URL, "--data", "anywhere", option, ""])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--max-film-mb", "--max-total-mb"])
@pytest.mark.parametrize("size", ["0", "-1", "a lot", "10000001"])
def test_a_limit_that_is_no_size_is_refused(capsys: pytest.CaptureFixture[str], option: str, size: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*URL, "--data", "anywhere", option, size])
    assert ended.value.code == 2
    assert f"{size} is no size from 1 to 10000000 MB" in capsys.readouterr().err


def test_a_given_token_takes_the_place_of_the_folders_own(tmp_path: Path) -> None:
    with opened(tmp_path, Limits()) as folder:
        assert folder.is_token_new
    with opened(tmp_path, Limits(), "a-token-of-the-tests", keep_token=True) as folder:
        assert (folder.token, folder.is_token_new) == ("a-token-of-the-tests", False)
    with opened(tmp_path, Limits(), "another-token-for-a-run") as folder:
        assert folder.token == "another-token-for-a-run"
    with opened(tmp_path, Limits()) as folder:
        assert (folder.token, folder.is_token_new) == ("a-token-of-the-tests", False)


def test_a_short_token_serves_for_trying_out_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(tmp_path, Limits(), "handy", keep_token=True, least_token=1) as folder:
        assert folder.token == "handy"
    assert f"{tmp_path / 'token'} contains no valid token." in refusal(capsys, *URL, "--data", str(tmp_path), "--port", "0")


@pytest.mark.parametrize("token", ["", "short", "fifteen-letters", "sixteen letters x", "sixteen-létters-x", "a" * 201])
def test_a_token_that_does_not_serve(tmp_path: Path, capsys: pytest.CaptureFixture[str], token: str) -> None:
    assert "token has 16 to 200" in refusal(capsys, *URL, "--data", str(tmp_path / "d"), "--token", token)


def test_a_token_of_the_environment_that_does_not_serve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SORA_STUDIO_RELAY_TOKEN", "short")
    assert "token has 16 to 200" in refusal(capsys, *URL, "--data", str(tmp_path / "d"))


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"two words of a person", b"\xff" * 40])
def test_a_token_file_that_somebody_changed_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    (tmp_path / "token").write_bytes(content)
    said = refusal(capsys, *URL, "--data", str(tmp_path))
    assert said.startswith(f"{tmp_path / 'token'} contains no valid token. A relay's token has 16 to 200")
    assert (tmp_path / "token").read_bytes() == content


def test_a_folder_that_cannot_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    assert f"cannot use {tmp_path / 'file'}" in refusal(capsys, *URL, "--data", str(tmp_path / "file"))


def test_a_folder_that_another_relay_uses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(tmp_path, Limits()):
        assert f"Another relay uses {tmp_path} already." in refusal(capsys, *URL, "--data", str(tmp_path))


def test_a_mailbox_that_is_damaged_may_be_deleted_and_then_the_token_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mailbox.db").write_bytes(b"no database" * 1000)
    said = refusal(capsys, *URL, "--data", str(tmp_path))
    assert f"cannot use {tmp_path / 'mailbox.db'}: file is not a database. You can delete the file" in said
    (tmp_path / "mailbox.db").unlink()
    with opened(tmp_path, Limits()) as folder:
        assert folder.is_token_new, "a start that failed made none"


def test_a_mailbox_that_is_not_damaged_is_not_to_be_deleted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mailbox.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 2")
    said = refusal(capsys, *URL, "--data", str(tmp_path))
    assert said == f"The relay cannot use {path}: a newer relay made it.\n"
    path.unlink()
    path.mkdir()
    said = refusal(capsys, *URL, "--data", str(tmp_path))
    assert said.startswith(f"The relay cannot use {path}: ")
    assert "deleted" not in said


def test_a_mailbox_that_may_not_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mailbox.db"
    Mailbox(path, Limits()).close()
    path.chmod(0o400)
    if os.access(path, os.W_OK):
        pytest.skip("there is nothing that this user may not write")
    assert refusal(capsys, *URL, "--data", str(tmp_path)) == f"The relay cannot use {path}: Permission denied.\n"


def test_a_port_that_is_taken_or_a_host_that_is_not_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"cannot listen on 127.0.0.1, port {port}:" in refusal(capsys, *URL, "--data", str(tmp_path), "--port", port)
    for host in ("192.0.2.1", "no.such.host.invalid", "x" * 70):
        assert f"cannot listen on {host}" in refusal(capsys, *URL, "--data", str(tmp_path), "--host", host)
    assert not (tmp_path / "token").exists(), "one that was never printed is not kept"
