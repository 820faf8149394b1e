"""One stands on the floor, nothing solid stands where one walks, and convex pieces are convex."""

from __future__ import annotations

import numpy as np
from scipy.spatial import Delaunay

from lucid3d.exploring.finding import KNEE
from lucid3d.export.mesh import Mesh
from lucid3d.playable.colliders import decomposed, hull, mesh_colliders, stands_in
from tests.export.test_mesh import cast
from tests.playable.places import ground, room_free, room_game


def test_one_stands_on_the_floor_or_on_a_thing() -> None:
    free = room_free()
    eyes = free.eyes(np.argwhere(free.free))
    down = np.tile([0.0, 1.0, 0.0], (len(eyes), 1))
    below = {c.name: np.full(len(eyes), np.inf) for c in room_game().colliders}
    for body in room_game().colliders:
        reach = cast(body.mesh.vertices, body.mesh.triangles, eyes, down)["t_hit"]
        below[body.name] = np.minimum(below[body.name], reach)
    assert (np.abs(below["floor"] - free.eye) < 0.01).mean() > 0.8
    # a rug's edge, a hearth and a window's sill are bodies of their own
    assert (np.abs(np.min(list(below.values()), axis=0) - free.eye) < 0.02).mean() > 0.98


def test_walls_stop_and_things_leave_room() -> None:
    free = room_free()
    bodies = room_game().colliders
    (walls,) = (c for c in bodies if c.name == "walls")
    around = np.stack([np.cos(np.arange(8)), 0 * np.arange(8), np.sin(np.arange(8))], axis=1)
    reach = cast(walls.mesh.vertices, walls.mesh.triangles, np.zeros(3), around)["t_hit"]
    assert (reach < 12).sum() >= 7  # all but the one that leaves through a window
    middle = free.eyes(np.argwhere(free.free)) + np.array([0, free.eye - KNEE - 0.3, 0])
    convex = [c for c in bodies if c.convex]
    assert len(convex) > 5
    for body in convex:
        assert not (
            Delaunay(body.mesh.vertices).find_simplex(middle - np.array([0, 0.02, 0])) >= 0
        ).any() or not stands_in(body.mesh, free)
        a, b, c = (body.mesh.vertices[body.mesh.triangles[:, i]].astype(np.float64) for i in range(3))
        normal = np.cross(b - a, c - a)
        above = ((body.mesh.vertices[None] - a[:, None]) * normal[:, None]).sum(axis=2)
        assert (above <= 1e-3 * np.linalg.norm(normal, axis=1, keepdims=True)).all()


def test_hulls() -> None:
    corners = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], float)
    found = hull(np.concatenate([corners, np.random.default_rng(0).random((50, 3))]))
    assert found is not None and len(found.vertices) == 8 and len(found.triangles) == 12
    ball = np.random.default_rng(1).normal(size=(5000, 3))
    round_one = hull(ball / np.linalg.norm(ball, axis=1, keepdims=True))
    assert round_one is not None and len(round_one.vertices) <= 64
    flat = hull(corners[corners[:, 1] == 0])
    assert flat is not None and np.ptp(flat.vertices[:, 1]) < 0.1
    assert hull(corners[:3]) is None


def test_an_arch_is_taken_apart() -> None:
    """One walks through it, so its hull will not do, and its pieces will."""
    import trimesh

    parts = [
        trimesh.creation.box((0.4, 3, 0.4), trimesh.transformations.translation_matrix((x, 0.1, 0))) for x in (-1, 1)
    ] + [trimesh.creation.box((2.4, 0.4, 0.4), trimesh.transformations.translation_matrix((0, -1.5, 0)))]
    arch = trimesh.util.concatenate(parts)
    free = ground(np.where(np.abs(np.mgrid[:33, :33][1] - 16) < 3, 1.6, np.nan))
    whole = hull(np.asarray(arch.vertices))
    assert whole is not None and stands_in(whole, free)
    pieces = decomposed(np.asarray(arch.vertices)[arch.faces])
    assert len(pieces) >= 3 and not any(stands_in(piece, free) for piece in pieces)


def test_a_dreamed_surface_is_told_apart_by_slope() -> None:
    floor = np.array([[-3, 1.6, -3], [3, 1.6, -3], [3, 1.6, 3], [-3, 1.6, 3]], np.float32)
    wall = np.array([[-3, -1, 3], [3, -1, 3], [3, 1.6, 3], [-3, 1.6, 3]], np.float32)
    square = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    mesh = Mesh(np.concatenate([floor, wall]), np.concatenate([square, square + 4]))
    found = {c.name: c.mesh for c in mesh_colliders(mesh, ground(np.full((17, 17), 1.6)), [])}
    assert set(found) == {"floor", "walls"}
    np.testing.assert_allclose(found["floor"].vertices[:, 1], 1.6)
    np.testing.assert_allclose(found["walls"].vertices[:, 2], 3)
