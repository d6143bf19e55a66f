"""Export, copies and import from the real window, through its file dialogs."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from sora_studio.app.event_loop import StudioEventLoop
from sora_studio.ui.window.transfers_corner import TransfersCorner
from tests.gui.real_window import Sitting, sitting
from tests.gui.test_filter_session import fill
from tests.gui.test_main_view import DEAD_END

pytestmark = pytest.mark.qt_log_ignore("pa_context_connect|PulseAudioService|No audio device|No RHI backend")


def answer(at: Sitting, path: Path, *, filter_of: str = "") -> None:
    """Choose a path in the open dialog, as a person does in the system's own."""
    (dialog,) = [dialog for dialog in at.window.findChildren(QFileDialog) if dialog.isVisible()]
    if filter_of:
        dialog.selectNameFilter(next(name for name in dialog.nameFilters() if filter_of in name))
    dialog.fileSelected.emit(str(path))
    dialog.close()


def transfers(at: Sitting) -> TransfersCorner:
    return at.window.transfers


def test_clips_are_exported_copied_and_imported_again_with_a_sentence_each(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    home.mkdir()
    loop.run_until_complete(fill(home, 2))
    bundle, copies = tmp_path / "two.zip", tmp_path / "copies"
    copies.mkdir()
    with sitting(loop, qtbot, home, DEAD_END) as at:
        transfers(at).export([1, 2])
        answer(at, bundle.with_suffix(""), filter_of="Bundle")
        qtbot.waitUntil(lambda: at.reads("2 tasks exported to two.zip"))
        assert len([name for name in ZipFile(bundle).namelist() if name.endswith(".mp4")]) == 2
        transfers(at).export([1])
        answer(at, tmp_path / "one.json", filter_of="Evidence")
        qtbot.waitUntil(lambda: at.reads("1 task exported to one.json"))
        assert "Clip number 1" in json.dumps(json.loads((tmp_path / "one.json").read_text()))
        transfers(at).copy([1, 2])
        answer(at, copies)
        qtbot.waitUntil(lambda: at.reads("2 clips copied to copies and verified"))
        assert sorted(path.name for path in copies.iterdir()) == ["1.mp4", "2.mp4"]
        transfers(at).export([1])
        answer(at, bundle, filter_of="Bundle")
        qtbot.waitUntil(lambda: at.reads("already"))
    with sitting(loop, qtbot, other, DEAD_END) as at:
        transfers(at).import_file()
        answer(at, bundle)
        qtbot.waitUntil(lambda: at.reads("2 tasks added"))
        transfers(at).import_file()
        answer(at, bundle)
        qtbot.waitUntil(lambda: at.reads("0 tasks added, 2 known already"))


def test_a_table_of_prompts_becomes_drafts_and_a_bad_one_is_explained(
    loop: StudioEventLoop, qtbot: QtBot, tmp_path: Path
) -> None:
    table, bad = tmp_path / "prompts.csv", tmp_path / "bad.csv"
    table.write_text("prompt,duration\nA harbour,10\nAn alley,15\n", encoding="utf-8")
    bad.write_text("prompt,duration\nA harbour,4711\n", encoding="utf-8")
    with sitting(loop, qtbot, tmp_path, DEAD_END) as at:
        transfers(at).import_file()
        answer(at, table)
        qtbot.waitUntil(lambda: at.reads("2 drafts imported"))
        transfers(at).import_file()
        answer(at, bad)
        qtbot.waitUntil(lambda: at.reads("Nothing was imported from bad.csv. Row 2, duration: Duration takes 10 s or 15 s."))
