// What the page needs of PlayCanvas, and scripts of one's own: `lucid3d export --to web` has esbuild leave out the rest.
export {
  ADDRESS_CLAMP_TO_EDGE, ADDRESS_REPEAT, AppBase, AppOptions, Asset, CULLFACE_NONE, CameraComponentSystem, Color,
  DEVICETYPE_WEBGL2, Entity, FILLMODE_FILL_WINDOW, FILTER_LINEAR, GSplatComponentSystem, GSplatHandler, Mat4,
  Mesh, MeshInstance, PIXELFORMAT_SRGBA8, RESOLUTION_AUTO, RenderComponentSystem, SEMANTIC_POSITION, SEMANTIC_TEXCOORD0,
  ShaderMaterial, TONEMAP_NONE, Texture, TextureHandler, XRSPACE_LOCALFLOOR, XRTARGETRAY_POINTER, XRTYPE_VR, XrManager,
  createGraphicsDevice, http, platform,
  Quat, Vec2, Vec3,
} from "playcanvas";
