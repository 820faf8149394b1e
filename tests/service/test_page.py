"""The page to try the service in, used as a person uses it: in a browser."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

from tests.service.api import PLACE, Api

SOON = 120_000
"""Milliseconds that a tiny job may take."""


def test_a_sentence_is_sent_watched_downloaded_remixed_and_deleted(working: Api, chromium: Any, tmp_path: Path) -> None:
    page = chromium.new_page(viewport={"width": 1000, "height": 800})
    page.set_default_timeout(SOON)
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)

    def newest() -> Any:
        """The card of the job that was sent last."""
        return page.locator(f"#{page.locator('article').first.get_attribute('id')}")

    try:
        page.goto(f"http://127.0.0.1:{working.port}/")
        page.locator("#preset option").first.wait_for(state="attached")
        page.get_by_label("A place, in words").fill(PLACE)
        page.get_by_label("Preset").select_option("tiny")
        page.get_by_label("Seed").fill("21")
        page.get_by_role("button", name="Dream").click()
        page.get_by_text("Taken:").wait_for()
        page.locator("article", has_text="seed 21").wait_for()
        card = newest()
        job = card.get_attribute("id").removeprefix("job-")
        card.locator("progress").wait_for()  # it runs, and the page says so without being asked again
        link = card.get_by_role("link", name="Download zip")
        link.wait_for()
        assert card.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0

        with page.expect_download() as download:
            link.click()
        download.value.save_as(tmp_path / "scene.zip")
        archive = zipfile.ZipFile(tmp_path / "scene.zip")
        assert archive.testzip() is None and {"scene.ply", "skybox/panorama.png"} <= set(archive.namelist())
        assert archive.read("scene.ply") == working.get(f"/v1/jobs/{job}/files/scene.ply").body

        card.get_by_role("button", name="Remix").click()
        assert "Remix of" in page.locator("#source").inner_text()
        page.get_by_label("A place, in words").fill("at night")
        page.get_by_label("Seed").fill("")
        page.get_by_role("button", name="Dream").click()
        page.get_by_text("Taken: a space station, at night").wait_for()
        remix = newest()
        remix.get_by_role("link", name="Download zip").wait_for()
        assert re.search(r"depth agrees in \d+ %", remix.inner_text())

        card.get_by_label("export as").select_option("equirectangular 1k")
        page.locator("article", has_text="equirectangular, tiny, seed 21").wait_for()
        export = newest()
        export.get_by_role("link", name="Download zip").wait_for()
        page.screenshot(path=tmp_path / "page.png", full_page=True)

        remix.get_by_role("button", name="Delete").click()
        remix.wait_for(state="detached")
        card.get_by_role("button", name="Delete").click()
        card.wait_for(state="detached")
        export.wait_for(state="detached")  # it goes with what it was made from
        assert json.loads(working.get(f"/v1/jobs/{job}").body)["state"] == "deleted"

        page.get_by_label("A place, in words").fill("   ")
        page.get_by_role("button", name="Dream").click()
        page.locator("#message.bad").wait_for()
        assert "empty" in page.locator("#message").inner_text()
    finally:
        page.close()
    assert [line for line in trouble if "422" not in line] == []  # the browser itself logs the refused request
