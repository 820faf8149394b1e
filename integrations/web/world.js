// What is seen: a sphere with the panorama around the eye, and the splats, which stream.

const SKY_VERTEX = `
attribute vec3 vertex_position;
attribute vec2 vertex_texCoord0;
uniform mat4 matrix_model;
uniform mat4 matrix_viewProjection;
varying vec2 place;
void main(void) {
  place = vertex_texCoord0;
  gl_Position = matrix_viewProjection * matrix_model * vec4(vertex_position, 1.0);
}`;
const SKY_FRAGMENT = `
#include "gammaPS"
uniform sampler2D sky;
varying vec2 place;
void main(void) { gl_FragColor = vec4(gammaCorrectOutput(texture2D(sky, place).rgb), 1.0); }`;

// An equirectangular picture whose middle is forward (-z), seen from inside.
export function addSky(pc, app, camera, picture) {
  const device = app.graphicsDevice;
  const texture = new pc.Texture(device, {
    name: "sky", width: picture.width, height: picture.height, format: pc.PIXELFORMAT_SRGBA8, mipmaps: false,
    minFilter: pc.FILTER_LINEAR, magFilter: pc.FILTER_LINEAR,
    addressU: pc.ADDRESS_REPEAT, addressV: pc.ADDRESS_CLAMP_TO_EDGE, levels: [picture],
  });
  const rows = 48, columns = 96, radius = 5000;
  const positions = [], uvs = [], indices = [];
  for (let row = 0; row <= rows; row++) {
    for (let column = 0; column <= columns; column++) {
      const up = Math.PI * (0.5 - row / rows), right = 2 * Math.PI * (column / columns - 0.5);
      positions.push(radius * Math.cos(up) * Math.sin(right), radius * Math.sin(up), -radius * Math.cos(up) * Math.cos(right));
      uvs.push(column / columns, row / rows); // the picture's first row is the texture's
      if (row < rows && column < columns) {
        const first = row * (columns + 1) + column, below = first + columns + 1;
        indices.push(first, below, first + 1, first + 1, below, below + 1);
      }
    }
  }
  const mesh = new pc.Mesh(device);
  mesh.setPositions(positions);
  mesh.setUvs(0, uvs);
  mesh.setIndices(indices);
  mesh.update();
  // Its own few lines: the engine's material would take a device without a graphics card a third of a second to compile.
  const material = new pc.ShaderMaterial({
    uniqueName: "sky",
    attributes: { vertex_position: pc.SEMANTIC_POSITION, vertex_texCoord0: pc.SEMANTIC_TEXCOORD0 },
    vertexGLSL: SKY_VERTEX,
    fragmentGLSL: SKY_FRAGMENT,
  });
  material.setParameter("sky", texture);
  material.cull = pc.CULLFACE_NONE;
  material.depthWrite = false;
  material.update();
  const entity = new pc.Entity("sky");
  entity.addComponent("render", { meshInstances: [new pc.MeshInstance(mesh, material)], castShadows: false });
  entity.render.meshInstances[0].cull = false;
  app.root.addChild(entity);
  app.on("update", () => entity.setPosition(camera.getPosition())); // never nearer, wherever one walks
  return entity;
}

// Streamed SOG: coarse first, finer where it counts, within a budget of Gaussians that the device can draw.
export function addSplats(pc, app, camera, scene, onFrame) {
  const asked = Number(new URLSearchParams(location.search).get("budget"));
  const settings = app.scene.gsplat;
  settings.splatBudget = asked || (pc.platform.mobile ? 500_000 : 1_500_000);
  settings.lodUnderfillLimit = 10; // whatever is there is shown until the right level is
  settings.minPixelSize = 0; // coarse levels are made of few, but small ones count, too
  settings.useTonemap = false;
  return new Promise((done, fail) => {
    const asset = new pc.Asset("splats", "gsplat", { url: "splats/lod-meta.json" });
    asset.on("error", (error) => fail(new Error(error)));
    asset.ready(() => {
      const entity = new pc.Entity("splats");
      entity.setLocalEulerAngles(180, 0, 0); // the scene has y down
      // The coarsest level alone until it is seen: finer ones would take the line from it.
      entity.addComponent("gsplat", { asset, lodRangeMin: scene.levels - 1 });
      app.root.addChild(entity);
      let seen = false;
      app.systems.gsplat.on("frame:ready", (eye, layer, ready, waiting) => {
        if (eye !== camera.camera) return;
        // What was counted in the last frame is on the screen; the coarsest level comes whole, in a file or two.
        if (!seen && (app.stats.frame.gsplats ?? 0) > 0) {
          seen = true;
          entity.gsplat.lodRangeMin = 0;
        }
        onFrame(waiting, seen, ready);
      });
      done(entity);
    });
    app.assets.add(asset);
    app.assets.load(asset);
  });
}
