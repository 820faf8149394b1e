"""`lucid3d insert`, `lucid3d edit`, `lucid3d region` and `lucid3d edits`: a finished scene is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from lucid3d.commands.display import ProgressDisplay
from lucid3d.editing.book import Change, Entry, Walk
from lucid3d.editing.clothing import Dress
from lucid3d.editing.folder import (
    Changed,
    change_in,
    drag_in,
    guide_in,
    inpaint_in,
    insert_into,
    join_in,
    keep_region,
    look_closer_in,
    move_in,
    redraw,
    refine_in,
    remove_from,
    settle,
    step,
    walk_in,
)
from lucid3d.editing.insertion import Where, Wish
from lucid3d.editing.making import Network
from lucid3d.editing.regions import Region, Step, describe, read_region, region_from, region_names, united
from lucid3d.errors import InputError
from lucid3d.extending import parse_place
from lucid3d.scene import Scene


@dataclass(frozen=True)
class InsertOptions:
    """Set a thing into a finished scene, in its light; everything else stays as it is."""

    scene: tyro.conf.Positional[str]
    """The folder of the scene; it is changed, and `lucid3d edits SCENE --undo` takes that back."""
    thing: str = ""
    """Words: "a red rowing boat", "a blue sofa", "two" things are two commands."""
    way: Annotated[Literal["", "shap-e"], tyro.conf.arg(name="with")] = ""
    """shap-e: the network makes it of the words, not the rules (default: where the rules know no such thing, and the
    network is on disk)."""
    picture: str = ""
    """A picture of a thing before a plain ground, which shap-e makes it of."""
    allow_pickle: bool = False
    """Let it read weights that are pickles, as a part of openai/shap-e is: they can run any code."""
    file: str = ""
    """A mesh instead (.glb, .gltf, .obj, .ply, .stl, .off), y up, its front towards +z; splats (.ply, .splat, .spz); or
    the folder of another scene, whose start comes to --at and whose forward turns to --facing degrees to the right."""
    at: str = ""
    """Where: metres to the right and ahead of the start, as in 1.5,4 (-1.5,4 as --at=-1.5,4); a free place in view by
    default."""
    on: str = ""
    """ground, water, table or sky, instead of what such a thing is usually on."""
    size: float | None = None
    """Metres in its largest direction (default: its own size)."""
    facing: float | None = None
    """Degrees that its front is turned to the right from facing back (default: towards the start)."""
    seed: int = 0
    """Another boat, sofa or tree of the same words."""
    along: str = ""
    """Instead of --at, for a person of the catalogue or a rigged .glb: the places that it walks to and back again, as
    in '0,3;2,6' (--along='-1,3;2,6')."""
    pace: float | None = None
    """Metres a second that it walks."""
    dress: str = ""
    """Words that its colours follow by CLIP, where that is on disk: "a knight in golden armour"."""
    network: str = ""
    """The CLIP checkpoint's name or folder (--dress)."""
    door: bool = False
    """With the folder of another scene: open its walls where the straight way from our start to its start goes."""
    name: str = ""
    """What to call it, for `lucid3d edits` (default: what it is)."""


@dataclass(frozen=True)
class EditOptions:
    """Change what is in a finished scene, in words; everything else stays as it is."""

    scene: tyro.conf.Positional[str]
    """The folder of the scene; it is changed, and `lucid3d edits SCENE --undo` takes that back."""
    prompt: str = ""
    """"the house blue", "the pier of stone", "autumn", "remove the bin", "replace the sofa by a bench"; with a region
    just "blue"."""
    way: Annotated[str, tyro.conf.arg(name="with")] = "rules"
    """rules; inpainting: a region is painted anew by the networks that dream; or what Gaussians follow: style (of
    --picture), clip, sds, magic3d or vsd (words, by networks on disk)."""
    picture: str = ""
    """The picture whose style it takes (--with style)."""
    network: str = ""
    """The checkpoint's name or folder (--with clip, sds, magic3d, vsd)."""
    steps: int = 0
    """How long it follows (default: what the way is made for)."""
    region: str = ""
    """Where: a region that `lucid3d region` keeps with the scene, or its file."""
    label: str = ""
    """Where: what carries a semantic label (roof, tree, floor ...)."""
    also: tuple[str, ...] = ()
    """Other regions with words of their own that follow at the same time, as in 'roof: of straw' (--with clip)."""
    drag: tuple[str, ...] = ()
    """Instead of words: handles of the region and where they shall come to, x,y,z:x,y,z in metres each."""
    name: str = ""
    """What to call the change, for `lucid3d edits` (default: its words)."""


