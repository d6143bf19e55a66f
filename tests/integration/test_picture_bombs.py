"""A picture that would fill the memory is refused at once: by the check of a request, as a small view, and as a poster."""

import json
import subprocess
import sys
from pathlib import Path

from tests.doubles.bombs import BOMBS, HARMLESS_IN_PART

MOST_MS = 300.0
MOST_BYTES = 64_000_000

LOOK = """
import json, sys, time
from pathlib import Path
from PIL import Image
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QImageReader
from sora_studio.domain.errors import InvalidRequest
from sora_studio.media.image import inspect_image
from sora_studio.media.drawing import draw_image
from sora_studio.ui.kit.poster_cache import _scaled

def said(look, *asked, **more):
    try:
        look(*asked, **more)
    except InvalidRequest as refusal:
        return refusal.title
    return ""

def check(path):
    return said(inspect_image, path)

def view(path):
    return said(draw_image, path, max_edge=128)

def poster(path):
    return "none" if _scaled(path, QSize(212, 128)).isNull() else ""

def peak_bytes():
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024

Image.init()
QImageReader.supportedImageFormats()
for look in (check, view, poster):
    before = peak_bytes()
    for path in map(Path, sys.argv[1:]):
        times = []
        for _ in range(3):
            began = time.process_time()  # what else the machine does is not theirs
            words = look(path)
            times.append(time.process_time() - began)
        print(json.dumps([look.__name__, path.name, words, min(times) * 1000, peak_bytes() - before]))
"""


def test_bombs_are_refused_at_once_and_take_no_memory(tmp_path: Path) -> None:
    for name, make in {**BOMBS, **HARMLESS_IN_PART}.items():
        (tmp_path / name).write_bytes(make())
    names = [str(tmp_path / name) for name in (*BOMBS, *HARMLESS_IN_PART)]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOOK, *names], capture_output=True, text=True, timeout=100, check=True
    )
    seen = [json.loads(line) for line in done.stdout.splitlines()]
    slowest = max(seen, key=lambda row: row[3])
    print(f"{len(names)} bombs, {len(seen)} looks, slowest {slowest[3]:.1f} ms, +{max(row[4] for row in seen) / 1e6:.0f} MB")  # noqa: T201
    for look, name, said, took_ms, grown_bytes in seen:
        assert took_ms < MOST_MS, (look, name)
        assert grown_bytes < MOST_BYTES, (look, name)
        if look != "poster" and name in BOMBS:
            assert said.startswith(f"{name} "), (name, said)
    assert [row[:2] for row in seen] == [[look, Path(name).name] for look in ("check", "view", "poster") for name in names]
