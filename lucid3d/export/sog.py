"""PlayCanvas's SOG, version 2: Gaussians as lossless WebP images, in a folder or as one .sog (a zip).

Source: developer.playcanvas.com, "The SOG Format". Axes as in a PLY: y down. Images hold a Gaussian a pixel: positions
as 16-bit logarithms, rotations by their three smallest components, scales and colours as numbers of 256 values,
harmonics as numbers of whole sets.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import lucid3d
from lucid3d import files
from lucid3d.export import morton
from lucid3d.export.checks import checked_gaussians
from lucid3d.export.frames import unit_quaternions
from lucid3d.files import atomic_path
from lucid3d.gaussians.model import Gaussians

MAX_SETS = 4096
"""Sets of harmonics that a file holds at most (the format's limit is 65,536; the search for them goes with them)."""
_SETS_A_ROW = 64
_LLOYD_STEPS = 8
_SAMPLE = 200_000
"""Values that codebooks are learnt from."""
_EFFORT = {"lossless": True, "exact": True, "method": 1, "quality": 20}
"""Of WebP: one per cent larger than its best, eight times as fast. `exact` keeps colours where alpha is 0."""


def write_sog(gaussians: Gaussians, path: str | os.PathLike[str]) -> Path:
    """Write a scene as one .sog."""
    scene = checked_gaussians(gaussians, f"the scene for {Path(path).name}")
    parts = encode(in_order(scene))
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data)  # without the hour: the same scene, the same bytes
    return Path(path)


def write_sog_folder(gaussians: Gaussians, folder: Path) -> Path:
    """Write a scene, in its own order, as meta.json and images; returns meta.json, which is written last."""
    for name, data in encode(checked_gaussians(gaussians, f"the scene for {folder.name}")).items():
        if name != "meta.json":
            with atomic_path(folder / name) as temporary:
                temporary.write_bytes(data)
        else:
            files.write_text(folder / name, data.decode())
    return folder / "meta.json"


def in_order(scene: Gaussians) -> Gaussians:
    """Along a space-filling curve: neighbouring pixels are alike, which makes images small."""
    codes, _ = morton.codes(scene.means, morton.middle(scene.means))
    return scene[np.argsort(codes, kind="stable")]


