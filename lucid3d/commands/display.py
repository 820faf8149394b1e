"""Progress bars on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from lucid3d.progress import Event


class ProgressDisplay:
    """Progress bars on a terminal; elsewhere one line at the start of each stage."""

    def __init__(self) -> None:
        self.console = Console(stderr=False, highlight=False)
        self.tasks: dict[str, TaskID] = {}
        self.progress = Progress(
            TextColumn("{task.description:9}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[detail]}"),
            console=self.console,
            disable=not self.console.is_terminal,
        )

    def __enter__(self) -> ProgressDisplay:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def print(self, text: str) -> None:
        """One line for a person, above the bars."""
        self.console.print(text, markup=False, soft_wrap=True)

    def show(self, event: Event) -> None:
        """Move the bar of the event's stage."""
        if event.stage == "models":
            self.print(event.detail)
            return
        if event.stage not in self.tasks:
            self.tasks[event.stage] = self.progress.add_task(event.stage, total=None, rate="", detail="")
        task = self.tasks[event.stage]
        self.progress.update(task, completed=event.done, total=event.total or None, detail=event.detail)
        speed = next(t.speed for t in self.progress.tasks if t.id == task)
        self.progress.update(task, rate=f"{speed:.1f}/s" if speed else "")
