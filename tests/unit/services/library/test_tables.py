"""Tables: what is written is read back equal, and no spreadsheet computes any of it."""

import csv
import io
import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sora_studio.domain.exports import ExportFormat
from sora_studio.services.library.exporting.tables import COLUMNS, FORMULA_STARTS, csv_lines, plain_cell
from tests.unit.services.library.libraries import Library, fill
from tests.unit.services.rig import run

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
CELLS = st.builds(str.__add__, st.sampled_from(["", "=", "'", "'=", "''+", "-", "@", "\t", "\r", '"', ",", "\n"]), TEXTS)


@settings(max_examples=60)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=3).map(tuple), min_size=1, max_size=4))
def test_csv_is_read_back_equal_and_begins_no_formula(rows: list[tuple[str, ...]]) -> None:
    read = list(csv.reader(io.StringIO(csv_lines(rows), newline=""), strict=True))
    assert not any(cell.startswith(FORMULA_STARTS) for cells in read for cell in cells)
    assert [tuple(map(plain_cell, cells)) for cells in read] == rows


def test_a_row_for_each_clip_and_costs_that_add_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with Library(tmp_path / "one") as library:
            await fill(library)
            await library.export(tmp_path / "all.csv", ExportFormat.CSV)
            await library.export(tmp_path / "all.json", ExportFormat.JSON)
            await library.export(tmp_path / "none.json", ExportFormat.JSON, search="nowhere")
            assert json.loads((tmp_path / "none.json").read_text()) == []
            told = json.loads((tmp_path / "all.json").read_text())
            assert [line["prompt"] for line in told] == [line["prompt"] for line in reversed(await library.told())]

    run(story())
    content = (tmp_path / "all.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["prompt"], row["clip"], row["stars"]) for row in rows[-2:]] == [
        ("A ferry leaves a harbour", "1", "5"),
        ("A ferry leaves a harbour", "2", "0"),
    ]
    assert sum(float(row["cost_usd"] or 0) for row in rows) == 2.5
    assert "'=HYPERLINK(1)" in {row["prompt"] for row in rows}
