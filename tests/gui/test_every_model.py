"""Models of every kind through the real window, sampled; the benchmark takes every mode of every model."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.simulator.serve import running
from tests.faults.every_model import Library, walk
from tests.gui.real_window import sitting

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService|No audio device|No RHI backend")  # no loudspeakers, no GPU
EDGE_PX = 180
SAMPLE = ("seedance-2-0:omni_reference", "kling-3-0-std:motion-control", "infinitetalk:image-to-video", "veo-3-1:fast-frames")


def test_a_mode_of_every_kind_makes_the_clip_that_was_asked_for(loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path) -> None:
    media = Library(tmp_path)
    with running(speed=400, film_edge_px=EDGE_PX) as service, sitting(loop, qtbot, tmp_path, service.url) as at:
        found = loop.run_until_complete(walk(at.window, at.studio, media, SAMPLE, edge_px=EDGE_PX))
    assert {f"{stand.model}:{stand.mode}" for stand in found} == set(SAMPLE)
    assert [stand for stand in found if stand.fault] == []
