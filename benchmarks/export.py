"""How fast scenes are written, how exactly panoramas are resampled, and what levels of detail cost and look like.

    python benchmarks/export.py [--json FILE] [--quick] [--only writers,panorama,resampling,lod,page]
                                [--scene outputs/lake]

Writers: 1 million Gaussians without harmonics into each format, beside gsply's writers and splat-transform where there
are any. Panorama: 200,000 Gaussians at 4096 x 2048, beside rendering six cube faces and joining them. Resampling: the
18 real HDR panoramas of npm's @pmndrs/assets (CC0; run tests/export/setup_node.sh), beside py360convert.
Levels of detail: the tree of 2 million Gaussians in CPU seconds and memory, and PSNR of cuts, chosen by the angle that
their error is seen under, against the whole scene: 640 x 360, 70 degrees, five poses within half a metre of the start,
of the scene named by --scene (a wavy sphere without one).

Page: `--to web` of the scene named by --scene (or 2 million on a wavy sphere), served to Chromium at 20 Mbit/s, 20 ms
(its own throttling), 640 x 360, drawn in software: seconds and bytes until the still, the sky and the first Gaussians.

Seconds are the least of several runs. Resampling errors are root mean squares in steps of 8 bits after x / (1 + x), so
that a sun does not decide everything.
"""

from __future__ import annotations

import argparse
import base64
import functools
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from lucid3d.camera import Camera, yaw_pitch
from lucid3d.export import export_scene
from lucid3d.export.gltf import write_gaussian_glb
from lucid3d.export.images import read_exr
from lucid3d.export.lod import build as build_tree
from lucid3d.export.panorama_render import render_panorama
from lucid3d.export.ply import read_gaussians, write_gaussians
from lucid3d.export.rad import write_rad
from lucid3d.export.sog import write_sog
from lucid3d.export.splats import write_compressed_ply, write_splat, write_spz
from lucid3d.gaussians.model import Gaussians
from lucid3d.panorama import cube_cameras, cube_from_equirectangular, equirectangular_from_cube
from lucid3d.scene import Scene

NODE_MODULES = Path(__file__).resolve().parent.parent / "tests" / "export" / "node" / "node_modules"
CONSOLE = Console()
SCENE: Path | None = None
"""The folder of a scene, from the command line."""


