"""Notifications on a real session bus: what a desktop's service receives, what its buttons do, and a bus that is dead."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from sora_studio.ui.kit.message_bus import _socket_path

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("dbus-run-session"), reason="needs dbus-run-session (Debian: dbus)"
)

SERVICE = """
import json, sys
from jeepney import DBusAddress, HeaderFields, MatchRule, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
EMITTER = DBusAddress(PATH, interface=NAME)
bus = open_dbus_connection("SESSION")
if "no-service" not in sys.argv:
    bus.send_and_get_reply(message_bus.RequestName(NAME))
rule = MatchRule(type="signal", interface="com.canonical.Unity.LauncherEntry")
bus.send_and_get_reply(message_bus.AddMatch(rule))
print("ready", flush=True)
count = 0
while True:
    message = bus.receive()
    member = message.header.fields.get(HeaderFields.member)
    print(json.dumps([member, message.body]), flush=True)
    if member == "GetCapabilities":
        bus.send(new_method_return(message, "as", (["actions", "body", "body-markup"],)))
    elif member == "Notify":
        count = message.body[1] or count + 1
        bus.send(new_method_return(message, "u", (count,)))
        action = "play" if "play" in message.body[5] else "show"
        bus.send(new_signal(EMITTER, "ActivationToken", "us", (count, "token")))
        bus.send(new_signal(EMITTER, "ActionInvoked", "us", (count + 7, "show")))
        bus.send(new_signal(EMITTER, "ActionInvoked", "us", (count, action)))
    elif member == "CloseNotification":
        bus.send(new_method_return(message))
"""

PROGRAM = """
import asyncio, json, os, sys, time
from PySide6.QtWidgets import QApplication
from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.domain.settings import Settings
from sora_studio.ui.kit.task_scope import TaskScope
from sora_studio.ui.window.notifier import Notifier
from sora_studio.viewmodels.window.finished_news import FinishedNews, News

def say(*words):
    print(json.dumps(words), flush=True)

app = QApplication([])
loop = StudioEventLoop(app)
asyncio.set_event_loop(loop)
failed = []
scope = TaskScope(lambda error, name: failed.append(repr(error)))
news = FinishedNews()
notifier = Notifier(scope, news=news)
chosen = asyncio.Queue()
notifier.play_asked.connect(lambda task: chosen.put_nowait(("play", task)))
notifier.show_asked.connect(lambda task: chosen.put_nowait(("show", task)))
notifier.take_settings(Settings(tell_with_sound="sound" in sys.argv))

async def until_idle():
    while notifier._is_working:
        await asyncio.sleep(0.01)

async def scene():
{scene}

try:
    loop.run_until_complete(scene())
finally:
    loop.run_until_complete(scope.close())
    loop.close()
