"""The key in a real Secret Service, on a message bus of its own: kept, found by another process, locked, hung, cleared."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests import canary

TOOLS = ("dbus-run-session", "gnome-keyring-daemon")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)),
    reason="needs dbus-run-session and gnome-keyring-daemon (Debian: dbus-x11, gnome-keyring)",
)

START = (
    "printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 && exec {python} -W error -c {script}"
)
KEY = f"{canary.KEY}-Hunter2.~+/=_" + "x" * 2000


def on_a_bus_of_its_own(script: str, tmp_path: Path) -> list[str]:
    """Run a script beside an unlocked key store that lives in `tmp_path`; the lines that it prints."""
    script = textwrap.dedent(script)
    (tmp_path / "runtime").mkdir(mode=0o700, exist_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "GNOME_", "PYTHON_KEYRING"))},
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_RUNTIME_DIR": str(tmp_path / "runtime"),
        "KEY": KEY,
    }
    start = START.format(python='"$0"', script='"$1"')
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", start, sys.executable, script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Hunter2" not in done.stderr
    return done.stdout.splitlines()


def test_a_key_is_kept_found_and_cleared(tmp_path: Path) -> None:
    kept = """
        import asyncio, os
        from sora_studio.storage.secrets import KeyringKeys

        async def scene():
            keys = KeyringKeys()
            for status in (await keys.load(), await keys.save(os.environ["KEY"]), await KeyringKeys().load()):
                print(status.origin, status.notice)
            print(keys.key == os.environ["KEY"])

        asyncio.run(scene())
    """
    assert on_a_bus_of_its_own(kept, tmp_path) == ["none ", "keyring ", "keyring ", "True"]
    assert not any(b"Hunter2" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())

    cleared = """
        import asyncio, os
        from sora_studio.storage.secrets import KeyringKeys

        async def scene():
            keys = KeyringKeys()
            print((await keys.load()).origin, keys.key == os.environ["KEY"])
            for status in (await keys.clear(), await keys.clear(), await KeyringKeys().load()):
                print(status.origin, status.notice)

        asyncio.run(scene())
    """
    assert on_a_bus_of_its_own(cleared, tmp_path) == ["keyring True", "none ", "none ", "none "]


def test_a_locked_store_stalls_neither_the_answer_nor_the_exit(tmp_path: Path) -> None:
    locked = """
        import asyncio, os
        import secretstorage
        from contextlib import closing
        from sora_studio.storage.secrets import KeyringKeys

        with closing(secretstorage.dbus_init()) as bus:
            secretstorage.get_default_collection(bus).lock()

        async def scene():
            keys = KeyringKeys(load_timeout_s=1, save_timeout_s=1)
            print((await keys.load()).origin, (await keys.save("k")).origin, keys.key)

        asyncio.run(scene())
    """
    assert on_a_bus_of_its_own(locked, tmp_path) == ["none session k"]


def test_without_a_key_store_the_key_is_kept_for_the_session(tmp_path: Path) -> None:
    script = """
        import asyncio
        from sora_studio.storage.secrets import KeyringKeys
        print(asyncio.run(KeyringKeys().save("k")))
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "PYTHON_KEYRING"))}
    environment |= {"HOME": str(tmp_path), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'none'}"}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "KeyOrigin.SESSION" in done.stdout, done.stderr