def best(work: Callable[[], object], runs: int) -> float:
    """Least seconds of several runs."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def shell_scene(count: int, seed: int = 0) -> Gaussians:
    """Gaussians on a wavy sphere around the origin, flat against it, just large enough to close it: a dreamed scene."""
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(count, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    distance = 4 + np.sin(5 * directions[:, 0]) + np.cos(4 * directions[:, 2])
    size = np.sqrt(4 * np.pi / count) * distance * 0.6
    # Turned so that the thin axis, z, points at the eye.
    quats = np.column_stack([1 + directions[:, 2], -directions[:, 1], directions[:, 0], np.zeros(count)]) + 1e-9
    return Gaussians(
        means=(directions * distance[:, None]).astype(np.float32),
        quats=(quats / np.linalg.norm(quats, axis=1, keepdims=True)).astype(np.float32),
        log_scales=np.log(np.column_stack([size, size, size * 0.1])).astype(np.float32),
        logit_opacities=np.full(count, 3, np.float32),
        sh=(directions[:, None] * 1.2).astype(np.float32),
    )


# --- writers ---


def bench_writers(quick: bool) -> list[dict[str, Any]]:
    import gsply

    count, runs = (100_000, 2) if quick else (1_000_000, 3)
    scene = shell_scene(count)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = gsply.GSData.from_arrays(
            means=scene.means, scales=scene.log_scales, quats=scene.quats, opacities=scene.logit_opacities,
            sh0=np.ascontiguousarray(scene.sh[:, 0]), shN=None, format="ply",
        )  # fmt: skip
        flat = (scene.means, scene.log_scales, scene.quats, scene.logit_opacities, np.ascontiguousarray(scene.sh[:, 0]))
        theirs: dict[str, Callable[[], object]] = {
            "scene.ply": lambda: gsply.plywrite(folder / "theirs.ply", *flat, None),
            "scene.spz": lambda: gsply.write_spz(folder / "theirs.spz", data),
        }
        ours: dict[str, tuple[Callable[..., Path], float | None]] = {
            "scene.ply": (write_gaussians, 2.0),
            "scene.spz": (write_spz, 5.0),
            "scene.compressed.ply": (write_compressed_ply, None),
            "scene.splat": (write_splat, None),
            "scene.sog": (write_sog, None),
            "scene.rad": (write_rad, None),
            "scene.glb": (write_gaussian_glb, None),
        }
        for file, (writer, bar) in ours.items():
            path = folder / file
            writer(scene[:1000], path)  # compiled kernels and warm caches are not what is measured
            seconds = best(lambda writer=writer, path=path: writer(scene, path), runs)
            row: dict[str, Any] = {"file": file, "seconds": seconds, "megabytes": path.stat().st_size / 1e6, "bar": bar}
            if file in theirs:
                theirs[file]()
                row["gsply"] = best(theirs[file], runs)
            rows.append(row)
        source = folder / "scene.ply"
        rows.append({"file": "scene.ply, read", "seconds": best(lambda: read_gaussians(source), runs)})
        cli = NODE_MODULES / "@playcanvas" / "splat-transform" / "bin" / "cli.mjs"
        if shutil.which("node") and cli.is_file():
            for row in rows:
                if row["file"] in ("scene.spz", "scene.glb", "scene.compressed.ply", "scene.sog"):
                    target = folder / f"node.{row['file'].split('.', 1)[1]}"
                    extra = ["--spz-version", "3"] if row["file"].endswith("spz") else []
                    command = ["node", str(cli), "-w", "-q", "-g", "cpu", *extra, str(source), str(target)]
                    row["splat-transform"] = best(lambda command=command: subprocess.run(command, check=True), 1)
    table = Table(title=f"Writing {count:,} Gaussians (splat-transform's time includes reading the PLY)")
    for heading in ("file", "MB", "seconds", "bar", "gsply", "ratio", "splat-transform", "ratio"):
        table.add_column(heading, justify="left" if heading == "file" else "right")
    for row in rows:
        table.add_row(
            row["file"], number(row.get("megabytes"), 1), number(row["seconds"]), number(row.get("bar"), 0),
            number(row.get("gsply")), ratio(row["seconds"], row.get("gsply")),
            number(row.get("splat-transform")), ratio(row["seconds"], row.get("splat-transform")),
        )  # fmt: skip
    CONSOLE.print(table)
    return rows


# --- panorama ---


def bench_panorama(quick: bool) -> list[dict[str, Any]]:
    from lucid3d.gaussians import Renderer, render_equirectangular

    count, height, runs = (50_000, 512, 2) if quick else (200_000, 2048, 3)
    scene = shell_scene(count)
    faces_size = height // 2

    def by_cube() -> NDArray[np.float32]:
        renderer = Renderer(scene)
        faces = {name: renderer.render(camera).image for name, camera in cube_cameras(faces_size).items()}
        return equirectangular_from_cube(faces, height)

    made = render_panorama(scene, height)
    rows = [
        {
            "what": "render_panorama (rendered, holes filled)",
            "seconds": best(lambda: render_panorama(scene, height), runs),
        },
        {
            "what": "render_equirectangular alone",
            "seconds": best(lambda: render_equirectangular(scene, np.zeros(3), height), runs),
        },
        {"what": f"six {faces_size}-pixel faces, joined", "seconds": best(by_cube, runs)},
    ]
    table = Table(title=f"Panorama {2 * height} x {height} of {count:,} Gaussians, {made.filled:.2%} holes; bar: 5 s")
    for heading in ("how", "seconds", "ratio to the first"):
        table.add_column(heading, justify="left" if heading == "how" else "right")
    for row in rows:
        table.add_row(str(row["what"]), number(row["seconds"]), ratio(row["seconds"], rows[0]["seconds"]))
    CONSOLE.print(table)
    return rows


# --- resampling ---


def real_panoramas(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Name -> (256, 512, 3) linear light."""
    found = {}
    for file in sorted((NODE_MODULES / "@pmndrs" / "assets" / "hdri").glob("*.exr.js")):
        path = folder / "picture.exr"
        path.write_bytes(base64.b64decode(file.read_text().split("base64,", 1)[1].split("'")[0]))
        found[file.name.removesuffix(".exr.js")] = read_exr(path)
    return found


def toned(light: NDArray[np.float32]) -> NDArray[np.float32]:
    light = np.maximum(light, 0)
    return (light / (1 + light)).astype(np.float32)


def error(seen: NDArray[np.float32], truth: NDArray[np.float32]) -> float:
    """Root mean square in steps of 8 bits."""
    return float(np.sqrt(np.mean((seen.astype(np.float64) - truth) ** 2)) * 255)