@dataclass(frozen=True)
class RefineOptions:
    """Make a finished scene, or a part of it with its back, finer; everything else stays as it is."""

    scene: tyro.conf.Positional[str]
    """The folder of the scene; it is changed, and `lucid3d edits SCENE --undo` takes that back."""
    region: str = ""
    """Where: a region that `lucid3d region` keeps with the scene, or its file (default: everywhere)."""
    label: str = ""
    """Where: what carries a semantic label (roof, tree, floor ...)."""
    at: str = ""
    """A place to look from instead: metres to the right and ahead of the start, as in 3,12 (-3,12 as --at=-3,12). What
    is near gets as fine as a person there sees it, so that a wall shows its stones (procedural scenes)."""
    facing: float | None = None
    """Degrees to the right of ahead that are looked at from there (default: all around, which takes four times as
    long)."""
    way: Annotated[str, tyro.conf.arg(name="with")] = "images"
    """images (of the world that the scene was made of, or its own views); or sds, magic3d, vsd, by networks on disk."""
    prompt: str = ""
    """What it is, for networks (default: the scene's own words)."""
    network: str = ""
    """The checkpoint's name or folder (--with sds, magic3d, vsd)."""
    steps: int = 0
    """How long (default: what the way is made for)."""


@dataclass(frozen=True)
class RegionOptions:
    """Choose a part of a finished scene and keep it by name for `lucid3d edit --region`; without a choice, list them.

    What several options choose is chosen together; then it is grown, shrunk and turned round, in this order."""

    scene: tyro.conf.Positional[str]
    """The folder of the scene; its look does not change."""
    name: str = ""
    """What to call it; it lies in SCENE/regions/NAME.json."""
    label: tuple[str, ...] = ()
    """What carries a semantic label (roof, tree, floor ...)."""
    thing: tuple[str, ...] = ()
    """What is called so ("house", "sofa")."""
    box: str = ""
    """Centre and size of a box, x,y,z,width,height,depth in metres: x to the right of the start, y down, z ahead."""
    click: str = ""
    """What belongs together with a point, x,y,z in metres."""
    segment: str = ""
    """What a network (SAM, on disk) cuts out of the views at a point, x,y,z in metres."""
    region: tuple[str, ...] = ()
    """Other regions, by name or file."""
    grow: float | None = None
    """And all within so many metres of it."""
    shrink: float | None = None
    """But nothing within so many metres of its outside."""
    invert: bool = False
    """Everything else instead."""


@dataclass(frozen=True)
class EditsOptions:
    """List what was set into a scene and changed, move it, copy it, take it out, undo and redo."""

    scene: tyro.conf.Positional[str]
    """The folder of the scene."""
    undo: bool = False
    """Take the last edit back."""
    redo: bool = False
    """Do again what was undone."""
    remove: str = ""
    """Take the thing of this name out; what was behind it comes back."""
    move: str = ""
    """Set the thing of this name elsewhere (--at), in another size (--size) or turned (--facing)."""
    copy: str = ""
    """Set in one more of the thing of this name."""
    at: str = ""
    """Where: metres to the right and ahead of the start."""
    size: float | None = None
    """Metres in its largest direction."""
    facing: float | None = None
    """Degrees that its front is turned to the right from facing back."""
    redraw: bool = False
    """Draw panorama, skybox, films and report of the scene as it is now; edits renew only scene.ply, free_space.npz and
    preview.jpg."""


def insert(arguments: Sequence[str]) -> None:
    """`lucid3d insert`.

    Raises:
        InputError: an option, the thing or the scene cannot be used.
    """
    options = tyro.cli(InsertOptions, args=list(arguments), prog="lucid3d insert")
    at = parse_place(options.at) if options.at else None
    if options.file and not options.thing and Path(options.file).is_dir():
        _join(options, at)
        return
    if options.door:
        raise InputError("--door is for another scene that is joined on: --file FOLDER --at 0,6 --door")
    by = Network(options.picture, options.allow_pickle) if options.way or options.picture else None
    named = options.thing or (Path(options.picture).stem.replace("_", " ") if options.picture else "")
    wish = Wish(named, options.file, at, options.on, options.size, options.facing, options.seed)
    if by is not None and options.along:
        raise InputError("what a network makes cannot walk: leave out --along, or --with and --picture")
    if options.pace is not None and not options.along:
        raise InputError("--pace is for figures that walk: say where, as in --along '0,3;2,6'")
    if (options.dress or options.network) and not options.along:
        raise InputError("--dress is for figures that walk: say where, as in --along '0,3;2,6'")
    dress = Dress(options.dress, options.network) if options.dress else None
    if options.along and (at or options.on or options.facing is not None):
        raise InputError("--along says where a figure is: leave out --at, --on and --facing")
    places = [parse_place(text) for text in options.along.split(";")] if options.along else []
    with ProgressDisplay() as display:
        folder, called = Path(options.scene), options.name
        if places:
            changed = walk_in(folder, wish, places, pace=options.pace, dress=dress, name=called, on_event=display.show)
        else:
            changed = insert_into(folder, wish, by=by, name=called, on_event=display.show)
    _tell(changed, display.print)
    display.print(f"look at it: python viewer.py {options.scene}; take it back: lucid3d edits {options.scene} --undo")


