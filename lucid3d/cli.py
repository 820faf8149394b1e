"""The command lines: which commands there are, how one is run, and how every one of them ends."""

from __future__ import annotations

import errno
import importlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from lucid3d import __version__
from lucid3d.errors import InputError

BAD_INPUT, INTERRUPTED = 2, 130
"""Exit codes: something handed in cannot be used; stopped by Ctrl-C (128 + SIGINT)."""

NO_ROOM = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would exceed the size limit",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
    errno.EIO: "",
}
"""What the system says when a file cannot be written, in words; EIO comes with words of its own."""


@dataclass(frozen=True)
class Command:
    """One command.

    Its module is imported when it runs: that takes a second, which neither `--help` nor another command shall cost.

    Attributes:
        summary: a line for `lucid3d --help`.
        main: "module:function", called with the arguments, or with what `options` makes of them; what it returns, if
            anything, is the exit code.
        options: "module:function" that parses the arguments before `main` is imported, from a module with light
            imports; "" where `main` parses them itself.
        resume: what continues the command when it was interrupted, in words.
    """

    summary: str
    main: str
    options: str = ""
    resume: str = ""


COMMANDS = {
    "run": Command(
        "dream a scene (what run.py does)",
        "lucid3d.commands.run:main",
        options="lucid3d.commands.run_options:parse_run",
        resume="--resume",
    ),
    "view": Command("walk around in a scene (what viewer.py does)", "lucid3d.viewer.command:serve"),
    "export": Command("write a finished scene in further formats", "lucid3d.commands.export:main"),
    "extend": Command("dream on from where a finished scene ends", "lucid3d.commands.extend:main"),
    "insert": Command("set a thing into a finished scene", "lucid3d.commands.edit_scene:insert"),
    "edit": Command("change what is in a finished scene, in words", "lucid3d.commands.edit_scene:edit"),
    "refine": Command("make a part of a finished scene finer", "lucid3d.commands.edit_scene:refine"),
    "region": Command("choose a part of a finished scene, by name", "lucid3d.commands.edit_scene:region"),
    "edits": Command("list, move, remove, undo what was set in and changed", "lucid3d.commands.edit_scene:edits"),
    "restyle": Command("repaint a finished scene in other words", "lucid3d.restyle.command:main"),
    "serve": Command("answer jobs over HTTP, with a page to try it in", "lucid3d.service.command:serve"),
    "batch": Command("dream many scenes", "lucid3d.service.batch:batch", resume="the same command"),
    "models": Command("list or download the diffusion models", "lucid3d.commands.models:main"),
    "doctor": Command("try out this machine and its networks", "lucid3d.doctor.command:main"),
    "worldscore": Command(
        "answer tasks of the WorldScore benchmark", "lucid3d.worldscore.command:main", resume="the same command"
    ),
    "panorama": Command("mend the seams of a panorama from elsewhere", "lucid3d.commands.panorama:main"),
    "learn": Command(
        "make the network that reads pictures", "lucid3d.learning.command:main", resume="the same command"
    ),
}
"""A new command is one row here, and the function that it names."""


def main(arguments: Sequence[str] | None = None) -> None:
    """`lucid3d <command>`."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if not arguments or arguments[0] in ("-h", "--help"):
        print("usage: lucid3d COMMAND [options]; 'lucid3d COMMAND --help' tells more\n")
        for name, command in COMMANDS.items():
            print(f"  {name:10} {command.summary}")
        return
    if arguments[0] == "--version":
        print(__version__)
        return
    if arguments[0] not in COMMANDS:
        _fail(f"command '{arguments[0]}' is not known; known: {', '.join(COMMANDS)}")
    run_command(arguments[0], arguments[1:])


def run_main(arguments: Sequence[str] | None = None) -> None:
    """`python run.py`."""
    run_command("run", sys.argv[1:] if arguments is None else arguments)


def view_main(arguments: Sequence[str] | None = None) -> None:
    """`python viewer.py outputs/<scene>`."""
    run_command("view", sys.argv[1:] if arguments is None else arguments)


def run_command(name: str, arguments: Sequence[str]) -> None:
    """Do one command. Exit code 0: done; 1: a part of it failed; 2: bad input; 130: interrupted."""
    command = COMMANDS[name]
    with _reported(command.resume):
        options = _named(command.options)(list(arguments)) if command.options else list(arguments)
        code = _named(command.main)(options)
        if code:
            _leave(code)


def _named(name: str) -> Callable[[Any], int | None]:
    """The function of a "module:function"."""
    module, _, function = name.partition(":")
    found: Callable[[Any], int | None] = getattr(importlib.import_module(module), function)
    return found


class _reported:
    """Turns what a person can mend into one sentence and an exit code; bugs keep their traceback."""

    def __init__(self, resume: str = "") -> None:
        self.resume = resume

    def __enter__(self) -> None:
        # `kill` ends a run as Ctrl-C does: between two files, never in one
        signal.signal(signal.SIGTERM, signal.default_int_handler)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, InputError):
            _fail(str(error))
        if isinstance(error, KeyboardInterrupt):
            hint = f"; the same command with {self.resume} continues" if self.resume else ""
            print(f"\nstopped{hint}", file=sys.stderr)
            _leave(INTERRUPTED)
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            _leave(1)
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            where = f" '{error.filename}'" if error.filename else ""
            hint = f"; mend that, and continue with {self.resume}" if self.resume else ""
            _fail(f"cannot write{where}: {NO_ROOM[error.errno] or error.strerror}{hint}")


def _fail(sentence: str) -> NoReturn:
    print(f"error: {sentence}", file=sys.stderr)
    _leave(BAD_INPUT)


def _leave(code: int) -> NoReturn:
    raise SystemExit(code) from None
