"""Reports on the command line: asked for by an option or by the settings, and refused in words where there is no relay."""

from sora_studio.cli.exit_codes import ExitCode
from sora_studio.simulator.serve import Running
from tests.e2e.conftest import Program


def test_the_service_is_asked_to_report_to_the_programs_own_relay(program: Program, simulator: Running) -> None:
    ended = program.generate("A harbour", "--callback")
    assert ended.code == 0, ended.err
    (task,) = simulator.state.tasks
    assert task.order.callback_url is not None
    assert task.order.callback_url.startswith("http://127.0.0.1:")


def test_the_settings_ask_for_it_unless_the_command_says_no(program: Program, simulator: Running) -> None:
    program.data.mkdir(parents=True, exist_ok=True)
    with (program.data / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write("callback = true\n")
    for words in ([], ["--no-callback"]):
        ended = program.generate("A harbour", "--no-wait", "--again", *words)
        assert ended.code == 0, ended.err
    assert [task.order.callback_url is not None for task in simulator.state.tasks] == [True, False]


def test_without_a_relay_it_is_refused_before_anything_is_made(program: Program) -> None:
    program.environment["SORA_STUDIO_BASE_URL"] = "https://service.invalid"
    ended = program.generate("A harbour", "--callback")
    assert ended.code == ExitCode.INVALID
    assert "callback: No relay is set up" in ended.err
    assert program.run("tasks", "--json").out == ""