def _join(options: InsertOptions, at: tuple[float, float] | None) -> None:
    if at is None:
        raise InputError("say where the other scene's start comes to, as in --at 0,6")
    if options.size is not None or options.on or options.along or options.pace is not None:
        raise InputError("a scene is joined on as it is: leave out --size, --on, --along and --pace")
    with ProgressDisplay() as display:
        facing, folder = options.facing or 0.0, Path(options.scene)
        other, name, show = Path(options.file), options.name, display.show
        changed = join_in(folder, other, at, facing, door=options.door, name=name, on_event=show)
    _tell(changed, display.print)


def edit(arguments: Sequence[str]) -> None:
    """`lucid3d edit`.

    Raises:
        InputError: an option, the words or the scene cannot be used.
    """
    options = tyro.cli(EditOptions, args=list(arguments), prog="lucid3d edit")
    folder = Path(options.scene)
    region = _where(folder, options.region, options.label)
    with ProgressDisplay() as display:
        if options.drag:
            if region is None:
                raise InputError("--drag moves a region: give --region or --label")
            handles, targets = zip(*(_drag(text) for text in options.drag), strict=True)
            changed = drag_in(folder, region, handles, targets, name=options.name, on_event=display.show)
        elif options.way == "inpainting":
            if region is None:
                raise InputError("--with inpainting repaints a region: give --region or --label")
            changed = inpaint_in(folder, options.prompt, region, name=options.name, on_event=display.show)
        elif options.way == "rules":
            changed = change_in(folder, options.prompt, region, name=options.name, on_event=display.show)
        else:
            others = [_also(folder, text) for text in options.also]
            picture = Path(options.picture) if options.picture else None
            changed = guide_in(
                folder, options.way, options.prompt, region, others=others, picture=picture, network=options.network,
                steps=options.steps, name=options.name, on_event=display.show,
            )  # fmt: skip
    _tell(changed, display.print)
    display.print(f"look at it: python viewer.py {options.scene}; take it back: lucid3d edits {options.scene} --undo")


def _also(folder: Path, text: str) -> tuple[str, Region]:
    name, _, words = text.partition(":")
    if not name.strip() or not words.strip():
        raise InputError(f"--also {text!r} must be a region's name and words, as in 'roof: of straw'")
    return words.strip(), read_region(folder, name.strip())


def _drag(text: str) -> tuple[list[float], list[float]]:
    handle, _, target = text.partition(":")
    if len(found := (*_numbers("drag", handle), *_numbers("drag", target))) != 6:
        raise InputError(f"--drag {text!r} must be two points, as in 1,0.5,4:1,0.2,4")
    return list(found[:3]), list(found[3:])


def refine(arguments: Sequence[str]) -> None:
    """`lucid3d refine`.

    Raises:
        InputError: an option or the scene cannot be used.
    """
    options = tyro.cli(RefineOptions, args=list(arguments), prog="lucid3d refine")
    folder = Path(options.scene)
    region = _where(folder, options.region, options.label)
    if options.at and (region is not None or options.way != "images"):
        raise InputError("--at says what is refined, and by what: leave out --region, --label and --with")
    if options.facing is not None and not options.at:
        raise InputError("--facing says where one looks from a place: give it with --at, as in --at 3,12")
    at = parse_place(options.at) if options.at else None
    with ProgressDisplay() as display:
        if at is not None:
            changed = look_closer_in(folder, at, options.facing, on_event=display.show)
        elif options.way == "images":
            changed = refine_in(folder, region, steps=options.steps, on_event=display.show)
        else:
            words = options.prompt or Scene.load(folder, views=False).prompt
            changed = guide_in(
                folder, options.way, words, region, network=options.network, steps=options.steps, on_event=display.show
            )
    _tell(changed, display.print)