say("failed", failed)
"""


def run(
    tmp_path: Path, scene: str, *options: str, environment: dict[str, str] | None = None
) -> tuple[list[list[object]], list[list[object]]]:
    """Run a scene beside a notification service, both on a bus of their own; what the service got and what the program said."""
    (tmp_path / "service.py").write_text(SERVICE, encoding="utf-8")
    (tmp_path / "program.py").write_text(
        PROGRAM.replace("{scene}", textwrap.indent(textwrap.dedent(scene), "    ")), encoding="utf-8"
    )
    script = (
        '"$0" -W error service.py "$@" > service.out & service=$!; '
        "while ! grep -q ready service.out; do kill -0 $service || exit 9; sleep 0.02; done; "
        '"$0" -W error program.py "$@"; code=$?; kill $service; exit $code'
    )
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script, sys.executable, *options],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(Path(__file__).parents[2]), **(environment or {})},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert said[-1] == ["failed", []]
    service = [json.loads(line) for line in (tmp_path / "service.out").read_text(encoding="utf-8").splitlines()[1:]]
    return [message for message in service if message[0] not in ("NameAcquired", None)], said[:-1]


@pytest.mark.parametrize(
    ("addresses", "socket"),
    [
        ("unix:path=/run/user/1000/bus", "/run/user/1000/bus"),
        ("unix:abstract=/tmp/dbus-x,guid=1f", "\0/tmp/dbus-x"),
        ("tcp:host=localhost,port=1;unix:guid=1f,path=/a%20b", "/a b"),
        ("", None),
        ("autolaunch:", None),
        ("unix:", None),
    ],
)
def test_the_address_of_the_bus(addresses: str, socket: str | None) -> None:
    assert _socket_path(addresses) == socket


def test_play_and_show_come_back_and_a_later_message_replaces_the_first(tmp_path: Path) -> None:
    scene = """
        news.told.emit(News("6 ready, 1 refused", "Fish & <chips> and 6 more", task=9, clip=7))
        say(*await chosen.get())
        say(os.environ["XDG_ACTIVATION_TOKEN"])
        await until_idle()
        news.told.emit(News("1 refused", "A pier", task=4, clip=None))
        say(*await chosen.get())
        await until_idle()
        news.withdrawn.emit()
        await until_idle()
    """
    got, said = run(tmp_path, scene, "sound")
    assert said == [["play", 7], ["token"], ["show", 4]]
    assert [message[0] for message in got] == ["GetCapabilities", "Notify", "Notify", "CloseNotification"]
    first, second = got[1][1], got[2][1]
    assert first[:6] == [
        *("Sora Studio", 0, "", "6 ready, 1 refused", "Fish &amp; &lt;chips&gt; and 6 more"),
        ["play", "Play", "show", "Show", "default", "Show"],
    ]
    assert first[6]["sound-name"] == ["s", "complete-download"]
    assert first[6]["desktop-entry"] == ["s", "sora-studio"]
    assert second[1] == 1, "it replaces the first"
    assert second[5] == ["show", "Show", "default", "Show"]
    assert got[3][1] == [1]


def test_without_a_sound_the_desktop_is_asked_to_keep_quiet(tmp_path: Path) -> None:
    got, _ = run(tmp_path, 'news.told.emit(News("1 ready", "A pier", task=4, clip=4))\nawait until_idle()')
    assert got[1][1][6]["suppress-sound"] == ["b", True]
    assert "sound-name" not in got[1][1][6]


def test_a_message_that_is_switched_off_stays_away(tmp_path: Path) -> None:
    scene = """
        notifier.take_settings(Settings(tell_when_ready=False))
        news.told.emit(News("1 ready", "A pier", task=4, clip=4))
        await until_idle()
    """
    assert run(tmp_path, scene) == ([], [])


def test_the_task_bar_shows_how_far_the_work_is(tmp_path: Path) -> None:
    scene = """
        from sora_studio.domain.clip import ClipCounts
        from sora_studio.viewmodels.tasks.task_feed import TaskUpdate
        for running in (4, 1, 0):
            notifier.take_update(TaskUpdate({}, 0, running, 0, ClipCounts()))
            await until_idle()
    """
    got, _ = run(tmp_path, scene)
    assert [message[0] for message in got] == ["Update"] * 3
    assert [message[1][0] for message in got] == ["application://sora-studio.desktop"] * 3
    seen = [(message[1][1]["progress"][1], message[1][1]["progress-visible"][1]) for message in got]
    assert seen == [(0.0, True), (0.75, True), (0.0, False)]


def test_a_desktop_without_the_service_is_left_in_peace(tmp_path: Path) -> None:
    scene = 'news.told.emit(News("1 ready", "A pier", task=4, clip=4))\nawait until_idle()'
    assert run(tmp_path, scene, "no-service") == ([], [])


@pytest.mark.parametrize("answers", [False, True])
def test_a_dead_bus_delays_nothing(tmp_path: Path, answers: bool) -> None:
    scene = f"""
        import socket
        from sora_studio.ui.kit import message_bus
        message_bus.ANSWER_WITHIN_S = 0.3
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind("dead")
            if {answers}:
                dead.listen()  # it takes connections and says nothing
            os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=dead"
            news.told.emit(News("1 ready", "A pier", task=4, clip=4))
            longest, before = 0.0, time.monotonic()
            while notifier._is_working:
                await asyncio.sleep(0.005)
                longest, before = max(longest, time.monotonic() - before), time.monotonic()
            say(longest < 0.2)
            began = time.monotonic()
            news.told.emit(News("2 ready", "A pier", task=4, clip=4))
            await until_idle()
            say(time.monotonic() - began < 0.2)
    """
    assert run(tmp_path, scene) == ([], [[True], [True]])