def bench_resampling(quick: bool) -> list[dict[str, Any]]:
    try:
        import py360convert
    except ImportError:
        CONSOLE.print("py360convert is not installed: pip install 'lucid3d[dev]'")
        return []
    with tempfile.TemporaryDirectory() as name:
        panoramas = real_panoramas(Path(name))
    if not panoramas:
        CONSOLE.print("the HDR panoramas are not there: run tests/export/setup_node.sh")
        return []
    if quick:
        panoramas = dict(list(panoramas.items())[:3])
    rows = []
    for name, light in panoramas.items():
        picture = toned(light)
        height = picture.shape[0]
        row: dict[str, Any] = {"panorama": name}
        for ours, theirs in (("linear", "bilinear"), ("cubic", "biquadratic")):
            size = height // 2
            back = equirectangular_from_cube(
                cube_from_equirectangular(picture, size, interpolation=ours), height, interpolation=ours
            )
            row[f"there and back, {ours}"] = error(back, picture)
            cube = py360convert.e2c(picture, size, mode=theirs, cube_format="dict")
            other = py360convert.c2e(cube, height, 2 * height, mode=theirs, cube_format="dict")
            row[f"there and back, py360convert {theirs}"] = error(other, picture)
        # A face of an eighth of the pixels: what is right is the average over each of them.
        small = height // 8
        truth = cube_from_equirectangular(picture, small, supersample=24)
        row["small faces"] = mean_error(cube_from_equirectangular(picture, small), truth)
        row["small faces, py360convert"] = mean_error(py360convert.e2c(picture, small, cube_format="dict"), truth)
        rows.append(row)
    names = [key for key in rows[0] if key != "panorama"]
    average = {"panorama": "mean", **{key: float(np.mean([row[key] for row in rows])) for key in names}}
    table = Table(title="Resampling errors on real HDR panoramas, RMS in steps of 8 bits (less is better)")
    table.add_column("panorama")
    for key in names:
        table.add_column(key, justify="right")
    for row in [*rows, average]:
        table.add_row(row["panorama"], *(number(row[key]) for key in names))
    table.add_row(
        "ours / theirs",
        *(ratio(average[key], average[names[i + 1]]) if i % 2 == 0 else "" for i, key in enumerate(names)),
    )
    CONSOLE.print(table)
    return [*rows, average]


def mean_error(faces: dict[str, NDArray[np.float32]], truth: dict[str, NDArray[np.float32]]) -> float:
    return error(np.stack([faces[name] for name in "FRBLUD"]), np.stack([truth[name] for name in "FRBLUD"]))


