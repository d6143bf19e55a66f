"""The checkup beside an open window, and after a kill."""

from tests.e2e.conftest import Program


def test_a_checkup_beside_an_open_window_and_after_it_was_killed(program: Program) -> None:
    assert program.generate("A harbour at dawn").code == 0
    program.keep_clips_in_one_place()
    window = program.open_window()
    window.hear_editor()
    beside = program.run("doctor", "--json")
    assert (beside.code, beside.err) == (0, "")
    (row,) = beside.rows
    assert row["database"]["tasks"] == 1  # type: ignore[index]
    assert (row["files"]["saved"], row["files"]["missing"]) == (1, 0)  # type: ignore[index]
    window.kill()
    logs = {file.name: file.stat().st_size for file in (program.data / "logs").iterdir()}
    after = program.run("doctor")
    assert (after.code, after.out.splitlines()[-1]) == (0, "Nothing needs you.")
    assert {file.name: file.stat().st_size for file in (program.data / "logs").iterdir()} == logs
    assert program.run("tasks", "--json").rows[0]["state"] == "success"
