"""Edits of a scene in memory, one after the other: what a person does with the mouse until the scene is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from lucid3d.editing.book import changes_in, composed, fresh_name, read_book
from lucid3d.editing.changed_world import world_with
from lucid3d.editing.closer_look import NO_WORLD, check_true, closer_look
from lucid3d.editing.drag import dragged
from lucid3d.editing.figure import walking
from lucid3d.editing.guided import guided, refined
from lucid3d.editing.inpainting import inpainted, painting
from lucid3d.editing.insertion import (
    Inserted,
    Where,
    Wish,
    insert,
    shade_at,
    standing_at,
    thing_for,
    world_of,
)
from lucid3d.editing.lighting import Shade
from lucid3d.editing.making import made
from lucid3d.editing.order import Order, read_order
from lucid3d.editing.regions import Region, choose
from lucid3d.editing.rules import change_by_rules
from lucid3d.editing.standing import Spot, free_space, spot_instead, without
from lucid3d.editing.surroundings import Cutter, Surroundings, surroundings_of
from lucid3d.errors import InputError
from lucid3d.exploring.free_space import FreeSpace
from lucid3d.families.base import Models
from lucid3d.families.diffusion.segmenter import segmenter_on_disk
from lucid3d.figures.playing import figure_of
from lucid3d.procedural.world import World
from lucid3d.progress import Listener, ignore
from lucid3d.scene import Scene


@dataclass(frozen=True, eq=False)
class Thing:
    """Something that was set in, under a name of its own."""

    name: str
    wish: Wish
    inserted: Inserted


@dataclass(frozen=True, eq=False)
class Sitting:
    """A scene with edits; every edit gives another one, and the old one stays as it was.

    Attributes:
        own: the scene without what was set in, but with its changes; things: what was set in.
        done: the changes so far, with the instances that they were about.
        world: builds or gives the world that the scene was made of, None where there is none.
        grounds: where people could stand, by what was taken out; shared by all sittings of a scene, filled when needed.
        dragged: whether anything was dragged or painted anew, so that the world no longer tells what is there.
        cutter: the network that cuts out what is picked, where it is on disk.
        workshop: where meshes lie that networks made, and figures; gone with the last sitting that has it.
    """

    own: Scene
    things: tuple[Thing, ...] = ()
    done: tuple[tuple[Order, tuple[int, ...]], ...] = ()
    world: Callable[[], World | None] = field(default=lambda: None)
    grounds: dict[tuple[int, ...], FreeSpace] = field(default_factory=dict)
    dragged: bool = False
    cutter: Cutter | None = None
    workshop: TemporaryDirectory[str] = field(default_factory=lambda: TemporaryDirectory(prefix="lucid3d-"))

    @classmethod
    def of(
        cls, scene: Scene, on_event: Listener = ignore, *, workshop: TemporaryDirectory[str] | None = None
    ) -> Sitting:
        """A first sitting over a scene; its world is built when it is first needed, and kept.

        Args:
            workshop: where files of figures and meshes lie that are made; must stay as long as a scene that has them.
        """
        kept: list[World | None] = []

        def world() -> World | None:
            if not kept:
                kept.append(world_of(scene, on_event))
            return kept[0]

        sitting = cls(scene, world=world, cutter=segmenter_on_disk(scene.config.diffusion))
        return sitting if workshop is None else replace(sitting, workshop=workshop)

    @property
    def scene(self) -> Scene:
        """What there is to see."""
        things = [(thing.inserted.gaussians, thing.inserted.shade) for thing in self.things]
        return replace(self.own, gaussians=composed(self.own.gaussians, things)) if things else self.own

    def now(self) -> World | None:
        """The world with the changes so far."""
        own = self.world()
        return world_with(own, self.done) if own is not None else None

    def around(self) -> Surroundings:
        """What each of the scene's own Gaussians is."""
        return surroundings_of(self.own.gaussians, self.own.cameras, self.now(), self.cutter)

    def insert(self, wish: Wish, name: str = "") -> Sitting:
        """One thing more.

        Raises:
            InputError: see `insertion.insert`.
        """
        world = self.now()
        # a mesh that a network makes is read again when the thing is moved; what is saved holds its Gaussians
        wish = made(wish, Path(self.workshop.name), self.own.config.diffusion)
        inserted = insert(self.own, wish, taken=self._taken(self.things), world=world, free=self._ground(world))
        taken, base = {thing.name for thing in self.things}, name or inserted.thing.key
        called = next(n for n in (base, *(f"{base}-{i}" for i in range(2, len(taken) + 3))) if n not in taken)
        return replace(self, things=(*self.things, Thing(called, wish, inserted)))

    def move(self, name: str, where: Where) -> Sitting:
        """A thing elsewhere, turned, or in another size.

        Raises:
            InputError: there is none of that name, or it has no room there.
        """
        old = self.thing(name)
        rest = tuple(thing for thing in self.things if thing is not old)
        spot = old.inserted.spot
        wish = replace(
            old.wish,
            at=where.at or (spot.x, spot.z),
            size=where.size if where.size is not None else old.wish.size,
            facing=where.facing if where.facing is not None else old.wish.facing if where.at else spot.facing,
        )
        world = self.now()
        inserted = insert(self.own, wish, taken=self._taken(rest), world=world, free=self._ground(world))
        moved = Thing(name, wish, inserted)
        return replace(self, things=tuple(moved if thing is old else thing for thing in self.things))

    def copy(self, name: str, at: tuple[float, float] | None = None) -> Sitting:
        """One more of a thing, at a place or on a free one.

        Raises:
            InputError: there is none of that name, or it has no room there.
        """
        return self.insert(replace(self.thing(name).wish, at=at))

    def refine(self, region: Region | None = None, on_event: Listener = ignore) -> Sitting:
        """All of the scene, or a region with its back, finer.

        Raises:
            InputError: see `guided.refined`.
        """
        around = self.around() if region is not None else Surroundings(self.own.gaussians)
        chosen = choose(region, around) if region is not None else None
        patch = refined(self.own, chosen, around, on_event=on_event)
        return replace(self, own=replace(self.own, gaussians=patch.on(self.own.gaussians)))

    def look_closer(self, eye: NDArray[np.floating], facing: float, on_event: Listener = ignore) -> Sitting:
        """What is near an eye (3,), looking `facing` degrees to the right of ahead, as fine as it is seen from there.

        Raises:
            InputError: see `closer_look.closer_look`, or there is no world to draw it by.
        """
        before = changes_in(read_book(self.own.origin).state) if self.own.origin is not None else []
        check_true([*(change.order.deed for change in before), *(("drag",) if self.dragged else ())])
        world = self.now()
        if world is None:
            raise InputError(NO_WORLD)
        patch = closer_look(self.own.gaussians, world, eye, facing, on_event=on_event)
        return replace(self, own=replace(self.own, gaussians=patch.on(self.own.gaussians)))

    def drag(self, region: Region, handle: Sequence[float], target: Sequence[float]) -> Sitting:
        """What is at a point of a region at another one, the region after it.

        Raises:
            InputError: see `drag.dragged`.
        """
        chosen = choose(region, self.around())
        moved = dragged(self.own.gaussians, chosen, [handle], [target])
        return replace(self, own=replace(self.own, gaussians=moved), dragged=True)

    def inpaint(self, words: str, region: Region, models: Models | None = None, on_event: Listener = ignore) -> Sitting:
        """A region painted anew by the networks that dream, or by `models`.

        Raises:
            InputError: see `inpainting.inpainted`, or the networks are not on disk.
        """
        with painting(self.own, models, on_event) as painters:
            patch = inpainted(self.own, choose(region, self.around()), words, painters, on_event=on_event)
        return replace(self, own=replace(self.own, gaussians=patch.on(self.own.gaussians)), dragged=True)

    def guide(
        self,
        way: str,
        words: str,
        region: Region | None = None,
        picture: Path | None = None,
        *,
        steps: int = 0,
        on_event: Listener = ignore,
    ) -> Sitting:
        """The scene, or a region of it, after it has followed a guidance.

        Args:
            way: a name of `guidance.choose.WAYS`; picture: of a style; steps: 0 = the way's own.
        Raises:
            InputError: see `guided.guided`.
        """
        chosen = choose(region, self.around()) if region is not None else None
        patch = guided(self.own, chosen, way, words, picture=picture, steps=steps, on_event=on_event)
        return replace(self, own=replace(self.own, gaussians=patch.on(self.own.gaussians)), dragged=True)

    def walk(self, wish: Wish, along: Sequence[tuple[float, float]]) -> Sitting:
        """A figure that walks there and back along places (x, z).

        Raises:
            InputError: see `figure.walking`.
        """
        world = self.now()
        going = walking(self.own, wish, along, self._free(world), world)
        wanted = Path(wish.file).stem if wish.file else wish.thing.removeprefix("a ")[:40]
        name = fresh_name(wanted, {figure.name for figure in self.own.figures})
        glb = Path(self.workshop.name) / f"{name}.glb"
        glb.write_bytes(going.glb)
        figure = figure_of(
            name, glb, going.clip, going.scale, going.rate, going.pace, going.corners, going.gaussians, going.faces
        )
        return replace(self, own=replace(self.own, figures=(*self.own.figures, figure)))

    def remove(self, name: str) -> Sitting:
        """Without a thing that was set in, or a figure.

        Raises:
            InputError: there is none of that name.
        """
        if any(figure.name == name for figure in self.own.figures):
            rest = tuple(figure for figure in self.own.figures if figure.name != name)
            return replace(self, own=replace(self.own, figures=rest))
        gone = self.thing(name)
        return replace(self, things=tuple(thing for thing in self.things if thing is not gone))

    def change(self, words: str, region: Region | None = None, on_event: Listener = ignore) -> Sitting:
        """What is there in other words, by rules.

        Raises:
            InputError: see `rules.change_by_rules`.
        """
        order, around = read_order(words), self.around()
        chosen = choose(region, around) if region is not None else None
        made = change_by_rules(self.own, order, chosen, around, on_event)
        own = replace(self.own, gaussians=made.patch.on(self.own.gaussians))
        things = tuple(
            replace(thing, inserted=replace(thing.inserted, shade=self._shade(own, thing, made.world)))
            for thing in self.things
        )
        changed = replace(self, own=own, things=things, done=(*self.done, (order, made.instances)))
        if order.deed != "replace" or made.taken is None:
            return changed
        wish = Wish(order.by)
        thing = thing_for(own, wish, made.world)
        spot = spot_instead(made.taken, thing)
        inserted = standing_at(own, thing, spot, made.world)
        return replace(changed, things=(*things, Thing(thing.key, replace(wish, facing=spot.facing), inserted)))

    def thing(self, name: str) -> Thing:
        """What was set in under a name.

        Raises:
            InputError: nothing was.
        """
        for thing in self.things:
            if thing.name == name:
                return thing
        there = ", ".join(thing.name for thing in self.things) or "none"
        raise InputError(f"no thing called '{name}' was set into this scene; there: {there}")

    def _free(self, world: World | None) -> FreeSpace:
        """Where people can walk, around what was set in."""
        free = self.own.free if self.own.free is not None else free_space(self.own, world)
        for thing in self.things:
            free = without(free, thing.inserted.spot, thing.inserted.thing.size)
        return free

    def _ground(self, world: World | None) -> FreeSpace:
        gone = [number for order, ids in self.done if order.deed in ("remove", "replace") for number in ids]
        key = tuple(sorted(set(gone)))
        if key not in self.grounds:
            self.grounds[key] = free_space(self.own, world)
        return self.grounds[key]

    @staticmethod
    def _shade(own: Scene, thing: Thing, world: World | None) -> Shade:
        return shade_at(own, thing.inserted.thing, thing.inserted.spot, world)

    @staticmethod
    def _taken(things: tuple[Thing, ...]) -> list[tuple[Spot, tuple[float, float, float]]]:
        return [(thing.inserted.spot, thing.inserted.thing.size) for thing in things]
