"""A page without a browser: speaks viser's protocol as its pages do, so that the panel can be used by its labels."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import viser
import websockets.sync.client
import zstandard

PROTOCOL = f"viser-v{viser.__version__}"


class Page:
    """One connection; everything that the server sent is kept."""

    def __init__(self, port: int, path: str = "/", *, cookie: str = "", aspect: float = 1.5) -> None:
        self.messages: list[dict[str, Any]] = []
        self.gui: dict[str, dict[str, Any]] = {}
        self.nodes: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.received = 0
        self.first_splats = self.began = time.monotonic()
        self.closed = False
        self._transfers: dict[str, tuple[str, int, dict[int, bytes]]] = {}
        headers = {"Cookie": cookie} if cookie else {}
        self.socket = websockets.sync.client.connect(
            f"ws://127.0.0.1:{port}{path}",
            origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
            subprotocols=[PROTOCOL],  # type: ignore[list-item]
            additional_headers=headers,
            max_size=None,
            compression=None,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self.aspect = aspect
        self.look()

    def look(self, position: tuple[float, float, float] = (0, 0, 0), fov: float = 1.0) -> None:
        """Say where the camera is: at `position`, looking along +z."""
        self.send(
            "ViewerCameraMessage",
            wxyz=(1.0, 0.0, 0.0, 0.0),
            position=tuple(float(x) for x in position),
            fov=fov,
            near=0.01,
            far=1000.0,
            image_height=400,
            image_width=int(400 * self.aspect),
            look_at=(float(position[0]), float(position[1]), position[2] + 0.2),
            up_direction=(0.0, -1.0, 0.0),
        )

    def send(self, kind: str, **fields: Any) -> None:
        self.socket.send(msgspec.msgpack.encode({"type": kind, **fields}))

    def field(self, label: str, folder: str | None = None) -> dict[str, Any]:
        """The first field of that label, waiting for it."""
        return self.until(lambda: self._field(label, folder), f"a field '{label}'")

    def _field(self, label: str, folder: str | None) -> dict[str, Any] | None:
        for element in list(self.gui.values()):
            if element["props"].get("label") == label:
                parent = self.gui.get(element.get("container_uuid", ""), {})
                if folder is None or parent.get("props", {}).get("label") == folder:
                    return element
        return None

    def click(self, label: str, folder: str | None = None) -> None:
        self.put(label, True, folder)

    def put(self, label: str, value: Any, folder: str | None = None) -> None:
        """What a person does with a field."""
        self.send("GuiUpdateMessage", uuid=self.field(label, folder)["uuid"], updates={"value": value})

    def notes(self) -> list[str]:
        """Notifications so far, title and body."""
        shown = [
            m for m in list(self.messages) if m["type"] in ("NotificationShowMessage", "NotificationUpdateMessage")
        ]
        return [f"{m['props']['title']}: {m['props']['body']}" for m in shown]

    def texts(self) -> str:
        """All texts of the panel."""
        return " ".join(
            str(e["props"].get("content", e["props"].get("_markdown", ""))) for e in list(self.gui.values())
        )

    def until(self, found: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
        """Wait for something to become true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            result = found()
            if result:
                return result
            time.sleep(0.02)
        raise AssertionError(f"waited {seconds} s for {what}; notes: {self.notes()}")

    def splat_count(self) -> int:
        """Splats in the newest message that carries any."""
        node = self.nodes.get("/splats")
        return 0 if node is None else len(node["props"]["buffer"]) // 8

    def close(self) -> None:
        self.socket.close()

    def _listen(self) -> None:
        try:
            for data in self.socket:
                assert isinstance(data, bytes)
                self.received += len(data)
                for message in decode(data):
                    self._take(message)
        except Exception as error:
            self.error = error
        self.closed = True

    def _take(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        self.messages.append(message)
        if kind.startswith("Gui") and "props" in message and "uuid" in message:
            self.gui[message["uuid"]] = message
        elif kind == "GuiUpdateMessage" and message["uuid"] in self.gui:
            self.gui[message["uuid"]]["props"].update(message["updates"])
        elif kind == "GuiRemoveMessage":
            self.gui.pop(message["uuid"], None)
        elif kind == "RemoveSceneNodeMessage":
            self.nodes.pop(message["name"], None)
        elif kind == "FileTransferStartDownload":
            self._transfers[message["transfer_uuid"]] = (message["filename"], message["part_count"], {})
        elif kind == "FileTransferPart":
            name, count, parts = self._transfers[message["transfer_uuid"]]
            parts[message["part_index"]] = message["content"]
            if len(parts) == count:
                self.files[name] = b"".join(parts[i] for i in range(count))
        elif "name" in message and "props" in message:
            self.nodes[message["name"]] = message
            if kind == "GaussianSplatsMessage" and self.first_splats == self.began:
                self.first_splats = time.monotonic()


def decode(data: bytes) -> list[dict[str, Any]]:
    """The messages in one frame of viser's wire format."""
    size, packed = (int.from_bytes(data[i : i + 8], "little") for i in (0, 8))
    body = zstandard.ZstdDecompressor().decompress(data[16 : 16 + packed], max_output_size=size)
    content = msgspec.msgpack.decode(body)
    buffers, at = [], 16 + packed
    for length in content["binaryBufferLengths"]:
        at += -at % 8
        buffers.append(data[at : at + length])
        at += length

    def restored(value: Any) -> Any:
        if isinstance(value, dict):
            if "__binary_index" in value and "dtype" in value:
                return np.frombuffer(buffers[value["__binary_index"]], value["dtype"])
            return {key: restored(item) for key, item in value.items()}
        return [restored(item) for item in value] if isinstance(value, list) else value

    return [restored(message) for message in content["messages"]]
