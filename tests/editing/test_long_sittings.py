"""Many edits in a row, and edits that a crash cuts short: the scene is whole, before or after each of them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from lucid3d import files as lucid3d_files
from lucid3d.editing.book import EDITS, MOST_STATES, Book, Change, Entry, read_book, write_book
from lucid3d.editing.folder import change_in, insert_into, settle, step
from lucid3d.editing.insertion import Wish
from lucid3d.editing.order import Order
from lucid3d.editing.regions import region_from
from lucid3d.editing.standing import Spot
from lucid3d.errors import InputError
from lucid3d.scene import Scene
from tests.editing.court import saved as saved_court
from tests.editing.court import world
from tests.editing.test_inserting import files
from tests.torture.disturbed import Between

BARREL = Wish("a barrel", at=(0.6, 1.6))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved_court(tmp_path_factory.mktemp("long") / "court")


def test_as_many_states_as_can_be_undone_are_read_back_the_same(tmp_path: Path) -> None:
    region = region_from({"steps": [{"ball": [0.1 * i, 0, 0, 1]} for i in range(5)]}).plain
    book = Book()
    for number in range(MOST_STATES + 20):
        entry = Entry(f"a-{number}", f"a-{number}.1", BARREL, Spot(0.1 * number, 1, 2, 3, (0.1, 0.0)), (1.0, 2.0, 3.0))
        change = Change(f"b-{number}", f"b-{number}.1", Order("x", "dye", "x", "blue"), region, "made blue", (number,))
        book = book.then((*book.state, entry if number % 2 else change))
    write_book(tmp_path, book)
    assert read_book(tmp_path) == book
    assert len(book.states) == MOST_STATES


def test_what_no_state_holds_is_forgotten_and_the_rest_kept(saved: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "court"))
    change_in(folder, "the hut blue", world=world())
    step(folder, -1)
    change_in(folder, "the hut green", world=world())
    kept = {path.name for path in (folder / EDITS).glob("*.npz")} - {"free_space.npz"}
    assert kept == {"the-hut-green.1.npz"}


def test_a_change_that_lost_its_file_can_be_undone(saved: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "court"))
    before = files(folder)
    change_in(folder, "the hut blue", world=world())
    (folder / EDITS / "the-hut-blue.1.npz").unlink()
    with pytest.raises(InputError, match="undo back"):
        insert_into(folder, BARREL, world=world())
    step(folder, -1)
    assert files(folder) == before


class CutShort(BaseException):
    """Goes through every handler, as the end of a process does."""


@pytest.mark.slow
def test_an_edit_that_is_cut_short_at_any_point_leaves_a_scene_that_is_whole(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "court"))
    states = [files(folder)]
    change_in(folder, "the hut blue", world=world())
    insert_into(folder, BARREL, world=world())
    states.append(files(folder))
    step(folder, -2)

    def cut() -> None:
        raise CutShort

    def cut_at(point: int) -> bool:
        with monkeypatch.context() as patch:
            patch.setattr(lucid3d_files, "os", Between(point, cut))
            try:
                step(folder, 2)
            except CutShort:
                return True
        return False

    point = 1
    while cut_at(point):
        Scene.load(folder)
        settle(folder)
        now = read_book(folder).now
        assert files(folder) == states[1 if now else 0], point
        if now:
            step(folder, -now)
            assert files(folder) == states[0], point
        point += 1
    assert files(folder) == states[1]
    assert point > 10


def test_a_book_of_an_older_version_is_read(saved: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "court"))
    change_in(folder, "the hut blue", world=world())
    book = read_book(folder)
    new = folder / EDITS / "edits.json"
    (folder / EDITS / "edits.yaml").write_text(new.read_text().replace('"format": 3', '"format": 2'))
    new.unlink()
    assert read_book(folder) == book
    write_book(folder, replace(book))
    assert not (folder / EDITS / "edits.yaml").exists()
