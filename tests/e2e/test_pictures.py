"""Local pictures on the command line: which way they go without any settings, and who has to stay until they were fetched."""

from pathlib import Path

from PIL import Image

from sora_studio.cli.exit_codes import ExitCode
from sora_studio.cli.generate import STAYS
from sora_studio.domain.settings import RELAY_TOKEN_VARIABLE, RELAY_URL_VARIABLE
from sora_studio.simulator.serve import Running
from tests.e2e.conftest import Program
from tests.e2e.test_relay import TOKEN, relay


def draw(folder: Path) -> str:
    Image.new("RGB", (320, 180), (40, 90, 140)).save(folder / "cat.png")
    return str(folder / "cat.png")


def far_away(program: Program, relay_url: str, token: str) -> None:
    """A service on the internet, and nothing but the environment to say how pictures get there."""
    program.environment |= {
        "SORA_STUDIO_BASE_URL": "https://service.invalid",
        RELAY_URL_VARIABLE: relay_url,
        RELAY_TOKEN_VARIABLE: token,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def test_pictures_go_through_the_relay_that_the_environment_names(program: Program, tmp_path: Path) -> None:
    with relay(tmp_path / "relay", token=TOKEN) as (_, address, _):
        far_away(program, address, TOKEN)
        process = program.start("generate", "animate it", "--image", draw(tmp_path))
        assert process.stderr
        said = ""
        while "cannot be reached" not in said:
            line = process.stderr.readline()
            assert line, "it ended before it had asked the service"
            said += line
        assert "The picture becomes reachable on the internet through your relay, until the task ends." in said
        program.interrupt(process)
        assert program.finish(process).code == ExitCode.INTERRUPTED
        assert list((tmp_path / "relay" / "pictures").iterdir())


def test_a_token_that_is_missing_or_wrong_is_named_in_words_and_nothing_is_sent(program: Program, tmp_path: Path) -> None:
    with relay(tmp_path / "relay", token=TOKEN) as (_, address, _):
        for token, words in (("", "token is missing"), ("of-another-relay", "does not accept this token")):
            far_away(program, address, token)
            ended = program.run("generate", "animate it", "--image", draw(tmp_path), "--again")
            assert ended.code == ExitCode.INVALID, ended.err
            assert words in ended.err
            assert RELAY_TOKEN_VARIABLE in ended.err


def test_who_lends_a_picture_itself_stays_until_the_service_is_done_with_it(
    program: Program, simulator: Running, tmp_path: Path
) -> None:
    ended = program.generate("animate it", "--image", draw(tmp_path), "--no-wait")
    assert ended.code == 0, ended.err
    assert STAYS in ended.err
    assert ended.rows[-1]["state"] == "success"
    (task,) = simulator.state.tasks
    assert task.order.image_urls


def test_a_demo_lends_nothing_on_the_internet(program: Program, tmp_path: Path) -> None:
    program.environment |= {RELAY_URL_VARIABLE: "https://relay.invalid", RELAY_TOKEN_VARIABLE: TOKEN}
    ended = program.run("generate", "animate it", "--demo", "--callback", "--image", draw(tmp_path))
    assert ended.code == 0, ended.err
    assert "internet" not in ended.err