def number(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def ratio(ours: float, theirs: float | None) -> str:
    return "" if theirs is None else f"{ours / theirs:.2f}"


# --- levels of detail ---

LOD_SIZE = (640, 360)
LOD_POSES = [(0, 0, (0, 0, 0)), (72, -10, (0, 0, 0)), (144, 5, (0.3, 0, 0.3)), (216, 10, (-0.3, 0, 0.2)),
             (288, 0, (0.2, 0, -0.4))]  # fmt: skip
"""Yaw, pitch, and metres from the start."""
LOD_PIXELS = (1.0, 2.0, 3.0, 4.0, 6.0)


def bench_lod(quick: bool) -> list[dict[str, Any]]:
    from lucid3d.gaussians import render

    count = 100_000 if quick else 2_000_000
    scene = shell_scene(count)
    began = time.process_time()
    tree = build_tree(scene)
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    rows: list[dict[str, Any]] = [
        {"what": f"tree of {count:,}", "cpu_seconds": seconds, "peak_gigabytes": peak, "nodes": len(tree.nodes)}
    ]
    CONSOLE.print(
        f"tree of {count:,} Gaussians: {seconds:.1f} CPU s (bar 20 s), the process at most {peak:.2f} GB (bar 3 GB)"
    )
    if SCENE is not None:
        scene = read_gaussians(SCENE / "scene.ply")
        tree = build_tree(scene)
    width, height = LOD_SIZE
    focal = width / 2 / math.tan(math.radians(70) / 2)
    cameras = [
        Camera(width, height, focal, focal, width / 2, height / 2, yaw_pitch(yaw, pitch, np.array(place, float)))
        for yaw, pitch, place in LOD_POSES
    ]
    whole = [render(scene, camera) for camera in cameras]
    table = Table(title=f"Cuts of {len(scene):,} Gaussians against all of them (bar: 27 dB)")
    for heading in ("error in pixels", "Gaussians", "in view", "PSNR", "least", "pixels with a hole"):
        table.add_column(heading, justify="right")
    for pixels in LOD_PIXELS:
        quality, counts, in_view, holes = [], [], [], []
        for camera, truth in zip(cameras, whole, strict=True):
            cut = tree.nodes[tree.cut_seen_from(camera.position, pixels / focal)]
            seen = render(cut, camera)
            squares = (seen.image.clip(0, 1) - truth.image.clip(0, 1)) ** 2
            quality.append(-10 * math.log10(max(1e-12, float(squares.mean()))))
            counts.append(len(cut))
            inside, depth = camera.project(cut.means)
            in_view.append(int(((depth > 0) & ((inside >= 0) & (inside < LOD_SIZE)).all(axis=1)).sum()))
            holes.append(float(((truth.alpha > 0.95) & (seen.alpha < 0.9)).mean()))
        row = {"pixels": pixels, "gaussians": float(np.mean(counts)), "in_view": float(np.mean(in_view)),
               "psnr": float(np.mean(quality)), "least": min(quality), "holes": float(np.mean(holes))}  # fmt: skip
        rows.append(row)
        table.add_row(number(pixels, 0), f"{row['gaussians']:,.0f}", f"{row['in_view']:,.0f}", number(row["psnr"]),
                      number(row["least"]), f"{row['holes']:.3%}")  # fmt: skip
    CONSOLE.print(table)
    return rows


# --- the page that streams ---

MEGABITS = 20
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--use-gl=angle", "--use-angle=swiftshader",
         "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]  # fmt: skip
WARM = "data:text/html,<canvas id=c></canvas><script>c.getContext('webgl2').clear(16384)</script>"


def bench_page(quick: bool) -> list[dict[str, Any]]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        CONSOLE.print("playwright is not installed: pip install 'lucid3d[dev]'")
        return []
    if SCENE is not None:
        scene: Any = Scene.load(SCENE)
    else:
        scene = SimpleNamespace(gaussians=shell_scene(100_000 if quick else 2_000_000), points=None, cameras=None)
    os.environ.setdefault("LUCID3D_WEB_MODULES", str(NODE_MODULES))
    with tempfile.TemporaryDirectory() as name, sync_playwright() as api:
        (home,) = export_scene(scene, "web", name)
        handler = functools.partial(SimpleHTTPRequestHandler, directory=str(home))
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = api.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": LOD_SIZE[0], "height": LOD_SIZE[1]})
        page.goto(WARM)  # the browser's own start is not what is measured
        page.screenshot()
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        speed = MEGABITS * 1e6 / 8
        line.send("Network.emulateNetworkConditions", {
            "offline": False, "latency": 20, "downloadThroughput": speed, "uploadThroughput": speed,
        })  # fmt: skip
        page.goto(f"http://127.0.0.1:{server.server_port}/", wait_until="commit")
        page.wait_for_function("window.lucid3d?.times.splats", timeout=120_000)
        told = page.evaluate(
            """() => ({times: lucid3d.times, paint: performance.getEntriesByType("paint").map((e) => e.startTime),
                 page: performance.getEntriesByType("navigation")[0].encodedBodySize,
                 files: performance.getEntriesByType("resource").map((e) => [e.responseEnd, e.encodedBodySize])})"""
        )
        browser.close()
        server.shutdown()
        server.server_close()
    started = told["times"]["started"]
    moments = {"the still": min(told["paint"]), "the sky": started + told["times"]["sky"],
               "the first Gaussians": started + told["times"]["splats"]}  # fmt: skip
    rows = []
    table = Table(title=f"A page at {MEGABITS} Mbit/s, {len(scene.gaussians):,} Gaussians (bar: 2 s, 3 MB)")
    for heading in ("until", "seconds", "megabytes"):
        table.add_column(heading, justify="left" if heading == "until" else "right")
    for what, moment in moments.items():
        size = told["page"] + sum(size for end, size in told["files"] if end <= moment)
        rows.append({"until": what, "seconds": moment / 1000, "megabytes": size / 1e6})
        table.add_row(what, number(moment / 1000), number(size / 1e6))
    CONSOLE.print(table)
    return rows


PARTS = {
    "writers": bench_writers,
    "panorama": bench_panorama,
    "resampling": bench_resampling,
    "lod": bench_lod,
    "page": bench_page,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="also write the numbers here")
    parser.add_argument("--quick", action="store_true", help="small inputs, to see that it runs")
    parser.add_argument("--only", default=",".join(PARTS), help="parts with commas between them")
    parser.add_argument("--scene", type=Path, help="a scene's folder, for levels of detail and the page")
    options = parser.parse_args()
    global SCENE
    SCENE = options.scene
    unknown = [part for part in options.only.split(",") if part not in PARTS]
    if unknown:
        parser.error(f"--only {unknown[0]!r} is unknown; there are {', '.join(PARTS)}")
    CONSOLE.print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    results = {part: PARTS[part](options.quick) for part in options.only.split(",")}
    if options.json:
        options.json.write_text(json.dumps({"load": os.getloadavg()[0], **results}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
