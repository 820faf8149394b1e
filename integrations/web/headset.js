// A headset: walking with the left stick, turning with the right one, a jump to where a controller points.

const TURN = 30; // degrees at once: smooth turning makes people sick
const REACH = 15; // metres of a jump

export function offerHeadset(pc, app, rig, camera, walker, button) {
  let turned = false;
  const show = () => { button.hidden = !app.xr?.isAvailable(pc.XRTYPE_VR); };
  app.xr?.on("available", show);
  show();
  button.addEventListener("click", () => {
    if (app.xr.active) app.xr.end();
    else app.xr.start(camera.camera, pc.XRTYPE_VR, pc.XRSPACE_LOCALFLOOR);
  });
  app.xr?.on("end", () => camera.setLocalPosition(0, 0, 0));

  // Down a parabola from a controller, until the ground.
  function target(source) {
    const origin = source.getOrigin(), direction = source.getDirection();
    let [x, y, z] = [origin.x, origin.y, origin.z], fall = 0;
    const floor = walker.position[1] - (walker.ground?.eye ?? 1.6);
    for (let gone = 0; gone < REACH; gone += 0.1) {
      x += 0.1 * direction.x;
      y += 0.1 * direction.y - fall;
      z += 0.1 * direction.z;
      fall += 0.002;
      if (y <= floor) return [x, z];
    }
    return null;
  }

  app.xr?.input?.on("select", (source) => {
    const place = app.xr.active && source.targetRayMode === pc.XRTARGETRAY_POINTER ? target(source) : null;
    if (place) walker.stand(...place);
  });

  return {
    get active() { return app.xr?.active === true; },
    update(seconds, wish) {
      let { ahead, aside } = wish;
      for (const source of app.xr.input?.inputSources ?? []) {
        const axes = source.gamepad?.axes;
        if (!axes) continue;
        if (source.handedness === "left") {
          aside += axes[2] ?? 0;
          ahead -= axes[3] ?? 0;
        } else if (Math.abs(axes[2] ?? 0) > 0.7) {
          if (!turned) walker.yaw -= TURN * Math.sign(axes[2]);
          turned = true;
        } else turned = false;
      }
      // One walks where one looks, so the head's turn counts, too.
      const yaw = walker.yaw;
      walker.yaw = camera.getEulerAngles().y;
      walker.walk(ahead, aside, seconds);
      walker.yaw = yaw;
      const [x, y, z] = walker.position;
      rig.setLocalPosition(x, y - (walker.ground?.eye ?? 1.6), z); // the headset's own height comes on top
      rig.setLocalEulerAngles(0, walker.yaw, 0);
    },
  };
}
