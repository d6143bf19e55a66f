"""A real S3 server for whoever needs one, started once."""

from collections.abc import Iterator

import pytest

from tests.integration import s3_store
from tests.integration.s3_store import S3Store


@pytest.fixture(scope="session")
def server() -> Iterator[S3Store]:
    program = s3_store.binary()
    if program is None:
        pytest.skip("this system has no S3 server to test with")
    with s3_store.running(program) as store:
        yield store
