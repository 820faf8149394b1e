"""Skins and clips of a GLB (glTF 2.0): what trimesh, which reads meshes, leaves out."""

from __future__ import annotations

import io
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from lucid3d.errors import InputError
from lucid3d.figures.rig import Channel, Clip, Floats, Rig
from lucid3d.reading import JSON_BYTES, guarded, open_picture, parse_json

FILE_BYTES = 256 * 1024**2
"""Most of a file."""
TRIANGLES = 200_000
"""Of one figure: its corners are moved for every picture of a film."""
NODES = 2_000
TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
"""componentType (section 3.6.2.2)."""
SIZES = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
BONES = 4
"""Of one corner, those of JOINTS_0."""


@dataclass(frozen=True, eq=False)
class Skinned:
    """A rig and how its surface is coloured.

    Attributes:
        rig: its bones and corners.
        colours: (V, 3) float32 linear albedo.
    """

    rig: Rig
    colours: NDArray[np.float32]


def has_skin(path: Path) -> bool:
    """Whether a file is a GLB with a skin."""
    if path.suffix.lower() != ".glb" or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(20)
        if len(head) < 20 or head[:4] != b"glTF":
            return False
        return b'"skins"' in file.read(min(struct.unpack("<I", head[12:16])[0], JSON_BYTES))


def read_figure(path: Path) -> Skinned:
    """The figure of a .glb: its first skin, and all meshes on it.

    Raises:
        InputError: it is no GLB, has no skin, or its skin is broken.
    """
    what = f"'{path}'"
    if not path.is_file():
        raise InputError(f"{what} does not exist")
    if path.suffix.lower() != ".glb":
        raise InputError(f"{what} is no .glb: figures are read from binary glTF, all in one file")
    if path.stat().st_size > FILE_BYTES:
        raise InputError(f"{what} has more than {FILE_BYTES // 1024**2} MB; reduce the figure first")
    with guarded(what), np.errstate(all="ignore"):
        figure = _File(path, what).figure()
    rig = figure.rig
    finite = all(np.isfinite(each).all() for each in (rig.vertices, rig.weights, rig.binds, rig.translations,
                                                        rig.rotations, rig.scales))  # fmt: skip
    if not finite or not np.isfinite(rig.posed(None, 0)).all() or np.ptp(rig.posed(None, 0), axis=0).max() < 1e-6:
        raise InputError(f"{what} has corners or bones that are no finite numbers, or all in one place")
    return figure


