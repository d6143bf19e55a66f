"""Show in folder: what a file manager on a real session bus is told, and what happens without one."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("dbus-run-session"), reason="needs dbus-run-session (Debian: dbus)"
)
MANAGER = """
import json
from jeepney import HeaderFields, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

bus = open_dbus_connection("SESSION")
bus.send_and_get_reply(message_bus.RequestName("org.freedesktop.FileManager1"))
print("ready", flush=True)
while True:
    message = bus.receive()
    if message.header.fields.get(HeaderFields.member) == "ShowItems":
        print(json.dumps(message.body), flush=True)
        bus.send(new_method_return(message))
"""
PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from sora_studio.ui.kit import file_manager

opened = []
file_manager.QDesktopServices.openUrl = lambda url: opened.append(url.toLocalFile())

async def scene():
    await file_manager.show_file(Path(sys.argv[1]), asyncio.ensure_future)
    while len(asyncio.all_tasks()) > 1:
        await asyncio.sleep(0)

asyncio.run(scene())
print(json.dumps(opened))
"""


def _show(tmp_path: Path, path: str, *, has_manager: bool) -> tuple[list[object], list[str]]:
    """Show a file beside a file manager; what it was told, and the folders that were opened instead."""
    (tmp_path / "manager.py").write_text(MANAGER, encoding="utf-8")
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    script = '"$0" -W error program.py "$1"'
    if has_manager:
        script = (
            '"$0" manager.py > manager.out & manager=$!; '
            "while ! grep -q ready manager.out; do kill -0 $manager || exit 9; sleep 0.02; done; "
            f"{script}; code=$?; kill $manager; exit $code"
        )
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script, sys.executable, path],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = (tmp_path / "manager.out").read_text().splitlines()[1:] if has_manager else []
    return [json.loads(line) for line in told], json.loads(done.stdout.splitlines()[-1])


def test_the_file_is_selected_in_the_file_manager(tmp_path: Path) -> None:
    told, opened = _show(tmp_path, "/clips/Rain Film/東京 #1.mp4", has_manager=True)
    assert (told, opened) == ([[["file:///clips/Rain%20Film/%E6%9D%B1%E4%BA%AC%20%231.mp4"], ""]], [])


def test_without_a_file_manager_the_folder_is_opened(tmp_path: Path) -> None:
    assert _show(tmp_path, "/clips/Rain Film/1.mp4", has_manager=False) == ([], ["/clips/Rain Film"])
