// First-person walking for viser's page: W A S D and arrows, a drag that looks around, a ground, walls and a radius.
//
// viser keeps its camera controls (github.com/yomotsu/camera-controls) in a React context; they are found from the
// canvas upwards. Where they cannot be found, viser's own controls stay as they are and nothing breaks.
(() => {
  if (window.lucid3dWalk) return;

  const settings = { walking: true, speed: 1.4, radius: 0, reach: 0.2, look: 0.0026, ground: null, zoom: null,
    known: false, map: false, handle: null };
  const held = new Set();
  const MOVES = new Set(["KeyW", "KeyA", "KeyS", "KeyD", "KeyQ", "KeyE",
    "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "ShiftLeft", "ShiftRight"]);
  const MAX_PITCH = 1.5; // radians; straight up has no heading
  const TURN = 1.2; // radians a second with the arrow keys
  const STEP_TIME = 0.12; // seconds in which the eye follows a step up or down
  const LONGEST = 0.5; // seconds that one frame may stand for; a page that slept must not leap
  const UNEXPLORED = 0, OPEN = 1; // of a cell; anything else has something in the way
  const ABOVE = 0.5; // metres off the ground from which walls do not stop: who rises flies over them
  const HANDLE = 22; // pixels from the mark of a pick within which the mouse takes hold of it and does not look around
  const MAP_SIZE = 150, MAP_EVERY = 200; // pixels, milliseconds
  let last = 0, drag = null, running = false, heights = null, ways = null, lifted = 0, map = null, plan = null;

  function viewer() {
    const canvas = document.querySelector("canvas");
    const key = canvas && Object.keys(canvas).find((name) => name.startsWith("__reactFiber$"));
    for (let fiber = key && canvas[key]; fiber; fiber = fiber.return) {
      const value = fiber.memoizedProps && fiber.memoizedProps.value;
      if (value && value.mutable && value.mutable.current && value.mutable.current.cameraControl) return value;
    }
    return null;
  }

  // Between the page's three.js frame and the scene's world frame: the rotation of viser's root node.
  function rotate([w, x, y, z], v) {
    const t = [2 * (y * v[2] - z * v[1]), 2 * (z * v[0] - x * v[2]), 2 * (x * v[1] - y * v[0])];
    return [v[0] + w * t[0] + y * t[2] - z * t[1], v[1] + w * t[1] + z * t[0] - x * t[2],
      v[2] + w * t[2] + x * t[1] - y * t[0]];
  }
  const root = (view) => (view.useSceneTree.get("") || {}).wxyz || [1, 0, 0, 0];
  const inverse = ([w, x, y, z]) => [w, -x, -y, -z];

  // The camera as position, yaw (to the right of +z) and pitch (up), world frame: x right, y down, z forward.
  function read(view) {
    const control = view.mutable.current.cameraControl, turn = inverse(root(view));
    const position = control.getPosition(control.camera.position.clone(), false);
    const target = control.getTarget(control.camera.position.clone(), false);
    const p = rotate(turn, [position.x, position.y, position.z]), t = rotate(turn, [target.x, target.y, target.z]);
    const d = [t[0] - p[0], t[1] - p[1], t[2] - p[2]];
    return { p, yaw: Math.atan2(d[0], d[2]), pitch: Math.atan2(-d[1], Math.hypot(d[0], d[2])) };
  }
  function write(view, { p, yaw, pitch }) {
    const level = Math.cos(pitch) * settings.reach;
    const t = [p[0] + Math.sin(yaw) * level, p[1] - Math.sin(pitch) * settings.reach, p[2] + Math.cos(yaw) * level];
    const turn = root(view), a = rotate(turn, p), b = rotate(turn, t);
    view.mutable.current.cameraControl.setLookAt(a[0], a[1], a[2], b[0], b[1], b[2], false);
  }

  function groundAt(x, z) {
    const { cell, count } = settings.ground, half = (count - 1) / 2;
    const clamp = (value) => Math.min(Math.max(value / cell + half, 0), count - 1.001);
    const c = clamp(x), r = clamp(z), i = Math.floor(c), j = Math.floor(r), u = c - i, v = r - j;
    const at = (row, column) => heights[row * count + column];
    return (at(j, i) * (1 - u) + at(j, i + 1) * u) * (1 - v) + (at(j + 1, i) * (1 - u) + at(j + 1, i + 1) * u) * v;
  }

  // Whether one can stand at a place; beyond what was explored too, unless one stays where it is known.
  function open(x, z) {
    const { cell, count } = settings.ground, half = (count - 1) / 2;
    const column = Math.round(x / cell + half), row = Math.round(z / cell + half);
    const inside = column >= 0 && row >= 0 && column < count && row < count;
    const way = inside ? ways[row * count + column] : UNEXPLORED;
    return way === OPEN || (way === UNEXPLORED && !settings.known);
  }
  // The way from (x, z) to (u, v) as far as one gets, gliding along what is in the way.
  function stopped(x, z, u, v) {
    if (!open(x, z)) return [u, v]; // inside a wall one gets out
    const steps = Math.max(1, Math.ceil(Math.hypot(u - x, v - z) / (0.5 * settings.ground.cell)));
    const dx = (u - x) / steps, dz = (v - z) / steps;
    for (let i = 0; i < steps; i++) {
      if (open(x + dx, z + dz)) { x += dx; z += dz; }
      else if (open(x + dx, z)) x += dx;
      else if (open(x, z + dz)) z += dz;
      else break;
    }
    return [x, z];
  }

  // The map: where one can walk, ahead of the start at the top, and where one is.
  function drawMap() {
    const view = settings.map && ways && viewer();
    if (map) map.style.display = view ? "block" : "none";
    if (!view) return;
    if (!map) {
      map = document.createElement("canvas");
      map.width = map.height = MAP_SIZE;
      map.id = "lucid3d-map";
      map.style.cssText = "position:fixed;left:12px;bottom:12px;border-radius:8px;pointer-events:none;opacity:0.85;z-index:5";
      document.body.appendChild(map);
    }
    const { cell, count } = settings.ground;
    if (!plan) {
      plan = document.createElement("canvas");
      plan.width = plan.height = count;
      const picture = new ImageData(count, count);
      for (let row = 0; row < count; row++) for (let column = 0; column < count; column++) {
        const way = ways[row * count + column], shade = way === OPEN ? 225 : 60;
        picture.data.set([shade, shade, shade, way === UNEXPLORED ? 0 : 255], 4 * ((count - 1 - row) * count + column));
      }
      plan.getContext("2d").putImageData(picture, 0, 0);
    }
    const draw = map.getContext("2d"), { p, yaw } = read(view), scale = MAP_SIZE / (count * cell);
    draw.clearRect(0, 0, MAP_SIZE, MAP_SIZE);
    draw.imageSmoothingEnabled = false;
    draw.drawImage(plan, 0, 0, MAP_SIZE, MAP_SIZE);
    draw.translate(MAP_SIZE / 2 + p[0] * scale, MAP_SIZE / 2 - p[2] * scale);
    draw.rotate(yaw);
    draw.fillStyle = "#d9480f";
    draw.beginPath();
    draw.moveTo(0, -8); draw.lineTo(5, 6); draw.lineTo(0, 3); draw.lineTo(-5, 6);
    draw.fill();
    draw.setTransform(1, 0, 0, 1, 0, 0);
  }

  // Moves the camera by what has been held and dragged since the last time; false when there is nothing more to do.
  function advance() {
    const view = settings.walking && viewer();
    if (!view || (held.size === 0 && !drag)) return false;
    const now = performance.now(), dt = Math.min((now - last) / 1000, LONGEST);
    last = now;
    const pose = read(view);
    const on = (...names) => (names.some((name) => held.has(name)) ? 1 : 0);
    const ahead = on("KeyW", "ArrowUp") - on("KeyS", "ArrowDown"), aside = on("KeyD") - on("KeyA");
    const rise = on("KeyE") - on("KeyQ"), fast = on("ShiftLeft", "ShiftRight") ? 3 : 1;
    pose.yaw += (on("ArrowRight") - on("ArrowLeft")) * TURN * dt;
    if (drag) {
      pose.yaw -= drag.x * settings.look;
      pose.pitch = Math.min(Math.max(pose.pitch + drag.y * settings.look, -MAX_PITCH), MAX_PITCH);
      drag.x = drag.y = 0;
    }
    // In a 3-D zoom one flies, and the speed follows the scale: the same step is as long on the screen at every level.
    const zoom = settings.zoom, fly = zoom ? Math.sin(pose.pitch) * ahead : 0;
    const away = zoom ? Math.hypot(...zoom.target.map((value, axis) => value - pose.p[axis])) : 1;
    const pace = zoom ? Math.min(Math.max(away / zoom.distance, 1e-4), 1) * zoom.distance / 4 : 1;
    const length = Math.hypot(ahead, aside) || 1, stride = settings.speed * pace * fast * dt / length;
    let x = pose.p[0] + (Math.sin(pose.yaw) * ahead + Math.cos(pose.yaw) * aside) * stride;
    let z = pose.p[2] + (Math.cos(pose.yaw) * ahead - Math.sin(pose.yaw) * aside) * stride;
    const far = Math.hypot(x, z);
    // only what leads out of the circle is stopped: who is outside already can walk back in
    if (settings.radius > 0 && far > settings.radius && far > Math.hypot(pose.p[0], pose.p[2])) {
      const limit = Math.max(settings.radius, Math.hypot(pose.p[0], pose.p[2])) / far;
      x *= limit; z *= limit;
    }
    if (ways && !zoom && Math.abs(lifted) < ABOVE) [x, z] = stopped(pose.p[0], pose.p[2], x, z);
    lifted += rise * settings.speed * fast * dt;
    if (zoom) {
      pose.p[1] -= fly * stride + rise * settings.speed * pace * fast * dt;
    } else if (heights && (ahead || aside || rise)) {
      const wanted = groundAt(x, z) - settings.ground.eye - lifted;
      pose.p[1] += (wanted - pose.p[1]) * Math.min(1, dt / STEP_TIME);
    } else {
      pose.p[1] -= rise * settings.speed * fast * dt;
    }
    pose.p[0] = x; pose.p[2] = z;
    write(view, pose);
    return true;
  }
  function step() {
    running = advance();
    if (running) requestAnimationFrame(step);
  }
  function start() {
    if (running) return;
    running = true;
    last = performance.now();
    requestAnimationFrame(step);
  }

  const typing = (target) => target && (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable);
  const onCanvas = (event) => settings.walking && event.target && event.target.tagName === "CANVAS";

  window.addEventListener("keydown", (event) => {
    if (!settings.walking || !MOVES.has(event.code) || typing(event.target) || event.ctrlKey || event.metaKey) return;
    if (!viewer()) return;
    if (!event.code.startsWith("Shift")) event.stopPropagation(); // viser must not move the camera a second time
    if (held.size === 0 && !running) last = performance.now();
    held.add(event.code);
    start();
  }, true);
  window.addEventListener("keyup", (event) => {
    if (held.has(event.code)) advance(); // a tap shorter than a frame counts too
    held.delete(event.code);
  }, true);
  window.addEventListener("blur", () => held.clear());
  setInterval(drawMap, MAP_EVERY); // the camera moves by other means too

  // Whether the mouse is on the mark of a pick, which viser lets it hold.
  function onHandle(event) {
    const view = settings.handle && viewer();
    if (!view) return false;
    const camera = view.mutable.current.cameraControl.camera, box = event.target.getBoundingClientRect();
    const at = camera.position.clone().set(...rotate(root(view), settings.handle)).project(camera);
    const x = box.left + (at.x + 1) / 2 * box.width, y = box.top + (1 - at.y) / 2 * box.height;
    return at.z < 1 && Math.hypot(event.clientX - x, event.clientY - y) < HANDLE;
  }

  // A drag looks around; a modifier key leaves the drag to viser (orbit, selection), and so does a second finger.
  window.addEventListener("pointerdown", (event) => {
    if (!onCanvas(event) || event.button !== 0 || event.pointerType !== "mouse" || settings.selecting) return;
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey || !viewer() || onHandle(event)) return;
    drag = { id: event.pointerId, x: 0, y: 0, moved: 0 };
  }, true);
  window.addEventListener("pointermove", (event) => {
    const locked = document.pointerLockElement !== null;
    if (locked && !drag) drag = { id: -1, x: 0, y: 0, moved: 0 };
    if (!drag || (event.pointerId !== drag.id && !locked)) return;
    drag.x += locked ? -event.movementX : event.movementX;
    drag.y += locked ? -event.movementY : event.movementY;
    drag.moved += Math.abs(event.movementX) + Math.abs(event.movementY);
    if (!locked && drag.moved > 3) event.stopPropagation();
    start();
  }, true);
  window.addEventListener("pointerup", () => { if (!document.pointerLockElement) drag = null; }, true);
  window.addEventListener("dblclick", (event) => {
    if (onCanvas(event) && event.target.requestPointerLock) event.target.requestPointerLock();
  }, true);
  document.addEventListener("pointerlockchange", () => { if (!document.pointerLockElement) drag = null; });

  window.lucid3dWalk = {
    settings,
    configure(changes) {
      Object.assign(settings, changes);
      if (changes.title) document.title = changes.title;
      if (changes.ground) {
        const bytes = Uint8Array.from(atob(changes.ground.heights), (c) => c.charCodeAt(0));
        heights = new Float32Array(bytes.buffer);
        ways = changes.ground.ways ? Uint8Array.from(atob(changes.ground.ways), (c) => c.charCodeAt(0)) : null;
        lifted = 0; plan = null;
      } else if (changes.ground === null) heights = ways = plan = null;
      drawMap();
      if (!settings.walking) { held.clear(); drag = null; if (document.pointerLockElement) document.exitPointerLock(); }
    },
    way(x, z) { return ways ? open(x, z) : true; },
    pose() { const view = viewer(); return view ? read(view) : null; },
  };
})();
