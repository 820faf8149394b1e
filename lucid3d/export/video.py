"""Films: H.264 in MP4, written by the ffmpeg that imageio-ffmpeg carries."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lucid3d.families.base import Depth, Image
from lucid3d.files import atomic_path

if TYPE_CHECKING:
    from lucid3d.gaussians.rendering import Render

NEAR_PERCENTILE = 1.0
"""The depth film's brightest colour belongs to this percentile of the first picture: one speck must not set it."""

SOLID = 0.5
"""Below this opacity a pixel of the depth film shows nothing."""


def write_film(frames: Iterable[Image | NDArray[np.uint8]], path: Path, *, width: int, height: int, rate: int) -> None:
    """Write pictures as they come; the film has its name only when all of them decode again.

    Args:
        frames: (height, width, 3) float32 sRGB in [0, 1] each, or uint8; even sizes.
        rate: pictures a second.
    Raises:
        OSError: the encoder failed: the disk is full (ENOSPC), or it was killed or is broken (EIO).
    """
    with atomic_path(path) as temporary:
        count = _encode(frames, temporary, path, width, height, rate)
        decoded = decoded_frames(temporary)
        if decoded != count:
            raise OSError(errno.EIO, f"only {decoded} of the film's {count} pictures can be read again", str(path))


def join_films(parts: Sequence[Path], path: Path, *, pictures: int) -> None:
    """One film of several that `write_film` wrote with the same size and rate, without coding them again.

    Args:
        parts: one or more.
        pictures: of all parts together.
    Raises:
        OSError: the disk is full (ENOSPC), or the parts do not make a film of so many pictures (EIO).
    """
    with tempfile.TemporaryDirectory() as scratch, atomic_path(path) as temporary:
        listed = Path(scratch) / "parts.txt"
        names = [str(part.resolve()).replace("'", "'\\''") for part in parts]  # as ffmpeg's lists quote
        listed.write_text("".join(f"file '{name}'\n" for name in names))
        command = [
            ffmpeg(), "-y", "-v", "error", "-f", "concat", "-safe", "0", "-i", str(listed), "-c", "copy",
            "-movflags", "+faststart", str(temporary),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if os.strerror(errno.ENOSPC) in done.stderr:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        decoded = decoded_frames(temporary)
        if done.returncode or decoded != pictures:
            said = done.stderr.strip().splitlines()[-1:] or [f"{decoded} of {pictures} pictures can be read again"]
            raise OSError(errno.EIO, f"the parts of the film do not join: {said[0]}", str(path))


def write_films(
    drawn: Iterable[tuple[Render, float | None]], folder: Path, *, width: int, height: int, rate: int
) -> None:
    """preview.mp4 and depth.mp4, from one pass over what was drawn.

    Args:
        drawn: what each camera of the path sees, and the metres at which its depth is brightest; None: as near as what
            the first picture shows (`near_depth`).
    Raises:
        OSError: see `write_film`.
    """
    depths: list[NDArray[np.uint8]] = []  # as 8-bit levels until the first file is written
    first: float | None = None

    def pictures() -> Iterator[Image]:
        nonlocal first
        for seen, near in drawn:
            depth = np.where(seen.alpha >= SOLID, seen.depth, np.inf).astype(np.float32)
            first = first or near_depth(depth)
            depths.append(_levels(depth, first if near is None else near))
            yield seen.image

    write_film(pictures(), folder / "preview.mp4", width=width, height=height, rate=rate)
    shown = (_coloured(levels) for levels in depths)
    write_film(shown, folder / "depth.mp4", width=width, height=height, rate=rate)


def _encode(
    frames: Iterable[Image | NDArray[np.uint8]], file: Path, name: Path, width: int, height: int, rate: int
) -> int:
    """Feed the encoder, and believe it only when it says that it ended well; how many pictures it got."""
    command = [
        ffmpeg(), "-y", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}",
        "-r", str(rate), "-i", "-", "-an", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "20",
        # with faststart browsers play from the first byte on
        "-preset", "veryfast", "-movflags", "+faststart", str(file),
    ]  # fmt: skip
    count = 0
    with tempfile.TemporaryFile() as said:
        # in a session of its own: a Ctrl-C is for us, who stop it in order
        encoder = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
        )
        assert encoder.stdin is not None
        try:
            with contextlib.suppress(BrokenPipeError):  # it died: its exit code and its last words say why
                for frame in frames:
                    encoder.stdin.write(_eight_bits(frame).data)
                    count += 1
            with contextlib.suppress(BrokenPipeError):
                encoder.stdin.close()
            code = encoder.wait()
        finally:
            if encoder.poll() is None:
                encoder.kill()
                encoder.wait()
        if code != 0:
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
            if os.strerror(errno.ENOSPC) in words:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(name))
            last = words.splitlines()[-1] if words else "it said nothing"
            raise OSError(errno.EIO, f"the film's encoder ended with code {code}: {last}", str(name))
    return count


def decoded_frames(path: Path) -> int:
    """How many pictures of a film can be decoded, up to the first that cannot."""
    said = ("-v", "error", "-nostats", "-progress", "pipe:1")
    command = [ffmpeg(), *said, "-xerror", "-i", str(path), "-map", "0:v:0", "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    counts = re.findall(r"^frame=\s*(\d+)", done.stdout, re.MULTILINE)
    return int(counts[-1]) if done.returncode == 0 and counts else 0


def ffmpeg() -> str:
    """The program that imageio-ffmpeg carries."""
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def depth_colours(depth: Depth, near: float) -> Image:
    """Depth as colours, bright near and dark far; the sky is black.

    Args:
        depth: (H, W) float32 metres, +inf where there is nothing.
        near: metres that get the brightest colour. Disparity (near / depth) chooses the colour.
    Returns:
        (H, W, 3) float32.
    """
    return np.asarray(_coloured(_levels(depth, near)), np.float32) / np.float32(255)


def _levels(depth: Depth, near: float) -> NDArray[np.uint8]:
    """(H, W) which of 256 colours stands for each depth; 0 where there is nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.float32(near) / depth
    share[~(depth > 0)] = 0
    # the square root spends more colours on the distance, which disparity squeezes together
    levels = np.sqrt(np.clip(share, 0, 1, out=share), out=share)
    levels *= 255
    whole: NDArray[np.uint8] = levels.astype(np.uint8)
    return whole


def _coloured(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) sRGB of depth levels (H, W)."""
    import cv2

    every = np.arange(256, dtype=np.uint8)[:, None]
    table = np.ascontiguousarray(cv2.applyColorMap(every, cv2.COLORMAP_INFERNO)[..., ::-1])
    table[0] = 0
    return np.asarray(cv2.applyColorMap(levels, table), np.uint8)


def _eight_bits(frame: Image | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture's bytes, contiguous: values are rounded and clipped, unless they are bytes already."""
    import cv2

    if frame.dtype == np.uint8:
        return np.ascontiguousarray(frame, np.uint8)
    floats = np.ascontiguousarray(frame, np.float32)
    each: Any = (255.0,) * 4  # of a channel; OpenCV's stubs know pictures alone
    return np.asarray(cv2.multiply(floats, each, dtype=cv2.CV_8U), np.uint8)  # one pass where numpy takes four


def near_depth(depth: Depth) -> float:
    """The `near` for `depth_colours` that fits a picture, in metres."""
    finite = depth[np.isfinite(depth) & (depth > 0)]
    return float(np.percentile(finite, NEAR_PERCENTILE)) if len(finite) else 1.0
