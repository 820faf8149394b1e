"""The HTTP interface: one function an endpoint. docs/service.md describes it for people, /openapi.json for programs."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, File, Form, Header, Query, Request, UploadFile
from fastapi import Path as PathField
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from lucid3d import __version__, trajectory
from lucid3d.access import Access
from lucid3d.errors import InputError
from lucid3d.export.targets import TARGETS
from lucid3d.families.choose import choose_models
from lucid3d.families.config import ModelsConfig
from lucid3d.service import exporting, schemas
from lucid3d.service.door import Door
from lucid3d.service.files import files_of, media_type, zipped
from lucid3d.service.requests import Desk, Sender
from lucid3d.service.settings import Settings
from lucid3d.service.store import Refusal, Store
from lucid3d.service.wording import enhanced, styles

log = logging.getLogger(__name__)

PAGE = Path(__file__).with_name("page.html")

LOOK_EVERY = 0.1
"""Seconds between two looks for news of a watched job."""

STREAM_SECONDS = 3600.0
"""After which a stream ends; whoever still wants news opens it again."""

AWAKE_EVERY = 15.0
"""Seconds after which a silent stream sends a comment."""

_SENTENCES = {
    400: "The request cannot be read", 401: "The token is missing or wrong", 403: "Another site's page or name",
    404: "There is no such thing", 405: "Not with this method", 409: "The job is in another state",
    410: "The result was deleted", 413: "Too large", 415: "No picture or mesh of use", 422: "A field that cannot be",
    429: "Too many jobs; see Retry-After", 503: "Too many streams; see Retry-After", 507: "The disk is full",
}  # fmt: skip


def _errors(*codes: int) -> dict[int | str, dict[str, Any]]:
    return {code: {"model": schemas.Problem, "description": _SENTENCES[code]} for code in (401, 403, *codes)}


TAKING = _errors(400, 413, 415, 422, 429, 507)
FINDING = _errors(400, 404, 422)

JobPath = Annotated[str, PathField(pattern="^[0-9a-f]{16}$", description="The id of a job")]
Key = Annotated[str | None, Header(alias="Idempotency-Key", max_length=64, pattern="^[!-~]+$")]


def sender(request: Request, key: Key = None) -> Sender:
    """Who asks."""
    return Sender(request.client.host if request.client else "", key)


FromClient = Annotated[Sender, Depends(sender)]
Picture = Annotated[UploadFile, File(description="PNG, JPEG or WebP")]


def job_form(
    prompt: Annotated[str, Form(max_length=schemas.MAX_PROMPT)] = "",
    negative_prompt: Annotated[str, Form(max_length=schemas.MAX_PROMPT)] = "",
    style: Annotated[str, Form(max_length=60)] = "",
    preset: Annotated[str, Form(max_length=60)] = "fast",
    seed: Annotated[int | None, Form(ge=0, lt=2**32)] = None,
    models: Annotated[Literal["auto", "procedural", "diffusion"], Form()] = "auto",
    enhance: Annotated[bool, Form()] = False,
    exports: Annotated[list[str] | None, Form(max_length=schemas.MAX_EXPORTS)] = None,
    webhook_url: Annotated[str, Form(max_length=2000)] = "",
    webhook_secret: Annotated[str, Form(max_length=128)] = "",
) -> schemas.JobRequest:
    """The fields of a job out of a form; the prompt may be empty, for there is a picture."""
    hook = None
    if webhook_url:
        try:
            hook = schemas.Webhook(url=webhook_url, secret=webhook_secret)
        except ValidationError as error:
            raise Refusal(422, "invalid", _told(error.errors(), "webhook_")) from None
    return schemas.JobRequest.model_construct(
        prompt=prompt,
        negative_prompt=negative_prompt,
        style=style,
        preset=preset,
        seed=seed,
        models=models,
        enhance=enhance,
        exports=[name for name in exports or [] if name],
        webhook=hook,
    )


JobForm = Annotated[schemas.JobRequest, Depends(job_form)]


def create_app(store: Store, settings: Settings, *, access: Access, workers: int = 1) -> Any:
    """The ASGI application of one service, behind its door.

    Args:
        access: who may come in.
        workers: how many jobs run at once, to be told.
    """
    app = FastAPI(
        title="lucid3d", version=__version__, docs_url=None, redoc_url=None,
        description="Sentences and pictures become 3-D places: skyboxes, Gaussian splats, meshes, films.",
    )  # fmt: skip
    desk = Desk(store, settings)
    limits = settings.limits
    streams: Counter[str] = Counter()

    # ---- jobs ----

    @app.post("/v1/jobs", status_code=202, responses=TAKING, tags=["jobs"])
    def dream(wish: schemas.JobRequest, who: FromClient) -> schemas.Job:
        """Dream a sentence."""
        return desk.dream(wish, who)

    @app.post("/v1/jobs/picture", status_code=202, responses=TAKING, tags=["jobs"])
    def dream_picture(picture: Picture, wish: JobForm, who: FromClient) -> schemas.Job:
        """Dream a picture, with or without words."""
        return desk.picture(wish, picture.file.read(), who)

    @app.post("/v1/remix", status_code=202, responses={**TAKING, **_errors(404, 409, 410)}, tags=["jobs"])
    def remix(wish: schemas.RemixRequest, who: FromClient) -> schemas.Job:
        """The same place with other words or another style."""
        return desk.remix(wish, who)

    @app.post("/v1/edits", status_code=202, responses={**TAKING, **_errors(404, 409, 410)}, tags=["jobs"])
    def edit(wish: schemas.EditRequest, who: FromClient) -> schemas.Job:
        """A copy of a result with things set in, changed in words, or refined."""
        return desk.edit(wish, who)

    @app.post("/v1/edits/mesh", status_code=202, responses={**TAKING, **_errors(404, 409, 410)}, tags=["jobs"])
    def edit_with_mesh(
        mesh: Annotated[UploadFile, File(description="GLB, OBJ or PLY, in one file")],
        wish: Annotated[str, Form(description="The JSON of an edit; a step that inserts no thing sets the mesh in")],
        who: FromClient,
    ) -> schemas.Job:
        """The same with a mesh that is sent along."""
        try:
            read = schemas.EditRequest.model_validate_json(wish)
        except ValidationError as error:
            raise Refusal(422, "invalid", _told(error.errors(), "wish.")) from None
        return desk.edit(read, who, (mesh.filename or "", mesh.file.read()))

    @app.post("/v1/remix/picture", status_code=202, responses=TAKING, tags=["jobs"])
    def remix_picture(
        picture: Picture, wish: JobForm, who: FromClient, role: Annotated[Literal["panorama", "control"], Form()]
    ) -> schemas.Job:
        """A panorama or a control image as the place."""
        return desk.remix_picture(wish, role, picture.file.read(), who)

    @app.get("/v1/jobs", responses=_errors(422), tags=["jobs"])
    async def history(
        state: Annotated[schemas.State | Literal[""], Query()] = "",
        kind: Annotated[schemas.Kind | Literal[""], Query()] = "",
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        before: Annotated[str, Query(pattern="^[0-9]{0,18}$")] = "",
    ) -> schemas.JobList:
        """Jobs, the newest first."""
        jobs, more = store.page(state=state, kind=kind, limit=limit, before=int(before or 0))
        return schemas.JobList(jobs=jobs, next=str(more or ""))

    @app.get("/v1/jobs/{job}", responses=FINDING, tags=["jobs"])
    async def status(job: JobPath) -> schemas.Job:
        """How a job stands."""
        return store.get(job)

    @app.get(
        "/v1/jobs/{job}/events", response_class=StreamingResponse, tags=["jobs"],
        responses={**FINDING, **_errors(503), 200: {"content": {"text/event-stream": {}}}},
    )  # fmt: skip
    async def events(job: JobPath, who: FromClient) -> Response:
        """How a job stands, again and again, until it has ended."""
        store.get(job)
        if streams.total() >= limits.streams or streams[who.client] >= limits.streams_per_client:
            raise Refusal(503, "too_many_streams", "too many event streams are open; ask for the job instead", 10)

        async def stream() -> AsyncIterator[str]:
            streams[who.client] += 1
            try:
                async for text in _watch(store, job):
                    yield text
            finally:
                streams[who.client] -= 1
                if not streams[who.client]:
                    del streams[who.client]

        return StreamingResponse(stream(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    @app.get(
        "/v1/jobs/{job}/preview", response_class=Response, tags=["jobs"],
        responses={**FINDING, **_errors(410), 200: {"content": {"image/jpeg": {}}}},
    )  # fmt: skip
    def preview(job: JobPath) -> Response:
        """The newest picture of a job."""
        found = store.get(job)
        if found.state == "deleted":
            raise Refusal(410, "deleted", "the result was deleted")
        folder = settings.result(found.id, found.kind)
        for path in (folder / "preview.jpg", settings.spot(job) / "preview.jpg"):
            if found.state == "done" or path.parent != folder:
                with contextlib.suppress(OSError):
                    # Whole at once: a worker may put the next picture in its place while this one is sent.
                    return Response(path.read_bytes(), media_type="image/jpeg")
        raise Refusal(404, "no_preview", "there is no picture of it yet")

    @app.post("/v1/jobs/{job}/cancel", responses={**FINDING, **_errors(409)}, tags=["jobs"])
    def cancel(job: JobPath) -> schemas.Job:
        """End a job: at once if it waits, within seconds if it runs."""
        return store.cancel(job)

    @app.delete("/v1/jobs/{job}", responses={**FINDING, **_errors(409, 410)}, tags=["jobs"])
    def delete(job: JobPath) -> schemas.Job:
        """Delete the results of a job, and its exports."""
        return desk.delete(job)

    # ---- results ----

    @app.get("/v1/jobs/{job}/files", responses={**FINDING, **_errors(409, 410)}, tags=["results"])
    def files(job: JobPath) -> schemas.FileList:
        """What a job made."""
        found = desk.finished(job, what="downloads")
        entries = [
            schemas.File(
                name=name, bytes=path.stat().st_size, type=media_type(name), url=f"/v1/jobs/{job}/files/{name}"
            )
            for name, path in files_of(settings.result(job, found.kind)).items()
        ]
        return schemas.FileList(files=entries)

    @app.get(
        "/v1/jobs/{job}/files/{name:path}", response_class=FileResponse, tags=["results"],
        responses={
            **FINDING, **_errors(409, 410), 200: {"content": {"application/octet-stream": {}}},
            206: {"description": "A range of it"}, 416: {"description": "No such range"},
        },
    )  # fmt: skip
    def file(job: JobPath, name: Annotated[str, PathField(max_length=300)]) -> Response:
        """One file of a result."""
        found = desk.finished(job, what="downloads")
        path = files_of(settings.result(job, found.kind)).get(name)
        if path is None:
            raise Refusal(404, "unknown_file", f"the result holds no file '{name[:100]}'")
        kind = media_type(name)
        # a report with scripts must not run with the rights of this page
        attached = {"Content-Disposition": "attachment"} if kind in ("text/html", "image/svg+xml") else {}
        return FileResponse(path, media_type=kind, headers=attached)

    @app.get(
        "/v1/jobs/{job}/zip", response_class=StreamingResponse, tags=["results"],
        responses={**FINDING, **_errors(409, 410), 200: {"content": {"application/zip": {}}}},
    )  # fmt: skip
    def archive(job: JobPath, folder: Annotated[str, Query(max_length=100)] = "") -> Response:
        """All files of a result, or of one folder in it."""
        found = desk.finished(job, what="downloads")
        chosen = files_of(settings.result(job, found.kind))
        if folder:
            chosen = {name: path for name, path in chosen.items() if name.startswith(folder.strip("/") + "/")}
        if not chosen:
            raise Refusal(404, "unknown_file", f"the result holds no folder '{folder[:100]}'")
        headers = {"Content-Disposition": f'attachment; filename="lucid3d-{job}.zip"'}
        return StreamingResponse(zipped(chosen), media_type="application/zip", headers=headers)

    @app.post(
        "/v1/jobs/{job}/exports", status_code=202, responses={**TAKING, **_errors(404, 409, 410)}, tags=["results"]
    )
    def export(job: JobPath, wish: schemas.ExportRequest, who: FromClient) -> schemas.Job:
        """A result in another form: a job of its own."""
        return desk.export(job, wish, who)

    # ---- catalogues ----

    @app.get("/v1/exports", responses=_errors(), tags=["catalogues"])
    async def exports() -> schemas.ExportList:
        """What a result can be exported as."""
        return schemas.ExportList(
            types=[schemas.Target(name=name, description=text) for name, text in exporting.TYPES.items()],
            sizes=list(exporting.COLUMNS),
            targets=[schemas.Target(name=name, description=each.description) for name, each in TARGETS.items()],
            paths=trajectory.names(),
        )

    @app.get("/v1/styles", responses=_errors(), tags=["catalogues"])
    async def catalogue() -> schemas.StyleList:
        """Named additions to a sentence."""
        return schemas.StyleList(styles=list(styles().values()))

    @app.get("/v1/presets", responses=_errors(), tags=["catalogues"])
    async def presets() -> schemas.PresetList:
        """Named sets of options."""
        entries = [
            schemas.Preset(
                name=name,
                description=f"views of {each.dream.size} pixels, path {each.trajectory}, "
                f"panorama of {2 * each.render.panorama_height} x {each.render.panorama_height}",
            )
            for name, each in settings.presets.items()
        ]
        return schemas.PresetList(presets=entries)

    @app.post("/v1/enhance", responses=_errors(400, 413, 422), tags=["catalogues"])
    def enhance(wish: schemas.EnhanceRequest) -> schemas.Enhanced:
        """A sentence completed by rules, without dreaming it."""
        return enhanced(wish.prompt, wish.negative_prompt, wish.style)

    @app.get("/v1/about", responses=_errors(), tags=["service"])
    def about() -> schemas.About:
        """What runs here."""
        counts = store.counts()
        bounds = schemas.Bounds(
            prompt_characters=limits.prompt, upload_bytes=limits.upload_bytes, picture_pixels=limits.picture_pixels,
            queue=limits.queue, jobs_per_client=limits.jobs_per_client, job_seconds=limits.job_seconds,
        )  # fmt: skip
        return schemas.About(
            version=__version__, models=choose_models("auto", ModelsConfig()).reason, workers=workers,
            running=counts.get("running", 0), queued=counts.get("queued", 0), limits=bounds,
        )  # fmt: skip

    @app.get("/v1/health", responses={403: _errors()[403]}, tags=["service"])
    async def health() -> schemas.Health:
        """Alive; needs no token."""
        return schemas.Health(status="ok")

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def page() -> Response:
        return HTMLResponse(PAGE.read_text(encoding="utf-8"))

    _speak(app)
    return Door(app, access, limits.upload_bytes)


async def _watch(store: Store, job: str) -> AsyncIterator[str]:
    """Server-sent events of one job."""
    revision, silent = 0, 0.0
    end = time.monotonic() + STREAM_SECONDS
    while time.monotonic() < end:
        now = store.revision(job)
        if now != revision:
            found, revision, silent = store.get(job), now, 0.0
            yield f"event: job\nid: {now}\ndata: {found.model_dump_json()}\n\n"
            if found.state in schemas.ENDED:
                return
        elif silent > AWAKE_EVERY:
            silent = 0.0
            yield ": still there\n\n"
        await asyncio.sleep(LOOK_EVERY)
        silent += LOOK_EVERY


def _problem(status: int, code: str, sentence: str, retry_after: int = 0) -> JSONResponse:
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    body = schemas.Problem(code=code, message=sentence.encode("utf-8", "replace").decode())
    return JSONResponse(body.model_dump(), status, headers)


def _told(errors: Any, prefix: str = "") -> str:
    """The first thing that is wrong with a request, with the field's name."""
    first = next(iter(errors))
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path", "header"))
    return f"{prefix}{where}: {first['msg']}" if where else f"{first['msg']}"


