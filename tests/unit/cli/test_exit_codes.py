from pathlib import Path

import pytest

from sora_studio.cli.exit_codes import ExitCode, code_for
from sora_studio.domain import errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidRequest([errors.Problem("prompt", "Empty.")]), ExitCode.INVALID),
        (errors.InvalidSetting(), ExitCode.INVALID),
        (errors.ProfileError("a.toml", 3, "no slug"), ExitCode.INVALID),
        (errors.PublicUrlNeeded(), ExitCode.INVALID),
        (errors.RequestRefused(), ExitCode.INVALID),
        (errors.ModelForbidden(), ExitCode.INVALID),
        (errors.KeyMissing(), ExitCode.KEY),
        (errors.KeyRejected(), ExitCode.KEY),
        (errors.KeyringUnavailable(), ExitCode.KEY),
        (errors.OutOfCredit(), ExitCode.KEY),
        (errors.OutcomeUnknown(), ExitCode.UNKNOWN),
        (errors.StorageFull(), ExitCode.GAVE_UP),
        (errors.DatabaseUnusable(Path("studio.db"), "it is damaged"), ExitCode.GAVE_UP),
        (errors.RateLimited(), ExitCode.GAVE_UP),
        (errors.ConnectionFailed(), ExitCode.GAVE_UP),
        (errors.StudioError(), ExitCode.GAVE_UP),
    ],
)
def test_every_error_has_its_code(error: errors.StudioError, code: ExitCode) -> None:
    assert code_for(error) is code
