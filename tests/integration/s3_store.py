"""A real S3 server as a process on loopback, which checks signatures, expiry and rights. Its folder is outside of the tests':
it has to know the secrets."""

import contextlib
import hashlib
import hmac
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from tests import canary

KEY_ID = "studio-key"
OWNER_ID, OWNER_SECRET = "owner-key", "owner-secret-8846"
BUCKET = "pictures"
REGION = "us-east-1"
START_WITHIN_S = 60.0
_PORTS = ("master", "volume", "filer", "s3")


def binary() -> str | None:
    """The server's program, where its package has one."""
    return shutil.which("weed", path=str(Path(sys.executable).parent))


@dataclass(frozen=True)
class S3Store:
    """The server, and its owner's way to set it up."""

    url: str

    def create(self, bucket: str) -> None:
        """A bucket that is there and open to nobody."""
        assert self._as_owner("PUT", f"/{bucket}")[0] == 200

    def warm_up(self) -> None:
        """The first object may take seconds, while the server makes room for it."""
        assert self._as_owner("PUT", f"/{BUCKET}/first", body=b"first")[0] == 200

    def forbid(self, bucket: str, action: str) -> None:
        """A policy of the bucket that denies this to everybody, whatever else they may do."""
        arn = f"arn:aws:s3:::{bucket}/*"
        statement = {"Effect": "Deny", "Principal": "*", "Action": f"s3:{action}", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}).encode()
        status, answer = self._as_owner("PUT", f"/{bucket}", {"policy": ""}, policy)
        assert status in (200, 204), answer

    def has(self, bucket: str, name: str) -> bool:
        """Whether the object is there, as its owner sees it."""
        return self._as_owner("HEAD", f"/{bucket}/{name}")[0] == 200

    def _as_owner(self, method: str, path: str, query: dict[str, str] | None = None, body: bytes = b"") -> tuple[int, bytes]:
        return visit(self.signed(method, path, query), method=method, body=body)[:2]

    def signed(self, method: str, path: str, query: dict[str, str] | None = None) -> str:
        """An address by which the owner's right is used, signed by version 4 of the scheme."""
        now = datetime.now(UTC)
        scope = f"{now:%Y%m%d}/{REGION}/s3/aws4_request"
        fields = {
            **(query or {}),
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{OWNER_ID}/{scope}",
            "X-Amz-Date": f"{now:%Y%m%dT%H%M%SZ}",
            "X-Amz-Expires": "60",
            "X-Amz-SignedHeaders": "host",
        }
        written = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(fields.items()))
        host = self.url.removeprefix("http://")
        canonical = "\n".join([method, path, written, f"host:{host}\n", "host", "UNSIGNED-PAYLOAD"])
        to_sign = "\n".join(["AWS4-HMAC-SHA256", fields["X-Amz-Date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = f"AWS4{OWNER_SECRET}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
        return f"{self.url}{path}?{written}&X-Amz-Signature={signature}"


def visit(url: str, *, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes, str]:
    """Status, bytes and type that somebody without keys gets there."""
    request = urllib.request.Request(url, data=body or None, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return answer.status, answer.read(), answer.headers.get("Content-Type", "")
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read(), ""


@contextlib.contextmanager
def running(program: str) -> Iterator[S3Store]:
    """The server with the bucket `pictures`, a key of the studio's for it, and an owner's key."""
    with tempfile.TemporaryDirectory(prefix="s3-", ignore_cleanup_errors=True) as folder, contextlib.ExitStack() as stack:
        config = Path(folder) / "s3.json"
        config.write_text(
            json.dumps({"identities": [_identity(OWNER_ID, OWNER_SECRET, ["Admin"]), _studio()]}), encoding="utf-8"
        )
        ports = dict(zip([f"-{name}.port{kind}" for name in _PORTS for kind in ("", ".grpc")], _free_ports(8), strict=True))
        command = [
            program,
            "-logtostderr=true",
            "server",
            f"-dir={folder}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-filer",
            "-s3",
        ]
        command += [
            f"-s3.config={config}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            "-s3.autoCreateBucket=false",
            "-master.telemetry=false",
        ]
        command += ["-master.volumeSizeLimitMB=64", "-volume.max=100", "-master.electionTimeout=1s"]
        command += [f"{name}={port}" for name, port in ports.items()]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        stack.callback(_end, process, set(ports.values()))
        store = S3Store(f"http://127.0.0.1:{ports['-s3.port']}")
        _await_answer(store, process)
        store.create(BUCKET)
        store.warm_up()
        yield store


def _identity(key_id: str, secret: str, actions: list[str]) -> dict[str, object]:
    return {"name": key_id, "credentials": [{"accessKey": key_id, "secretKey": secret}], "actions": actions}


def _studio() -> dict[str, object]:
    buckets = (BUCKET, "guarded", "tidy", "left-alone", "missing")
    return _identity(KEY_ID, canary.BUCKET_SECRET, [f"{action}:{bucket}" for bucket in buckets for action in ("Read", "Write")])


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def _end(process: "subprocess.Popen[bytes]", ports: set[int]) -> None:
    process.kill()  # its orderly end takes seconds, and nothing of it is kept
    process.wait()
    for left in Path("/tmp").glob("seaweedfs-*.sock"):
        if any(left.stem.endswith(f"-{port}") for port in ports):
            left.unlink(missing_ok=True)


def _await_answer(store: S3Store, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_WITHIN_S
    while True:
        with contextlib.suppress(OSError):
            if visit(f"{store.url}/healthz")[0] == 200:
                return
        assert process.poll() is None, f"the S3 server ended with {process.returncode}"
        assert time.monotonic() < deadline, "the S3 server does not answer"
        time.sleep(0.05)