class _File:
    """An open GLB."""

    def __init__(self, path: Path, what: str) -> None:
        self.what = what
        data = path.read_bytes()
        magic, version, _, length, kind = struct.unpack("<4sIII4s", data[:20])
        if (magic, version, kind) != (b"glTF", 2, b"JSON"):
            raise InputError(f"{what} is no binary glTF 2.0")
        if length > JSON_BYTES:
            raise InputError(f"{what} describes more than can be read ({length:,} bytes of JSON)")
        self.document: dict[str, Any] = parse_json(data[20 : 20 + length].decode(), what)
        self.binary = data[28 + length :]
        needed = set(self.document.get("extensionsRequired") or ()) - {"KHR_materials_unlit", "KHR_texture_transform"}
        if needed:
            raise InputError(
                f"{what} needs glTF's {', '.join(sorted(needed))}, which is not read in figures; unpack it first, as "
                "with: npx @gltf-transform/cli copy IN.glb OUT.glb"
            )

    def array(self, number: int) -> NDArray[Any]:
        """(count, components) of an accessor, normalised integers as numbers of 0 to 1."""
        accessor = self.document["accessors"][number]
        if "sparse" in accessor or "bufferView" not in accessor:
            raise InputError(f"{self.what} has sparse or empty accessors, which are not read in figures")
        view = self.document["bufferViews"][accessor["bufferView"]]
        dtype, width = np.dtype(TYPES[accessor["componentType"]]), SIZES[accessor["type"]]
        stride = int(view.get("byteStride", dtype.itemsize * width))
        count, start = int(accessor["count"]), int(view.get("byteOffset", 0)) + int(accessor.get("byteOffset", 0))
        needed = start + max(count - 1, 0) * stride + dtype.itemsize * width
        if view.get("buffer", 0) != 0 or count < 0 or start < 0 or stride < dtype.itemsize * width:
            raise InputError(f"{self.what} is damaged: accessor {number}")
        if needed > len(self.binary):
            raise InputError(f"{self.what} was cut off: accessor {number} wants {needed:,} bytes")
        values = np.ndarray((count, width), dtype, self.binary, start, (stride, dtype.itemsize))
        if accessor.get("normalized"):
            return values.astype(np.float64) / np.iinfo(dtype).max
        return values

    def figure(self) -> Skinned:
        document = self.document
        nodes, skins = document.get("nodes") or [], document.get("skins") or []
        worn = [(node["mesh"], node["skin"]) for node in nodes if "mesh" in node and "skin" in node]
        if not skins or not worn:
            raise InputError(f"{self.what} has no skin: only a rigged figure can walk")
        if len(nodes) > NODES:
            raise InputError(f"{self.what} has {len(nodes):,} nodes; {NODES:,} are the most that can be read")
        number = worn[0][1]
        joints = np.asarray(skins[number]["joints"], np.int64)
        if not len(joints) or joints.min() < 0 or joints.max() >= len(nodes):
            raise InputError(f"{self.what} has a broken skin: a joint that is no node")
        binds = np.broadcast_to(np.eye(4), (len(joints), 4, 4))
        if "inverseBindMatrices" in skins[number]:
            found = self.array(skins[number]["inverseBindMatrices"])
            if found.shape != (len(joints), 16):
                raise InputError(f"{self.what} has a broken skin: as many bind matrices as joints are needed")
            binds = np.asarray(found, np.float64).reshape(-1, 4, 4).transpose(0, 2, 1)  # stored by columns
        corners: dict[str, list[NDArray[Any]]] = {name: [] for name in ("at", "faces", "bones", "weights", "colours")}
        count = 0
        for mesh, skin in worn:
            if skin != number:
                continue
            for primitive in document["meshes"][mesh]["primitives"]:
                if primitive.get("mode", 4) != 4:
                    continue
                part = self._part(primitive, len(joints))
                part["faces"] = part["faces"] + count
                count += len(part["at"])
                for name, values in part.items():
                    corners[name].append(values)
        if not count:
            raise InputError(f"{self.what} has no triangles on its skin")
        whole = {name: np.concatenate(values) for name, values in corners.items()}
        if len(whole["faces"]) > TRIANGLES:
            raise InputError(f"{self.what} has {len(whole['faces']):,} triangles; a figure has at most {TRIANGLES:,}")
        parents, order = self._tree(nodes)
        translations, rotations, scales = self._rest(nodes)
        rig = Rig(
            whole["at"], whole["faces"], whole["bones"], whole["weights"], joints, binds, parents, translations,
            rotations, scales, self._clips(len(nodes)), order,
        )  # fmt: skip
        return Skinned(rig, np.asarray(whole["colours"], np.float32))

    def _part(self, primitive: dict[str, Any], bones: int) -> dict[str, NDArray[Any]]:
        attributes = primitive["attributes"]
        if not {"JOINTS_0", "WEIGHTS_0"} <= attributes.keys():
            raise InputError(f"{self.what} has a broken skin: corners without joints and weights")
        at = np.asarray(self.array(attributes["POSITION"]), np.float64)
        joints = np.asarray(self.array(attributes["JOINTS_0"]), np.int64)
        weights = np.asarray(self.array(attributes["WEIGHTS_0"]), np.float64)
        if joints.shape != (len(at), BONES) or weights.shape != (len(at), BONES):
            raise InputError(f"{self.what} has a broken skin: not every corner has {BONES} joints and weights")
        joints = np.where(weights > 0, joints, 0)
        total = weights.sum(axis=1, keepdims=True)
        if joints.max(initial=0) >= bones or (weights < 0).any() or not (total > 0).all():
            raise InputError(f"{self.what} has a broken skin: a corner that no joint, or one that is not there, holds")
        faces = self.array(primitive["indices"])[:, 0] if "indices" in primitive else np.arange(len(at))
        faces = np.asarray(faces[: len(faces) // 3 * 3], np.int64).reshape(-1, 3)
        if faces.max(initial=0) >= len(at):
            raise InputError(f"{self.what} is damaged: a triangle has a corner that is not there")
        return {"at": at, "faces": faces, "bones": joints, "weights": weights / total,
                "colours": self._colours(primitive, len(at))}  # fmt: skip

    def _colours(self, primitive: dict[str, Any], count: int) -> NDArray[np.float32]:
        """(count, 3) linear albedo of a primitive's corners (section 3.9)."""
        document, attributes = self.document, primitive["attributes"]
        colours = np.ones((count, 3), np.float32)
        if "COLOR_0" in attributes:
            colours = np.asarray(self.array(attributes["COLOR_0"])[:, :3], np.float32)
        if "material" not in primitive:
            return colours
        surface = document["materials"][primitive["material"]].get("pbrMetallicRoughness") or {}
        colours = colours * np.asarray(surface.get("baseColorFactor", [1, 1, 1, 1])[:3], np.float32)
        texture = surface.get("baseColorTexture")
        name = f"TEXCOORD_{(texture or {}).get('texCoord', 0)}"
        if texture is None or name not in attributes:
            return colours
        image = document["images"][document["textures"][texture["index"]]["source"]]
        view = document["bufferViews"][image["bufferView"]]
        start = int(view.get("byteOffset", 0))
        with open_picture(self.binary[start : start + int(view["byteLength"])], f"a texture of {self.what}") as picture:
            pixels = np.asarray(picture.convert("RGB"), np.float32) / 255
        u, v = np.asarray(self.array(attributes[name]), np.float64).T % 1.0
        rows, columns = pixels.shape[:2]
        seen = pixels[(v * (rows - 1)).round().astype(int), (u * (columns - 1)).round().astype(int)]
        linear = np.where(seen <= 0.04045, seen / 12.92, ((seen + 0.055) / 1.055) ** 2.4)
        return np.asarray(colours * linear, np.float32)

    def _tree(self, nodes: list[dict[str, Any]]) -> tuple[NDArray[np.int64], list[int]]:
        """The parent of each node, and the nodes with parents first."""
        parents = np.full(len(nodes), -1, np.int64)
        for number, node in enumerate(nodes):
            for child in node.get("children") or ():
                if not 0 <= child < len(nodes) or parents[child] >= 0:
                    raise InputError(f"{self.what} is damaged: its nodes are no tree")
                parents[child] = number
        order = [int(number) for number in np.flatnonzero(parents < 0)]
        for number in order:  # grows while it is gone through
            order += nodes[number].get("children") or []
        if len(order) != len(nodes):
            raise InputError(f"{self.what} is damaged: its nodes are no tree")
        return parents, order

    def _rest(self, nodes: list[dict[str, Any]]) -> tuple[Floats, Floats, Floats]:
        moved, turned, scaled = (
            np.zeros((len(nodes), 3)),
            np.tile([0.0, 0, 0, 1], (len(nodes), 1)),
            np.ones((len(nodes), 3)),
        )
        for number, node in enumerate(nodes):
            if "matrix" in node:
                matrix = np.asarray(node["matrix"], np.float64).reshape(4, 4).T
                scaled[number] = np.linalg.norm(matrix[:3, :3], axis=0)
                moved[number] = matrix[:3, 3]
                turned[number] = Rotation.from_matrix(matrix[:3, :3] / np.maximum(scaled[number], 1e-12)).as_quat()
            else:
                moved[number] = node.get("translation", moved[number])
                scaled[number] = node.get("scale", scaled[number])
                turned[number] = node.get("rotation", turned[number])
        if not (np.linalg.norm(turned, axis=1) > 1e-6).all():
            raise InputError(f"{self.what} is damaged: a rotation that is none")
        return moved, turned, scaled

    def _clips(self, nodes: int) -> tuple[Clip, ...]:
        clips = []
        for number, animation in enumerate(self.document.get("animations") or ()):
            channels = []
            for channel in animation["channels"]:
                target, sampler = channel["target"], animation["samplers"][channel["sampler"]]
                if target["path"] not in ("translation", "rotation", "scale") or "node" not in target:
                    continue
                times = np.asarray(self.array(sampler["input"])[:, 0], np.float64)
                values = np.asarray(self.array(sampler["output"]), np.float64)
                way = sampler.get("interpolation", "LINEAR")
                if way == "CUBICSPLINE":  # in-tangent, value, out-tangent: the values alone
                    values = values[1::3]
                width = 4 if target["path"] == "rotation" else 3
                sound = values.shape == (len(times), width) and len(times) and (np.diff(times) >= 0).all()
                if not sound or not np.isfinite(values).all() or not 0 <= target["node"] < nodes:
                    raise InputError(f"{self.what} has a broken animation")
                channels.append(Channel(int(target["node"]), target["path"], times, values, way == "STEP"))
            if channels:
                seconds = max(float(channel.times[-1]) for channel in channels)
                clips.append(Clip(str(animation.get("name", f"clip {number}")), seconds, tuple(channels)))
        return tuple(clips)


def write_figure(figure: Skinned) -> bytes:
    """A figure as a .glb: positions, colours, bones, rest pose and clips."""
    rig = figure.rig
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []
    stream = io.BytesIO()

    def put(values: NDArray[Any], kind: str) -> int:
        data = np.ascontiguousarray(values)
        code = next(code for code, name in TYPES.items() if np.dtype(name) == data.dtype)
        views.append({"buffer": 0, "byteOffset": stream.tell(), "byteLength": data.nbytes})
        stream.write(data.tobytes() + bytes(-data.nbytes % 4))
        flat = data.reshape(len(data), -1)
        bounds = {"min": flat.min(axis=0).tolist(), "max": flat.max(axis=0).tolist()}
        count = data.size // SIZES[kind]
        accessors.append({"bufferView": len(views) - 1, "componentType": code, "count": count, "type": kind, **bounds})
        return len(accessors) - 1

    attributes = {
        "POSITION": put(rig.vertices.astype("<f4"), "VEC3"),
        "COLOR_0": put(figure.colours.astype("<f4"), "VEC3"),
        "JOINTS_0": put(rig.bones.astype("<u2"), "VEC4"),
        "WEIGHTS_0": put(rig.weights.astype("<f4"), "VEC4"),
    }
    faces = put(rig.triangles.astype("<u4").reshape(-1, 1), "SCALAR")
    binds = put(rig.binds.transpose(0, 2, 1).reshape(-1, 16).astype("<f4"), "MAT4")
    nodes: list[dict[str, Any]] = []
    for number in range(len(rig.parents)):
        rest = {"translation": rig.translations, "rotation": rig.rotations, "scale": rig.scales}
        node: dict[str, Any] = {name: values[number].tolist() for name, values in rest.items()}
        if children := np.flatnonzero(rig.parents == number).tolist():
            node["children"] = children
        nodes.append(node)
    animations = []
    for clip in rig.clips:
        samplers, channels = [], []
        for channel in clip.channels:
            kind = "VEC4" if channel.path == "rotation" else "VEC3"
            samplers.append({"input": put(channel.times.astype("<f4").reshape(-1, 1), "SCALAR"),
                             "output": put(channel.values.astype("<f4"), kind),
                             "interpolation": "STEP" if channel.stepped else "LINEAR"})  # fmt: skip
            channels.append({"sampler": len(samplers) - 1, "target": {"node": channel.node, "path": channel.path}})
        animations.append({"name": clip.name, "samplers": samplers, "channels": channels})
    nodes.append({"mesh": 0, "skin": 0})
    roots = [*np.flatnonzero(rig.parents < 0).tolist(), len(nodes) - 1]
    data = stream.getvalue()
    document = {
        "asset": {"version": "2.0", "generator": "lucid3d"}, "scene": 0, "scenes": [{"nodes": roots}], "nodes": nodes,
        "meshes": [{"primitives": [{"attributes": attributes, "indices": faces, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"metallicFactor": 0.0, "roughnessFactor": 0.9}, "doubleSided": True}],
        "skins": [{"joints": rig.nodes.tolist(), "inverseBindMatrices": binds}], "animations": animations,
        "buffers": [{"byteLength": len(data)}], "bufferViews": views, "accessors": accessors,
    }  # fmt: skip
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(data))
    return head + struct.pack("<I4s", len(text), b"JSON") + text + struct.pack("<I4s", len(data), b"BIN\0") + data