def _where(folder: Path, region: str, label: str) -> Region | None:
    """The region that options name; None for none."""
    named = [read_region(folder, region)] if region else []
    labelled = [region_from({"steps": [{"label": label}]}, "--label")] if label else []
    return united([*named, *labelled], named[0].name if named else "") if named or labelled else None


def region(arguments: Sequence[str]) -> None:
    """`lucid3d region`.

    Raises:
        InputError: an option or the scene cannot be used, or nothing is chosen.
    """
    options = tyro.cli(RegionOptions, args=list(arguments), prog="lucid3d region")
    folder = Path(options.scene)
    if not folder.is_dir():
        raise InputError(f"scene folder '{folder}' does not exist")
    steps: list[dict[str, object]] = [{"label": label} for label in options.label]
    steps += [{"thing": thing} for thing in options.thing]
    picked = (("box", options.box), ("click", options.click), ("segment", options.segment))
    steps += [{kind: _numbers(kind, text)} for kind, text in picked if text]
    others = [read_region(folder, name) for name in options.region]
    after: list[dict[str, object]] = [
        {kind: value} for kind, value in (("grow", options.grow), ("shrink", options.shrink)) if value is not None
    ]
    after += [{"invert": True}] if options.invert else []
    with ProgressDisplay() as display:
        if not steps and not others:
            for name in region_names(folder):
                display.print(f"{name}: {describe(Region(read_region(folder, name).steps))}")
            if not region_names(folder):
                display.print("this scene keeps no regions")
            return
        if not options.name:
            raise InputError("give the region a name: --name house")
        chosen: tuple[Step, ...] = tuple(s for other in others for s in other.steps)
        if steps:
            chosen = (*chosen, *region_from({"steps": steps}).steps)
        if after:
            chosen = (*chosen, *region_from({"steps": after}).steps)
        path, count, total = keep_region(folder, Region(chosen, options.name), on_event=display.show)
        display.print(
            f"{path}: {count:,} of {total:,} Gaussians; lucid3d edit {folder} --region {options.name} --prompt ..."
        )


def _numbers(kind: str, text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"--{kind} {text!r} must be numbers with commas between them") from None


def edits(arguments: Sequence[str]) -> None:
    """`lucid3d edits`.

    Raises:
        InputError: an option, a name or the scene cannot be used.
    """
    options = tyro.cli(EditsOptions, args=list(arguments), prog="lucid3d edits")
    folder = Path(options.scene)
    asked = [options.undo, options.redo, bool(options.remove), bool(options.move), bool(options.copy), options.redraw]
    if sum(asked) > 1:
        raise InputError("one of --undo, --redo, --remove, --move, --copy and --redraw at a time")
    with ProgressDisplay() as display:
        changed = None
        if options.undo or options.redo:
            changed = step(folder, -1 if options.undo else 1)
        elif options.remove:
            changed = remove_from(folder, options.remove)
        elif options.move or options.copy:
            at = parse_place(options.at) if options.at else None
            where = Where(at=at, size=options.size, facing=options.facing)
            name, copied = options.move or options.copy, bool(options.copy)
            changed = move_in(folder, name, where, copy=copied, on_event=display.show)
        elif options.redraw:
            redraw(folder, display.show)
    _tell(changed or settle(folder), display.print, taken_back=changed is not None)


def _tell(changed: Changed, say: Callable[[str], None], *, taken_back: bool = False) -> None:
    if changed.entry is not None:
        say(_line(changed.entry))
        return
    if not changed.state:
        say("the scene is as it was made" if taken_back else "nothing was set into this scene or changed")
    for entry in changed.state:
        say(_line(entry))


def _line(entry: Entry | Change | Walk) -> str:
    if isinstance(entry, Change):
        where = f" in {describe(region_from(entry.region))}" if entry.region else ""
        return f"{entry.name}: {entry.order.words}{where}: {entry.how}"
    width, height, depth = entry.size
    if isinstance(entry, Walk):
        places = "; ".join(f"{x:g},{z:g}" for x, z in entry.along)
        played = f" ({entry.clip})" if entry.clip else ", gliding, for it has no clip"
        return f"{entry.name}: {entry.wish.thing or entry.wish.file}, {height:.2g} m, walks along {places}{played}"
    spot = entry.spot
    return (
        f"{entry.name}: {entry.wish.thing or entry.wish.file}, {width:.2g} x {height:.2g} x {depth:.2g} m, at "
        f"{spot.x:.2f},{spot.z:.2f} facing {spot.facing:.0f}"
    )
