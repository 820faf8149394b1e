"""What tests of several parts share: one real browser (Playwright's synchronous interface runs once a process)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# A reader of splat files compiles itself for a minute, and has a hundred Gaussians to read.
os.environ.setdefault("NUMBA_DISABLE_JIT", "1")
if "PYTEST_XDIST_WORKER" in os.environ:
    # There is a worker for every core: further threads of torch and BLAS would only wait for each other, busily.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

SLOWEST = (
    "procedural/test_interiors.py", "families/test_main_job_diffusion.py", "tests/test_cli.py", "service/test_jobs.py",
    "joint/test_diffusion.py", "from_picture/test_photo.py", "procedural/test_land.py", "restyle/test_restyle.py",
    "tests/test_pipeline.py", "zoom/test_dive.py", "from_picture/test_panorama_start.py", "families/test_sphere.py",
    "torture/test_disturbed.py", "families/test_stable_diffusion.py", "service/test_full_disk.py",
    "viewer/test_viewer_browser.py", "viewer/test_viewer_things.py", "editing/test_changing.py",
)  # fmt: skip
"""Files that take from 15 seconds to a minute: begun first, so that none is left to one worker alone at the end."""

WHOLE = (
    "torture/test_*.py", "viewer/test_viewer_browser.py", "viewer/test_viewer_things.py", "unity/test_unity.py",
    "playable/godot/test_*.py", "service/test_batch.py", "service/test_full_disk.py", "service/test_remix.py",
    "service/test_ray.py", "service/test_jobs.py", "families/test_main_job_diffusion.py", "zoom/test_dive.py",
    "viewer/test_viewer_command.py", "viewer/test_examples.py", "tests/test_nerfstudio.py", "service/test_page.py",
    "service/test_changing.py", "service/test_openapi.py", "export/test_web.py", "export/test_web_folder.py",
)  # fmt: skip
"""Files of tests that start whole programs (a browser, an engine, a service that is killed or flooded, a real run from
beginning to end): marked "slow", as single tests of other files are, and left to `make test-all` and continuous
integration."""

CHROMIUM = Path("/usr/bin/chromium")

FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
]  # fmt: skip
"""A container's Chromium that draws WebGL without a graphics card."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slowest files first, the others in their order; those of `WHOLE` are marked."""
    for item in items:
        if any(item.path.match(name) for name in WHOLE):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: next((i for i, name in enumerate(SLOWEST) if item.path.match(name)), len(SLOWEST)))


@pytest.fixture(scope="session", autouse=True)
def same_numbers_on_every_processor() -> Iterator[None]:
    """Networks compute in float32, as on a processor without bfloat16: what is compared to the last digit must not
    depend on the machine. (What such a processor is used for, and painting in bfloat16, is tested by name.)"""
    from lucid3d.families.diffusion import device

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(device, "cpu_computes_bfloat16", lambda: False)
        yield


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A headless Chromium that draws WebGL2 in software."""
    if not CHROMIUM.is_file():
        pytest.skip(f"no browser: {CHROMIUM} is missing (apt-get install chromium)")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()
