// Runs walk.js without a browser: a page with one camera, a clock of its own and one key held down.
//   node flight.js walk.js '<settings>' x y z  ->  the camera's positions, one a frame, as JSON
const fs = require("fs");
const [, , script, settings, ...start] = process.argv;
const vector = (x, y, z) => ({ x, y, z, clone() { return vector(x, y, z); } });
let eye = start.map(Number), aim = [eye[0], eye[1], eye[2] + 1], now = 0;
const control = {
  camera: { position: vector(0, 0, 0) },
  getPosition: () => vector(...eye),
  getTarget: () => vector(...aim),
  setLookAt: (a, b, c, d, e, f) => { eye = [a, b, c]; aim = [d, e, f]; },
};
const value = { mutable: { current: { cameraControl: control } }, useSceneTree: { get: () => ({ wxyz: [1, 0, 0, 0] }) } };
const canvas = { __reactFiber$1: { memoizedProps: { value }, return: null } };
const handlers = {}, frames = [];
global.window = { addEventListener: (name, handler) => { handlers[name] = handler; } };
global.document = { querySelector: () => canvas, title: "", body: { style: {} }, addEventListener() {} };
Object.defineProperty(global, "performance", { value: { now: () => now }, configurable: true });
global.setInterval = () => 0; // the map, which this page has not
global.requestAnimationFrame = (step) => frames.push(step);
eval(fs.readFileSync(script, "utf8"));
window.lucid3dWalk.configure(JSON.parse(settings));
handlers.keydown({ code: "KeyW", target: { tagName: "BODY" }, stopPropagation() {}, preventDefault() {} });
const path = [];
for (let frame = 0; frame < 40 && frames.length; frame++) {
  now += 100;
  frames.shift()();
  path.push([...eye]);
}
console.log(JSON.stringify(path));
