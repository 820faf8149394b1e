"""The gallery: every scene of the outputs folder, with its picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lucid3d.errors import InputError
from lucid3d.viewer.panels.fields import put

if TYPE_CHECKING:
    from lucid3d.viewer.session import Session

NOTHING = "-"


class ScenesTab:
    """The Scenes tab."""

    def __init__(self, session: Session) -> None:
        self.session = session
        gui, handler = session.client.gui, session.handler
        self.choice = gui.add_dropdown("Open", (NOTHING,), initial_value=NOTHING)
        self.look = gui.add_button("Look again")
        self.page = gui.add_html("")
        self._quiet = False
        self.choice.on_update(handler(lambda _: self._open(), "Opening"))
        self.look.on_click(handler(lambda _: self.refresh()))
        self.refresh()

    def scene_changed(self) -> None:
        """Another scene is on show."""
        self.refresh()

    def refresh(self) -> None:
        """Read the outputs folder again."""
        gallery, shown = self.session.viewer.gallery, self.session.name
        names = [entry.name for entry in gallery.entries() if entry.complete]
        self._quiet = True
        self.choice.options = (NOTHING, *names)
        put(self.choice, shown if shown in names else NOTHING)
        self._quiet = False
        self.page.content = gallery.page(shown)

    def _open(self) -> None:
        name = str(self.choice.value)
        if self._quiet or name in (NOTHING, self.session.name):
            return
        if name not in self.choice.options:
            raise InputError("there is no such scene")
        self.session.open(name)
