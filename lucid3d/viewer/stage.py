"""What stands in one browser's 3-D view: splats, points, camera frusta, skybox and mesh, each switched on its own.

Everything belongs to one browser (viser's client scope), so that several people can look at several scenes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.camera import Camera
from lucid3d.export.images import HALF_MAX
from lucid3d.families.base import Image
from lucid3d.panorama import cube_cameras
from lucid3d.pointcloud import PointCloud
from lucid3d.rotations import quaternions
from lucid3d.viewer.poses import vertical_fov
from lucid3d.viewer.splats import Splats

if TYPE_CHECKING:
    import viser

    from lucid3d.export.mesh import Mesh

MAX_POINTS = 300_000
"""Points shown of a cloud; more look the same and take longer to arrive (15 bytes each)."""

FRUSTUM = 0.12
"""Metres: small enough to walk among."""

SKY_DISTANCE = 2000.0
"""Metres to the six planes of the skybox: behind everything, and so far that it does not move with a walker."""

BACKGROUND = (24, 26, 30)
"""The colour behind everything that a page opens with: red, green, blue of 255."""

KINDS = ("splats", "points", "views", "skybox", "mesh")


class Stage:
    """The nodes in one browser's view.

    Args:
        scene: viser's scene of a client, or of a server to write a page of its own.
    """

    def __init__(self, scene: viser.SceneApi) -> None:
        self.scene = scene
        self.visible = {"splats": True, "points": False, "views": False, "skybox": False, "mesh": False}
        self.point_size = 1.0
        self._nodes: dict[str, list[Any]] = {kind: [] for kind in KINDS}

    def holds(self, kind: str) -> bool:
        """Whether anything of a kind has been put up."""
        return bool(self._nodes[kind])

    def nodes(self, kind: str) -> list[Any]:
        """viser's handles of a kind."""
        return list(self._nodes[kind])

    def show(self, kind: str, visible: bool) -> None:
        """Switch a kind on or off."""
        self.visible[kind] = visible
        for node in self._nodes[kind]:
            node.visible = visible

    def clear(self, *kinds: str) -> None:
        """Take down what is there of some kinds, or everything."""
        for kind in kinds or KINDS:
            for node in self._nodes[kind]:
                node.remove()
            self._nodes[kind] = []

    def put_splats(self, splats: Splats) -> None:
        """Show splats in place of those before."""
        if len(splats) == 0:
            return self.clear("splats")
        node = add_splats(self.scene, "/splats", splats, visible=self.visible["splats"])
        self._nodes["splats"] = [node]  # the name replaced the node before
        return None

    def put_points(self, cloud: PointCloud) -> None:
        """Show a cloud, thinned evenly to `MAX_POINTS`."""
        if len(cloud) == 0:
            return self.clear("points")
        some = cloud[:: -(-len(cloud) // MAX_POINTS)]
        spacing = float(np.median(some.footprints)) or 0.01
        node = self.scene.add_point_cloud(
            "/points",
            points=some.positions,
            colors=np.round(np.clip(some.colors, 0, 1) * 255).astype(np.uint8),
            point_size=max(spacing, 0.002) * self.point_size,
            point_shape="square",
            precision="float32",
            visible=self.visible["points"],
        )
        self._nodes["points"] = [node]
        return None

    def scale_points(self, factor: float) -> None:
        """Draw points larger or smaller."""
        for node in self._nodes["points"]:
            node.point_size *= factor / self.point_size
        self.point_size = factor

    def put_views(
        self, views: Sequence[tuple[Camera, Image | None]], on_click: Callable[[int], None] | None = None
    ) -> None:
        """Show a frustum with its picture for every camera.

        Args:
            on_click: called with the number of the frustum that was clicked.
        """
        self.clear("views")
        for index, (camera, image) in enumerate(views):
            self.add_view(index, camera, image, on_click)

    def add_view(
        self, index: int, camera: Camera, image: Image | None, on_click: Callable[[int], None] | None = None
    ) -> None:
        """Show one more frustum."""
        node = self.scene.add_camera_frustum(
            f"/views/{index:03d}",
            fov=vertical_fov(camera),
            aspect=camera.width / camera.height,
            scale=FRUSTUM,
            thickness=0.002,
            color=(255, 190, 60),
            image=None if image is None else thumbnail(image),
            format="jpeg",
            wxyz=quaternions(camera.rotation),
            position=camera.position,
            visible=self.visible["views"],
            cast_shadow=False,
            receive_shadow=False,
        )
        if on_click is not None:

            @node.on_click
            def _(_: Any) -> None:
                on_click(index)

        self._nodes["views"].append(node)

    def put_skybox(self, faces: Mapping[str, Image]) -> None:
        """Show six faces (F R B L U D, seen from inside) far away, in their exact colours."""

        self.clear("skybox")
        size = next(iter(faces.values())).shape[0]
        for name, camera in cube_cameras(size).items():
            node = self.scene.add_image(
                f"/skybox/{name}",
                image=np.round(np.clip(faces[name], 0, 1) * 255).astype(np.uint8),
                # half a pixel over the edge, so that no seam opens between two faces
                render_width=2 * SKY_DISTANCE * (1 + 1 / size),
                render_height=2 * SKY_DISTANCE * (1 + 1 / size),
                format="png",
                cast_shadow=False,
                receive_shadow=False,
                wxyz=quaternions(camera.rotation),
                position=camera.forward * SKY_DISTANCE,
                visible=self.visible["skybox"],
            )
            self._nodes["skybox"].append(node)

    def put_mesh(self, mesh: Mesh) -> None:
        """Show a mesh with its vertex colours."""
        import trimesh

        colors = mesh.colors
        shape = trimesh.Trimesh(
            vertices=mesh.vertices,
            faces=mesh.triangles,
            vertex_colors=None
            if colors is None
            else np.round(np.clip(colors, 0, 1) * np.float32(255)).astype(np.uint8),
            process=False,
        )
        node = self.scene.add_mesh_trimesh(
            "/mesh", shape, visible=self.visible["mesh"], cast_shadow=False, receive_shadow=False
        )
        self._nodes["mesh"] = [node]

    def put_background(self, color: NDArray[np.uint8]) -> None:
        """A colour (3,) behind everything."""
        self.scene.set_background_image(np.broadcast_to(color, (4, 4, 3)).astype(np.uint8), format="png")


def in_half_range(covariances: NDArray[np.float32]) -> NDArray[np.float32]:
    """Covariances (N, 3, 3) that are finite as the half floats that viser sends: what is wider than 250 m keeps
    its shape and becomes that wide. Splats that stand in for many, of a far sky, reach it.
    """
    widest = np.abs(covariances).max(axis=(1, 2), keepdims=True, initial=0)
    scaled: NDArray[np.float32] = covariances * np.minimum(1, HALF_MAX / np.maximum(widest, 1)).astype(np.float32)
    return scaled


def _bytes(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.round(np.clip(values, 0, 1) * np.float32(255)).astype(np.uint8)


def thumbnail(image: Image, across: int = 160) -> NDArray[np.uint8]:
    """A small 8-bit picture (H, W, 3), `across` pixels wide."""
    import cv2

    height = max(1, round(image.shape[0] * across / image.shape[1]))
    small = cv2.resize(image, (across, height), interpolation=cv2.INTER_AREA)
    return np.round(np.clip(small, 0, 1) * 255).astype(np.uint8)


def add_splats(scene: Any, name: str, splats: Splats, *, visible: bool = True) -> Any:
    """A node of splats in a page's scene; one of the same name gives way to it."""
    return scene.add_gaussian_splats(
        name,
        centers=splats.centers,
        covariances=in_half_range(splats.covariances),
        rgbs=_bytes(splats.colors),  # viser would cut off the fraction instead of rounding
        opacities=_bytes(splats.opacities[:, None]),
        visible=visible,
    )