def encode(scene: Gaussians) -> dict[str, bytes]:
    """Files of a SOG by their names, meta.json last; the order of the Gaussians is kept."""
    count = len(scene)
    side = _Side.of(count)
    logarithms = np.copysign(np.log1p(np.abs(scene.means.astype(np.float64))), scene.means)
    low, high = logarithms.min(axis=0), logarithms.max(axis=0)
    fixed = np.rint((logarithms - low) / np.where(high > low, high - low, 1) * 65535).astype(np.uint16)
    scales, scale_numbers = quantise(scene.log_scales)
    colours, colour_numbers = quantise(scene.sh[:, 0])
    alpha = np.rint(scene.opacities * 255).astype(np.uint8)
    parts = {
        "means_l.webp": side.image((fixed & 255).astype(np.uint8)),
        "means_u.webp": side.image((fixed >> 8).astype(np.uint8)),
        "quats.webp": side.image(smallest_three(unit_quaternions(scene))),
        "scales.webp": side.image(scale_numbers),
        "sh0.webp": side.image(np.column_stack([colour_numbers, alpha])),
    }
    meta: dict[str, object] = {
        "version": 2,
        "asset": {"generator": f"lucid3d {lucid3d.__version__}"},
        "count": count,
        "means": {"mins": _short(low), "maxs": _short(high), "files": ["means_l.webp", "means_u.webp"]},
        "scales": {"codebook": _short(scales), "files": ["scales.webp"]},
        "quats": {"files": ["quats.webp"]},
        "sh0": {"codebook": _short(colours), "files": ["sh0.webp"]},
    }
    if scene.sh_degree:
        sets, labels = palette(scene.sh[:, 1:].reshape(count, -1))
        values, numbers = quantise(sets)
        bands = scene.sh.shape[1] - 1
        rows = -(-len(sets) // _SETS_A_ROW)
        centroids = np.zeros((rows * _SETS_A_ROW * bands, 3), np.uint8)
        centroids[: len(sets) * bands] = numbers.reshape(-1, 3)
        parts["shN_centroids.webp"] = _Side(_SETS_A_ROW * bands, rows).image(centroids)
        parts["shN_labels.webp"] = side.image(np.column_stack([labels & 255, labels >> 8, labels * 0]).astype(np.uint8))
        meta["shN"] = {
            "count": len(sets), "bands": scene.sh_degree, "codebook": _short(values),
            "files": ["shN_centroids.webp", "shN_labels.webp"],
        }  # fmt: skip
    parts["meta.json"] = json.dumps(meta, separators=(",", ":")).encode()
    return parts


def _short(values: NDArray[np.float64]) -> list[float]:
    """As many digits as a float32 has: half of the bytes of a meta.json."""
    return [float(f"{value:.8g}") for value in values.tolist()]


@dataclass(frozen=True)
class _Side:
    """The size of images that hold so many pixels."""

    width: int
    height: int

    @classmethod
    def of(cls, count: int) -> _Side:
        width = -(-int(np.ceil(np.sqrt(count))) // 4) * 4
        return cls(width, -(-count // (4 * width)) * 4)

    def image(self, values: NDArray[np.uint8]) -> bytes:
        """Lossless WebP of (N, 3) or (N, 4) bytes, filled up with zeros."""
        pixels = np.zeros((self.width * self.height, 4), np.uint8)
        pixels[:, 3] = 255
        pixels[: len(values), : values.shape[1]] = values
        out = io.BytesIO()
        Image.fromarray(pixels.reshape(self.height, self.width, 4), "RGBA").save(out, "WEBP", **_EFFORT)
        return out.getvalue()


def smallest_three(quats: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(N, 4) bytes: three components times the root of 2 in [-1, 1], and 252 plus which (w x y z) was left out."""
    largest = np.abs(quats).argmax(axis=1)
    rows = np.arange(len(quats))
    turned = quats * np.where(quats[rows, largest] < 0, -1, 1)[:, None]
    others = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])[largest]
    three = turned[rows[:, None], others] * np.sqrt(2)
    coded = np.clip(np.rint((three * 0.5 + 0.5) * 255), 0, 255)
    return np.column_stack([coded, 252 + largest]).astype(np.uint8)


def quantise(values: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """(256,) rising values that stand for `values` (...) (Lloyd 1982), and their numbers in the same shape."""
    flat = values.ravel().astype(np.float64)
    step = -(-len(flat) // _SAMPLE)
    sample = np.sort(flat[::step])
    # Half by how many there are, half by where they are: strays have one near, too.
    book = np.sort(np.r_[np.quantile(sample, np.linspace(0, 1, 128)), np.linspace(flat.min(), flat.max(), 128)])
    sums = np.r_[0, np.cumsum(sample)]
    for _ in range(_LLOYD_STEPS):
        ends = np.r_[0, np.searchsorted(sample, (book[1:] + book[:-1]) / 2), len(sample)]
        counts = np.diff(ends)
        book = np.where(counts > 0, np.diff(sums[ends]) / np.maximum(counts, 1), book)
        book.sort()
    book[0], book[-1] = flat.min(), flat.max()
    book = np.maximum.accumulate(book.astype(np.float32).astype(np.float64))
    numbers = np.searchsorted((book[1:] + book[:-1]) / 2, flat).astype(np.uint8)
    return book, numbers.reshape(values.shape)


def palette(rows: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """At most `MAX_SETS` rows that stand for (N, K) rows (k-means from a spread of them), and their numbers (N,)."""
    wanted = min(MAX_SETS, len(rows))
    sample = rows[:: max(1, len(rows) // (wanted * 16))]
    sets = sample[np.linspace(0, len(sample) - 1, wanted).astype(np.int64)].copy()
    for _ in range(3):
        labels = _nearest(sample, sets)
        counts = np.bincount(labels, minlength=wanted)
        sums = np.stack([np.bincount(labels, column, wanted) for column in sample.T], axis=1)
        used = counts > 0
        sets[used] = (sums[used] / counts[used, None]).astype(np.float32)
    return sets, _nearest(rows, sets)


def _nearest(rows: NDArray[np.float32], sets: NDArray[np.float32]) -> NDArray[np.int64]:
    """(N,) the set nearest to each row."""
    out = np.empty(len(rows), np.int64)
    squares = (sets * sets).sum(axis=1)
    block = max(1, 4_000_000 // len(sets))
    for begin in range(0, len(rows), block):
        out[begin : begin + block] = (squares - 2 * rows[begin : begin + block] @ sets.T).argmin(axis=1)
    return out
