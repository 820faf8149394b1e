"""The world as it grows: the page of `run.py --viewer`."""

from __future__ import annotations

from pathlib import Path

from lucid3d.access import Access, token_from
from lucid3d.progress import Event
from lucid3d.viewer.app import Viewer
from lucid3d.viewer.growing import Growth


class LiveView:
    """Shows a running job: views, points and training Gaussians as they come. A `Listener` for `lucid3d.pipeline.run`.

        view = LiveView(outputs)
        print(view.start(8080))
        run(config, folder, on_event=view.on_event)
        view.finish(folder)

    Args:
        root: the outputs folder, whose scenes the page's gallery lists.
        host: the address to bind. The page demands a token: $LUCID3D_TOKEN, or one that is made up; it is part of the
            address returned.
    """

    def __init__(self, root: str | Path = "outputs", host: str = "127.0.0.1") -> None:
        self._growth = Growth()
        self._root, self._host = Path(root), host
        self.viewer: Viewer | None = None

    def start(self, port: int = 8080) -> str:
        """Open the page; returns its address.

        Raises:
            InputError: the port is in use.
        """
        access = Access.to(self._host, port, token_from(""))
        self.viewer = Viewer(self._root, access=access, live=self._growth)
        return self.viewer.start()

    def address(self) -> str:
        """Of the page, for a terminal: without a token that the person chose themselves."""
        assert self.viewer is not None
        return self.viewer.address(shown=True)

    def on_event(self, event: Event) -> None:
        """Show a step of the job. Takes no time when no page is open, and never raises."""
        self._growth.on_event(event)

    def finish(self, folder: str | Path) -> None:
        """The job is done: every open page changes over to the finished scene, and new ones begin with it."""
        folder = Path(folder)
        assert self.viewer is not None
        self.viewer.live = None
        self.viewer.first = folder.name
        self.viewer.gallery.root = folder.parent
        for session in list(self.viewer.sessions.values()):
            self._growth.leave(session.growing)
            session.attempt(session.open_grown)(folder.name)

    def stop(self) -> None:
        """Close the page."""
        if self.viewer is not None:
            self.viewer.stop()
