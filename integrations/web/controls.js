// Mouse, keyboard, touch and gamepad: what a person wishes, read once a frame.

const DEGREES_PER_PIXEL = 0.15;
const STICK_PIXELS = 60; // of a finger, for full speed
const DEAD = 0.15; // of a gamepad's stick
const TURN = 120; // degrees a second of a full stick

export function listen(canvas, walker) {
  const keys = new Set();
  const fingers = new Map(); // pointer id -> {x, y, stick}
  let stick = [0, 0];

  addEventListener("keydown", (event) => {
    keys.add(event.code);
    if (event.code.startsWith("Arrow") || event.code === "Space") event.preventDefault();
  });
  addEventListener("keyup", (event) => keys.delete(event.code));
  addEventListener("blur", () => keys.clear());

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    // The first finger on the left half walks, all others look.
    const walks = event.pointerType === "touch" && event.clientX < innerWidth / 2 &&
      ![...fingers.values()].some((finger) => finger.stick);
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY, stick: walks });
  });
  canvas.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const dx = event.clientX - finger.x, dy = event.clientY - finger.y;
    if (finger.stick) {
      stick = [Math.max(-1, Math.min(1, dx / STICK_PIXELS)), Math.max(-1, Math.min(1, -dy / STICK_PIXELS))];
    } else {
      // The picture is dragged: it follows the finger.
      walker.look(walker.yaw + dx * DEGREES_PER_PIXEL, walker.pitch + dy * DEGREES_PER_PIXEL);
      finger.x = event.clientX;
      finger.y = event.clientY;
    }
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (fingers.get(event.pointerId)?.stick) stick = [0, 0];
      fingers.delete(event.pointerId);
    });
  }

  const held = (...codes) => (codes.some((code) => keys.has(code)) ? 1 : 0);
  const dead = (value) => (Math.abs(value ?? 0) < DEAD ? 0 : value);
  return {
    // {ahead, aside} in [-1, 1] and whether one runs; looking around by keys and sticks is done here.
    read(seconds) {
      let ahead = held("KeyW", "ArrowUp") - held("KeyS", "ArrowDown") + stick[1];
      let aside = held("KeyD") - held("KeyA") + stick[0];
      let turn = held("ArrowLeft", "KeyQ") - held("ArrowRight", "KeyE"), tilt = 0;
      let fast = held("ShiftLeft", "ShiftRight") === 1;
      for (const pad of navigator.getGamepads?.() ?? []) {
        if (!pad?.connected) continue;
        aside += dead(pad.axes[0]);
        ahead -= dead(pad.axes[1]);
        turn -= dead(pad.axes[2]);
        tilt -= dead(pad.axes[3]);
        fast ||= pad.buttons[10]?.pressed === true;
      }
      if (turn || tilt) walker.look(walker.yaw + TURN * turn * seconds, walker.pitch + TURN / 2 * tilt * seconds);
      return { ahead, aside, fast };
    },
  };
}
