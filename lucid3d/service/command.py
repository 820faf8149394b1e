"""`lucid3d serve`: the command line of the service."""

from __future__ import annotations

import contextlib
import fcntl
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from lucid3d.access import Access, address, free_port, token_from
from lucid3d.errors import InputError
from lucid3d.service.cluster import RayWorkers
from lucid3d.service.dispatch import Dispatcher, Workers
from lucid3d.service.local import LocalWorkers
from lucid3d.service.settings import BACKLOG, GIGABYTE, Limits, Settings, load_presets
from lucid3d.service.store import Store
from lucid3d.service.webhooks import Webhooks


@dataclass(frozen=True)
class ServeOptions:
    """Serve skyboxes and scenes over HTTP: jobs, previews, downloads, and a small page to try it in."""

    outputs: str = "outputs"
    """The folder for results and the queue."""
    host: str = "127.0.0.1"
    """The address to listen on: 0.0.0.0 for other computers, too."""
    port: int = 8400
    """Where to listen; 0 takes any free port."""
    token: str = ""
    """A token of your own choice that requests need (default: $LUCID3D_TOKEN, which other users of this computer cannot
    read, or one that is made up and printed)."""
    no_token: bool = False
    """Ask nobody on this computer for a token: its other users can come in then."""
    name: tuple[str, ...] = ()
    """A further host name under which the service is reached, behind a reverse proxy."""
    workers: int = 1
    """Jobs that run at once, each in a process of its own."""
    ray: str = ""
    """Run jobs as Ray tasks: the address of a cluster, "auto", or "local" to start Ray on this computer."""
    ray_cpus: float = 2.0
    """CPUs that a Ray task asks for."""
    ray_gpus: float = 0.0
    """GPUs that a Ray task asks for."""
    presets: str = ""
    """A folder with presets of your own (YAML files like those in configs/)."""
    queue: int = 256
    """Jobs that may wait; one more is refused with 429."""
    jobs_per_client: int = 64
    """Jobs of one address that may wait or run."""
    upload_mb: float = 20.0
    """Largest request, in megabytes."""
    job_minutes: float = 60.0
    """A job that runs longer is ended."""
    free_gb: float = 1.0
    """Room that must be left on the disk for a job to be taken."""
    results_gb: float = 0.0
    """Room for all results together; 0 for no limit."""
    allow_private_webhooks: bool = False
    """Webhooks may lead to this computer and its network."""


def serve(arguments: Sequence[str]) -> None:
    """Run the service until Ctrl-C.

    Raises:
        InputError: an option cannot be used, the port is in use, or another service has the outputs folder.
    """
    options = tyro.cli(ServeOptions, args=list(arguments), prog="lucid3d serve", config=(tyro.conf.UseAppendAction,))
    _check(options)
    try:
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        raise InputError("the service needs FastAPI and uvicorn: pip install 'lucid3d[service]'") from None
    port = free_port(options.host, options.port)
    token = "" if options.no_token else token_from(options.token)
    access = Access.to(options.host, port, token, options.name, without_token=options.no_token)

    from lucid3d.service.app import create_app
    from lucid3d.service.connections import Server

    settings = Settings(
        Path(options.outputs).resolve(),
        Limits(
            queue=options.queue,
            jobs_per_client=options.jobs_per_client,
            upload_bytes=int(options.upload_mb * 1e6),
            job_seconds=options.job_minutes * 60,
            free_bytes=int(options.free_gb * GIGABYTE),
            result_bytes=int(options.results_gb * GIGABYTE),
        ),
        load_presets(Path(options.presets) if options.presets else None),
        options.allow_private_webhooks,
    )
    with _alone(settings.home):
        workers: Workers
        if options.ray:
            workers = RayWorkers(options.ray, cpus=options.ray_cpus, gpus=options.ray_gpus)
        else:
            workers = LocalWorkers(options.workers, settings.home / "worker.log")
        store = Store(settings.home / "jobs.sqlite")
        dispatcher = Dispatcher(store, settings, workers)
        webhooks = Webhooks(store, private=settings.private_webhooks)
        app = create_app(store, settings, access=access, workers=workers.count)
        with _bound(access) as listening:
            dispatcher.start()
            webhooks.start()
            print(f"serving at {address(access, port, shown=True)}", flush=True)
            if access.token is not None:
                which = "your" if access.chosen else "that"
                print(f"requests need {which} token, as 'Authorization: Bearer TOKEN'; pages, as ?token=", flush=True)
            print("Ctrl-C ends it; jobs go on when it is started again", flush=True)
            try:
                Server(app).run(sockets=[listening])
            finally:
                webhooks.stop()
                dispatcher.stop()
                store.close()


def _check(options: ServeOptions) -> None:
    for name in ("workers", "queue", "jobs_per_client"):
        if getattr(options, name) < 1:
            raise InputError(f"--{name.replace('_', '-')} {getattr(options, name)} must be at least 1")
    for name in ("upload_mb", "job_minutes"):
        if not getattr(options, name) > 0:
            raise InputError(f"--{name.replace('_', '-')} {getattr(options, name)} must be above 0")
    if Path(options.outputs).exists() and not Path(options.outputs).is_dir():
        raise InputError(f"--outputs '{options.outputs}' is a file; name a folder")


@contextlib.contextmanager
def _bound(access: Access) -> Iterator[socket.socket]:
    """A listening socket: bound here, so that a port which was taken meanwhile is told in a sentence."""
    family = socket.AF_INET6 if ":" in access.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((access.host, access.port))
        except OSError:
            raise InputError(f"--port {access.port} is in use; choose another with --port") from None
        listening.listen(BACKLOG)  # now, so that whoever reads the address can connect at once
        yield listening
    finally:
        listening.close()


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Be the only service of an outputs folder."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "lock").open("w")
    except OSError as error:
        raise InputError(f"--outputs '{home.parent}' cannot be used: {error.strerror}; choose another") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"another service uses --outputs '{home.parent}' already; choose another") from None
        yield
