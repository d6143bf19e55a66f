"""The simulated service over HTTP: three endpoints, one envelope, the films, the index of models, and a control."""

import contextlib
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from sora_studio.simulator.errands import Errands
from sora_studio.simulator.faults import ANSWER_IS_LOST, CONTROL_PATH
from sora_studio.simulator.films import Films, film_key
from sora_studio.simulator.links import check_link
from sora_studio.simulator.markers import is_answer_lost
from sora_studio.simulator.parameters import refuse
from sora_studio.simulator.schemas import INDEX_PATH, SCHEMA_PATH, index, schema
from sora_studio.simulator.service import Service
from sora_studio.simulator.wire import Refusal, envelope

MAX_BODY_BYTES = 1_000_000


class Api:
    """The routes; `application` is what a server runs."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._films = Films(service.folder, service.terms.film_edge_px)
        self._errands = Errands(service, self._films)
        self.application = Starlette(
            routes=[
                Route("/api/v1/generateTask/{model}", self._create, methods=["POST"]),
                Route("/api/v1/statusTask/{model}", self._status, methods=["GET"]),
                Route("/api/v1/apikeys/current-balance", self._balance, methods=["GET"]),
                Route(INDEX_PATH, self._index, methods=["GET", "HEAD"]),
                Route(SCHEMA_PATH, self._schema, methods=["GET", "HEAD"]),
                Route(f"{CONTROL_PATH}retire/{{model}}", self._retire, methods=["POST"]),
                Route("/clips/{task_id}/{index:int}.mp4", self._film, methods=["GET", "HEAD"]),
            ],
            exception_handlers={Refusal: _on_refusal, HTTPException: _on_http_error},
            lifespan=self._lifespan,
        )

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncGenerator[None]:
        self._errands.resume()
        yield
        await self._errands.close()
        self._films.close()

    async def _create(self, request: Request) -> Response:
        content = await _content(request)
        model, address = request.path_params["model"], _address(request)
        task = self._service.create(_key(request), model, lambda: _parsed(request, content), address)
        self._errands.begin(task)
        if is_answer_lost(task.order.prompt):
            request.scope.setdefault("state", {})[ANSWER_IS_LOST] = True
        return envelope({"taskId": task.id})

    async def _status(self, request: Request) -> Response:
        self._service.check_key(_key(request))
        for name in request.query_params:
            if name != "taskId":
                refuse(name, "is not a known parameter")
        task_id = request.query_params.get("taskId", "")
        if not task_id:
            refuse("taskId", "is required")
        return envelope(self._service.status(_key(request), request.path_params["model"], task_id, _address(request)))

    async def _balance(self, request: Request) -> Response:
        return envelope(self._service.balance(_key(request)))

    async def _index(self, _request: Request) -> Response:
        generated_at = datetime.fromtimestamp(self._service.clock(), UTC).isoformat(timespec="seconds")
        return JSONResponse(index(self._service.offered(), generated_at))

    async def _schema(self, request: Request) -> Response:
        found = next((model for model in self._service.offered() if model.slug == request.path_params["model"]), None)
        if found is None:
            raise HTTPException(404)
        return JSONResponse(schema(found))

    async def _retire(self, request: Request) -> Response:
        self._service.retire(request.path_params["model"])
        return envelope({"retired": sorted(self._service.retired)})

    async def _film(self, request: Request) -> Response:
        task_id, index = str(request.path_params["task_id"]), int(request.path_params["index"])
        issued, signature = request.query_params.get("issued", ""), request.query_params.get("signature", "")
        service = self._service
        check_link(task_id, index, issued, signature, now=service.clock(), valid_from=service.links_valid_from)
        task = service.film_of(task_id, index)
        path: Path = await self._films.film(task, index)
        return FileResponse(path, media_type="video/mp4", headers={"ETag": f'"{film_key(task, index)}"'})


def _address(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _key(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


async def _content(request: Request) -> bytes:
    """Return the body, up to just above the limit."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BODY_BYTES:
            break
    return content


def _parsed(request: Request, content: bytes) -> object:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        refuse("Content-Type", "must be application/json")
    if len(content) > MAX_BODY_BYTES:
        refuse("body", f"must have at most {MAX_BODY_BYTES} bytes")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):  # ValueError: also a number of thousands of digits
        refuse("body", "must be JSON")


async def _on_refusal(_request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    return refusal.answer()


async def _on_http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return envelope(None, code=error.status_code, message=error.detail, headers=error.headers)
