"""A table of prompts is read whatever program wrote it, and every mistake is named by row and column."""

from pathlib import Path

import pytest

from sora_studio.domain.errors import FileUnusable, InvalidRequest
from sora_studio.domain.models.estimate import stated_price
from sora_studio.domain.models.profile import Role
from sora_studio.domain.request import as_draft
from sora_studio.services.library.importing.prompts import PromptPlan, PromptTables
from sora_studio.storage.database import Database
from sora_studio.storage.drafts import SqliteDrafts
from tests.unit.services.library.libraries import AT
from tests.unit.services.rig import run, sora_2

LONG = "A slow dolly along the pier. " * 340
PROMPT = 'He says: "Go",\nthen; leaves'


def tables(drafts: SqliteDrafts) -> PromptTables:
    return PromptTables(
        {"sora-2": sora_2()},
        drafts,
        usual_model=lambda: "sora-2",
        price_of=lambda request, profile: stated_price(as_draft(request, profile), profile),
        now=lambda: AT,
    )


def plan(folder: Path, content: str | bytes) -> PromptPlan:
    path = folder / "prompts.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return run(tables(SqliteDrafts(Database(folder / "studio.db"))).plan(path))


def problems(folder: Path, content: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as refused:
        plan(folder, content)
    return [(problem.field, problem.message) for problem in refused.value.problems]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_it_reads_what_spreadsheets_write(tmp_path: Path, separator: str, encoding: str) -> None:
    quoted = '"' + PROMPT.replace('"', '""') + '"'
    rows = [
        ["Prompt", "Model", "duration", "COUNT", "tags"],
        [quoted, "", "15", "2", '"a, b; a"'],
        [LONG, "sora-2", "", "", ""],
    ]
    text = "\r\n".join(separator.join(row) for row in [*rows, ["", "", "", "", ""], ["'=1+1", "", "", "", ""]])
    found = plan(tmp_path, text.encode(encoding))
    assert [(row.number, row.request.prompt, row.takes) for row in found.rows] == [
        (2, PROMPT, 2),
        (3, LONG, 1),
        (5, "=1+1", 1),
    ]
    assert found.rows[0].request.options == {"duration": 15}
    assert found.rows[0].tags == ("a", "b")
    assert (found.tasks, found.cost) == (4, " for $0.40–0.60")


def test_media_are_named_by_role_or_as_images_and_start_at_the_tables_folder(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"")
    (row,) = plan(tmp_path, 'prompt,image,image\nA fox,"a.png\nb.png",https://pictures.example/c.png\n').rows
    assert [medium.address for medium in row.request.media[Role.FIRST]] == [
        str(tmp_path / "a.png"),
        str(tmp_path / "b.png"),
        "https://pictures.example/c.png",
    ]
    (row,) = plan(tmp_path, "prompt,first\nA fox,a.png\n").rows
    assert row.request.sources == (str(tmp_path / "a.png"),)


def test_every_mistake_is_named_by_row_and_column(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "prompt,model,mode,duration,count,image,project,tags\n"
        "A,nope,,,,,,\n"
        "B,sora-2,no-mode,,,,,\n"
        "C,,,11,,,,\n"
        ",,,,11,,,\n"
        f"D,,,,x,gone.png,{'p' * 90},{'t' * 90}\n",
    )
    assert [field for field, _ in found] == [
        "row 2, model",
        "row 3, model",
        "row 4, duration",
        *("row 5, count", "row 5, prompt"),
        *("row 6, count", "row 6, project", "row 6, tags", "row 6, first"),
    ]
    assert dict(found)["row 6, first"] == f"There is no file {tmp_path / 'gone.png'}."


def test_columns_that_mean_nothing_are_refused_before_any_row(tmp_path: Path) -> None:
    assert [field for field, _ in problems(tmp_path, "text,colour,model,model\n")] == [
        "column text",
        "column colour",
        "column model",
        "column prompt",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("prompt\n", "has no rows"),
        ('prompt\n"A', "line 2: a quotation mark is never closed"),
        ("prompt\nA,B\n", "row 2: it has more cells"),
        (b"prompt\n\xff\xfa", "is not UTF-8 text"),
        ("prompt\n" + "x" * (1 << 20) + "x\n", "a cell is too long"),
    ],
)
def test_what_is_no_table_is_one_sentence(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(FileUnusable, match=words):
        plan(tmp_path, content)


def test_rows_become_drafts_in_the_rail_and_the_open_draft_stays_first(tmp_path: Path) -> None:
    async def story() -> None:
        database = Database(tmp_path / "studio.db")
        await database.open()
        drafts = SqliteDrafts(database)
        (tmp_path / "p.csv").write_text("prompt,count,project\nA,3,Film\nB,,\n")
        keeper = tables(drafts)
        plan = await keeper.plan(tmp_path / "p.csv")
        (first, _) = await keeper.keep(plan)
        assert (await drafts.latest()) == first
        mine = await drafts.save(first, at=AT)
        assert len(await keeper.keep(plan)) == 2
        assert await drafts.latest() == mine
        counted = await database.read(
            lambda connection: connection.execute(
                "SELECT count(*), count(project), max(takes) FROM drafts JOIN documents USING (id)"
            ).fetchone()
        )
        assert tuple(counted) == (4, 2, 3)
        await database.close()

    run(story())