def _speak(app: FastAPI) -> None:
    """Every error as a code and a sentence."""

    @app.exception_handler(Refusal)
    async def refused(_: Request, error: Refusal) -> Response:
        return _problem(error.status, error.code, str(error), error.retry_after)

    @app.exception_handler(InputError)
    async def unusable(_: Request, error: InputError) -> Response:
        return _problem(422, "invalid", str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        return _problem(422, "invalid", _told(error.errors()))

    @app.exception_handler(HTTPException)
    async def plain(_: Request, error: HTTPException) -> Response:
        codes = {400: "bad_request", 404: "not_found", 405: "method", 413: "too_large"}
        problem = _problem(error.status_code, codes.get(error.status_code, "bad_request"), str(error.detail))
        problem.headers.update(error.headers or {})
        return problem

    @app.exception_handler(OSError)
    async def disk(_: Request, error: OSError) -> Response:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return _problem(507, "disk_full", "the disk is full; delete results that are not needed")
        raise error

    @app.exception_handler(sqlite3.OperationalError)
    async def database(_: Request, error: sqlite3.OperationalError) -> Response:
        if error.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
            return _problem(507, "disk_full", "the disk is full; delete results that are not needed")
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return _problem(503, "busy", "another program holds the queue; send it again", 10)
        log.error("the queue: %s", error)
        return _problem(500, "internal", "the queue cannot be read; the service's log says why")

    @app.exception_handler(Exception)
    async def bug(_: Request, error: Exception) -> Response:
        return _problem(500, "internal", "the program has a bug; the service's log has it")  # and it is raised on
