// Puts the page together: engine, sky, splats, walking, and what a person holds in their hands.
import { loadEngine, fetchWithProgress, fetchEarly, serveEarly } from "./engine.js";
import { addSky, addSplats } from "./world.js";
import { Ground, Walker } from "./walking.js";
import { listen } from "./controls.js";
import { offerHeadset } from "./headset.js";

const scene = window.lucid3dScene;
const canvas = document.getElementById("view");
const bar = document.getElementById("bar");
const message = document.getElementById("message");
const CALM = 3; // frames in which nothing is waited for, until all is said to be there
const times = { started: performance.now() };

function progress(part) { bar.firstElementChild.style.width = `${Math.round(100 * Math.min(1, part))}%`; }

// Once what is there has been seen; at once where nobody looks.
function painted() {
  if (document.hidden) return Promise.resolve();
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}

try {
  const sky = fetchWithProgress("sky.jpg").then((bytes) => createImageBitmap(new Blob([bytes], { type: "image/jpeg" })));
  sky.catch(() => {}); // told below, once the engine is there
  // While the line is busy the graphics card gets ready; that holds up the page, so the still is painted before it.
  const gl = painted().then(() => canvas.getContext("webgl2", {
    alpha: true, depth: true, stencil: true, antialias: false, powerPreference: "high-performance",
    xrCompatible: "xr" in navigator,
  }));
  let early = new Map();
  const pc = await loadEngine(scene.engine, (part) => progress(0.6 * part), () => { early = fetchEarly(scene.first); });
  serveEarly(pc.http, early);
  times.engine = performance.now() - times.started;

  const device = await pc.createGraphicsDevice(canvas, {
    deviceTypes: [pc.DEVICETYPE_WEBGL2], gl: (await gl) ?? undefined, antialias: false, xrCompatible: "xr" in navigator,
  });
  device.maxPixelRatio = Math.min(window.devicePixelRatio, 2);
  const options = new pc.AppOptions();
  options.graphicsDevice = device;
  options.componentSystems = [pc.CameraComponentSystem, pc.RenderComponentSystem, pc.GSplatComponentSystem];
  options.resourceHandlers = [pc.TextureHandler, pc.GSplatHandler];
  options.xr = pc.XrManager;
  const app = new pc.AppBase(canvas);
  app.init(options);
  app.setCanvasFillMode(pc.FILLMODE_FILL_WINDOW);
  app.setCanvasResolution(pc.RESOLUTION_AUTO);
  addEventListener("resize", () => app.resizeCanvas());

  // The engine's world: x right, y up, z towards the viewer. The scene's forward is -z, where a new camera looks.
  const rig = new pc.Entity("person"); // turns and walks; a headset moves the camera within it
  const camera = new pc.Entity("eye");
  camera.addComponent("camera", {
    fov: scene.fov, nearClip: 0.03, farClip: 10000, clearColor: new pc.Color(0, 0, 0), toneMapping: pc.TONEMAP_NONE,
  });
  rig.addChild(camera);
  app.root.addChild(rig);
  app.start();

  const ground = scene.walk ? new Ground(scene.walk) : null;
  const walker = new Walker(scene.start, ground);
  const hands = listen(canvas, walker);
  const headset = offerHeadset(pc, app, rig, camera, walker, document.getElementById("vr"));

  // The still goes when both are there: what is behind the splats, and the splats.
  const hideStill = () => {
    if (times.splats !== undefined && times.sky !== undefined) document.getElementById("still").classList.add("gone");
  };
  let most = 0, calm = 0;
  const loaded = addSplats(pc, app, camera, scene, (waiting, seen, ready) => {
    most = Math.max(most, waiting);
    progress(0.7 + 0.3 * (most ? 1 - waiting / most : 1));
    if (seen && times.splats === undefined) {
      times.splats = performance.now() - times.started;
      hideStill();
    }
    // Finer levels are asked for a frame after the coarsest was seen: rest is what lasts.
    calm = seen && ready && waiting === 0 ? calm + 1 : 0;
    if (calm > CALM) {
      times.complete ??= performance.now() - times.started;
      bar.classList.add("gone");
    }
  });
  progress(0.7);
  addSky(pc, app, camera, await sky);
  times.sky = performance.now() - times.started;
  hideStill();

  app.on("update", (seconds) => {
    const wish = hands.read(Math.min(seconds, 0.1));
    if (headset.active) headset.update(Math.min(seconds, 0.1), wish);
    else {
      walker.walk(wish.ahead, wish.aside, Math.min(seconds, 0.1), wish.fast);
      const [x, y, z] = walker.position;
      rig.setLocalPosition(x, y, z);
      rig.setLocalEulerAngles(0, walker.yaw, 0);
      camera.setLocalEulerAngles(walker.pitch, 0, 0);
    }
  });
  document.getElementById("full").addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {}); // refused in a frame: nothing to do
  });
  canvas.focus();

  // For scripts: where one is, where one looks, what is there.
  window.lucid3d = { pc, app, camera, walker, ground, times, splats: await loaded };
} catch (error) {
  message.hidden = false;
  message.textContent = `This page needs WebGL 2 and a browser from 2023 or later: ${error.message ?? error}`;
  throw error;
}
