"""The viewer: a web server, a gallery, a workshop, and a session for every browser."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lucid3d.access import Access, address
from lucid3d.viewer.gallery import Gallery
from lucid3d.viewer.growing import Growth
from lucid3d.viewer.making import Job, Workshop
from lucid3d.viewer.prepared import Shelf
from lucid3d.viewer.server import SCENE_PATH, close_server, open_server
from lucid3d.viewer.session import Session

if TYPE_CHECKING:
    import viser

log = logging.getLogger(__name__)

BUDGET = 400_000
"""Splats that a browser is sent unless it asks for more or fewer: 13 MB, and smooth on a laptop's own graphics."""

BRAND = (76, 141, 255)


class Viewer:
    """A page to walk in.

    Args:
        root: the outputs folder; its scenes are the gallery, and new ones are saved there.
        first: the name of the scene that a page opens with, or "".
        access: who may come in.
        budget: splats sent to a browser at most, until it chooses for itself.
        live: a job of this program to show instead of a scene.
        changes: laid over every preset that the page dreams with, as in a config file.
    """

    def __init__(
        self,
        root: Path,
        first: str = "",
        *,
        access: Access | None = None,
        budget: int = BUDGET,
        live: Growth | None = None,
        changes: dict[str, Any] | None = None,
    ) -> None:
        self.gallery = Gallery(root)
        self.first = first
        self.access = access or Access()
        self.budget = budget
        self.live = live
        self.changes = changes or {}
        self.workshop = Workshop()
        self.shelf = Shelf()
        self.sessions: dict[int, Session] = {}
        self._lock = threading.Lock()
        self.server: viser.ViserServer | None = None

    def start(self) -> str:
        """Open the page; returns its address, token included.

        Raises:
            InputError: the port is in use, or the address is not this computer's.
        """
        server = open_server(self.access)
        self.server = server
        server.scene.set_up_direction("-y")
        server.scene.world_axes.visible = False
        server.gui.configure_theme(
            dark_mode=True, show_logo=False, show_share_button=False, brand_color=BRAND, control_width="medium"
        )
        server.on_client_connect(self._arrived)
        server.on_client_disconnect(self._left)
        return self.address()

    def address(self, *, shown: bool = False) -> str:
        """Of the page; see `lucid3d.access.address`."""
        return address(self.access, self.port, SCENE_PATH + self.first if self.first else "/", shown=shown)

    @property
    def port(self) -> int:
        """The port that is bound."""
        assert self.server is not None
        return int(self.server.get_port())

    def stop(self) -> None:
        """Close the page and cancel what is being made."""
        if self.workshop.job is not None:
            self.workshop.job.cancel()
        for session in list(self.sessions.values()):
            session.close()
        if self.server is not None:
            close_server(self.server)

    def announce(self, job: Job) -> None:
        """Let every browser see a job that has begun."""
        for session in list(self.sessions.values()):
            session.watch_job(job)

    def _arrived(self, client: viser.ClientHandle) -> None:
        session = Session(self, client)
        with self._lock:
            self.sessions[client.client_id] = session
        session.begin()

    def _left(self, client: viser.ClientHandle) -> None:
        with self._lock:
            session = self.sessions.pop(client.client_id, None)
        if session is None:
            return
        session.close()
        job = self.workshop.job
        if job is not None and job.owner == client.client_id and session.stops_with_page:
            job.cancel()
