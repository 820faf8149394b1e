#include "scene.h"

namespace worlds {
namespace {

constexpr float kPi = 3.14159265f;
constexpr float kStretch = 1e4f;  // square of the longest tangent, metres a pattern's metre

Vec3 vec(const float* v) { return {v[0], v[1], v[2]}; }

Vec3 exponent(Vec3 a) { return {std::exp(-a.x), std::exp(-a.y), std::exp(-a.z)}; }

// The normal bent by a relief whose slopes along two tangents are known.
Vec3 bend(Vec3 normal, Vec3 a, float slope_a, Vec3 b, float slope_b) {
  const float limit = 1.2f;  // relief is shallow; steeper slopes are sampling noise
  slope_a = std::min(std::max(slope_a, -limit), limit);
  slope_b = std::min(std::max(slope_b, -limit), limit);
  return normalize(normal - a * slope_a - b * slope_b);
}

}  // namespace

Hit Scene::surface(Vec3 origin, Vec3 direction, float distance, uint32_t triangle, float u, float v,
                   float angle) const {
  const uint32_t* index = &triangles[3 * static_cast<size_t>(triangle)];
  const Vec3 a = vec(&vertices[3 * static_cast<size_t>(index[0])]),
             b = vec(&vertices[3 * static_cast<size_t>(index[1])]),
             c = vec(&vertices[3 * static_cast<size_t>(index[2])]);
  const float w = 1 - u - v;
  Hit hit;
  hit.position = a * w + b * u + c * v;
  Vec3 face = normalize(cross(b - a, c - a));
  const float speed = length(direction);
  const Vec3 toward = direction * (1 / speed);
  if (dot(face, toward) > 0) face = -face;
  hit.face = face;
  const Material& m = materials[triangle_material[triangle]];
  const int kind = static_cast<int>(m.kind);
  const bool leafy = kind == kLeaf || kind == kGrass || kind == kPetal;
  Vec3 normal = face;
  if (!normals.empty()) {
    const Vec3 smooth = vec(&normals[3 * static_cast<size_t>(index[0])]) * w +
                        vec(&normals[3 * static_cast<size_t>(index[1])]) * u +
                        vec(&normals[3 * static_cast<size_t>(index[2])]) * v;
    if (dot(smooth, smooth) > 0.04f) {
      normal = normalize(smooth);
      if (!leafy && dot(normal, face) < 0) normal = -normal;
    }
  }
  const float cosine = std::max(std::fabs(dot(face, toward)), 0.12f);
  hit.footprint = distance * speed * angle / std::sqrt(cosine);

  // Pattern coordinates and the world directions in which they grow.
  Vec3 along, across;
  Vec2 coordinates;
  bool mapped = false;
  if (!uv.empty()) {
    const float* ta = &uv[2 * static_cast<size_t>(index[0])];
    const float* tb = &uv[2 * static_cast<size_t>(index[1])];
    const float* tc = &uv[2 * static_cast<size_t>(index[2])];
    if (ta[0] > -1e8f && tb[0] > -1e8f && tc[0] > -1e8f) {
      coordinates = {ta[0] * w + tb[0] * u + tc[0] * v, ta[1] * w + tb[1] * u + tc[1] * v};
      const float x1 = tb[0] - ta[0], y1 = tb[1] - ta[1], x2 = tc[0] - ta[0], y2 = tc[1] - ta[1];
      const float area = x1 * y2 - x2 * y1;
      if (std::fabs(area) > 1e-12f) {
        along = ((b - a) * y2 - (c - a) * y1) * (1 / area);
        across = ((c - a) * x1 - (b - a) * x2) * (1 / area);
        // A sliver of the picture gives tangents without end, along which no relief can be sampled.
        mapped = dot(along, along) < kStretch && dot(across, across) < kStretch;
      }
    }
  }
  if (!mapped) {
    if (std::fabs(face.y) > 0.7f) {
      along = {1, 0, 0}, across = {0, 0, 1};
      coordinates = {hit.position.x, hit.position.z};
    } else {
      // Round the horizontal tangent so that both sides of a thin wall and all its triangles agree.
      Vec3 flat = normalize({face.z, 0, -face.x});
      if (flat.x < 0 || (flat.x == 0 && flat.z < 0)) flat = -flat;
      along = flat, across = {0, 1, 0};
      coordinates = {dot(hit.position, flat), hit.position.y};
    }
  }
  Spot spot{hit.position, coordinates, normal, hit.footprint};
  const bool land = kind == kGround;
  Broad broad{};
  Surface s = land ? evaluate_ground(ground, path.data(), spot, &broad, false) : evaluate(m, spot);
  const float reach = std::max(hit.footprint, 0.002f);
  if ((land && hit.footprint < 0.5f) || (!land && m.bump > 0 && !leafy && hit.footprint < 0.3f)) {
    Spot moved = spot;
    moved.position = hit.position + along * reach;
    moved.uv = {coordinates.x + reach, coordinates.y};
    const float slope_a =
        ((land ? evaluate_ground(ground, path.data(), moved, &broad, true) : evaluate(m, moved)).height - s.height) /
        reach;
    moved.position = hit.position + across * reach;
    moved.uv = {coordinates.x, coordinates.y + reach};
    const float slope_b =
        ((land ? evaluate_ground(ground, path.data(), moved, &broad, true) : evaluate(m, moved)).height - s.height) /
        reach;
    normal = bend(normal, along, slope_a, across, slope_b);
    const float lean = dot(normal, toward);  // a bent normal must not face away from the viewer
    if (lean > -0.02f) normal = normalize(normal - toward * (lean + 0.02f));
  }
  hit.normal = normal;
  hit.albedo = s.albedo;
  if (!tints.empty()) {
    const Vec3 tint = vec(&tints[3 * static_cast<size_t>(index[0])]) * w +
                      vec(&tints[3 * static_cast<size_t>(index[1])]) * u +
                      vec(&tints[3 * static_cast<size_t>(index[2])]) * v;
    hit.albedo = hit.albedo * tint;
  }
  hit.emission = s.emission;
  hit.translucency = m.translucency;
  hit.roughness = s.roughness;
  hit.specular = s.specular;
  return hit;
}

Vec3 Scene::ambient_light(Vec3 position, Vec3 n) const {
  const float basis[9] = {0.282095f,
                          0.488603f * n.y,
                          0.488603f * n.z,
                          0.488603f * n.x,
                          1.092548f * n.x * n.y,
                          1.092548f * n.y * n.z,
                          0.315392f * (3 * n.z * n.z - 1),
                          1.092548f * n.x * n.z,
                          0.546274f * (n.x * n.x - n.y * n.y)};
  Vec3 open{0, 0, 0};
  for (int i = 0; i < 9; ++i) open += vec(ambient[i]) * basis[i];
  open = {std::max(open.x, 0.0f), std::max(open.y, 0.0f), std::max(open.z, 0.0f)};
  if (probes.values.empty()) return open;
  float cell[3], share = 1;
  const float p[3] = {position.x + n.x * 0.35f * probes.spacing[0], position.y + n.y * 0.35f * probes.spacing[1],
                      position.z + n.z * 0.35f * probes.spacing[2]};
  for (int axis = 0; axis < 3; ++axis) {
    cell[axis] = (p[axis] - probes.origin[axis]) / probes.spacing[axis];
    const float last = static_cast<float>(probes.size[axis] - 1);
    share *= clamp01(1.0f + std::min(cell[axis], last - cell[axis]) * 0.5f);
    cell[axis] = std::min(std::max(cell[axis], 0.0f), last - 0.001f);
  }
  if (share <= 0) return open;
  const int ix = static_cast<int>(cell[0]), iy = static_cast<int>(cell[1]), iz = static_cast<int>(cell[2]);
  const float fx = cell[0] - ix, fy = cell[1] - iy, fz = cell[2] - iz;
  float total = 0;
  Vec3 sh[4] = {};
  for (int k = 0; k < 8; ++k) {
    const int dx = k & 1, dy = (k >> 1) & 1, dz = k >> 2;
    const int x = std::min(ix + dx, probes.size[0] - 1), y = std::min(iy + dy, probes.size[1] - 1),
              z = std::min(iz + dz, probes.size[2] - 1);
    const float* values = &probes.values[13 * ((static_cast<size_t>(x) * probes.size[1] + y) * probes.size[2] + z)];
    float weight = (dx ? fx : 1 - fx) * (dy ? fy : 1 - fy) * (dz ? fz : 1 - fz) * values[12] + 1e-7f;
    // A probe behind the surface knows the light of the other side.
    const Vec3 to{probes.origin[0] + x * probes.spacing[0] - position.x,
                  probes.origin[1] + y * probes.spacing[1] - position.y,
                  probes.origin[2] + z * probes.spacing[2] - position.z};
    const float facing = 0.5f + 0.5f * dot(to, n) / std::max(length(to), 1e-4f);
    weight *= facing * facing + 0.04f;
    total += weight;
    for (int i = 0; i < 4; ++i) sh[i] += vec(values + 3 * i) * weight;
  }
  Vec3 near{0, 0, 0};
  for (int i = 0; i < 4; ++i) near += sh[i] * (basis[i] / total);
  near = {std::max(near.x, 0.0f), std::max(near.y, 0.0f), std::max(near.z, 0.0f)};
  return mix(open, near, share);
}

void Scene::nearest_lamps(Vec3 position, Vec3 normal, int count, int32_t* chosen) const {
  std::vector<float> best(count, 1e-4f);
  for (int k = 0; k < count; ++k) chosen[k] = -1;
  for (size_t i = 0; i < lamps.size(); ++i) {
    const Vec3 to = vec(lamps[i].position) - position;
    const float distance = length(to);
    if (distance > lamps[i].reach) continue;
    if (dot(to, normal) < -0.3f * distance) continue;
    float strength = luminance(vec(lamps[i].color)) / std::max(distance * distance, 0.01f);
    int32_t which = static_cast<int32_t>(i);
    for (int k = 0; k < count; ++k)
      if (strength > best[k]) {
        std::swap(strength, best[k]);
        std::swap(which, chosen[k]);
      }
  }
}

Vec3 Scene::light(const Hit& hit, Vec3 direction, float sun_visible, float open, const int32_t* shadowed,
                  const float* lamp_visible, int lamp_count) const {
  const Vec3 sun = vec(sky.sun), toward = normalize(direction);
  const float facing = dot(hit.normal, sun);
  float key = std::max(facing, 0.0f);
  if (hit.translucency > 0) key = mix(key, 0.25f + 0.75f * key, 0.3f);  // foliage scatters what its flat leaves do not
  // A normal bent by relief or smoothing still cannot see light that comes from behind the face itself.
  if (hit.translucency <= 0) key *= smoothstep(-0.02f, 0.06f, dot(hit.face, sun));
  const float back = hit.translucency * std::max(-facing, 0.0f);
  Vec3 diffuse = vec(sky.sunlight) * (sun_visible * (key + back));
  Vec3 around = ambient_light(hit.position, hit.normal);
  if (hit.translucency > 0) around = mix(around, ambient_light(hit.position, -hit.normal), 0.4f * hit.translucency);
  diffuse += around * open;
  Vec3 gloss{0, 0, 0};
  const Vec3 mirror = toward - hit.normal * (2 * dot(toward, hit.normal));
  for (size_t i = 0; i < lamps.size(); ++i) {
    const Lamp& lamp = lamps[i];
    const Vec3 to = vec(lamp.position) - hit.position;
    const float distance = length(to);
    if (distance > lamp.reach) continue;
    const Vec3 l = to * (1 / std::max(distance, 1e-4f));
    const float cosine = dot(hit.normal, l);
    const float lit = std::max(cosine, 0.0f) + hit.translucency * std::max(-cosine, 0.0f);
    float visible = 1;
    for (int k = 0; k < lamp_count; ++k)
      if (shadowed[k] == static_cast<int32_t>(i)) visible = lamp_visible[k];
    const float near = std::max(distance, lamp.radius), edge = 1 - smoothstep(0.6f, 1.0f, distance / lamp.reach);
    const Vec3 power = vec(lamp.color) * (visible * edge / (near * near));
    diffuse += power * lit * (0.4f + 0.6f * open);
    if (hit.specular > 0.005f) {
      const float sharp = 2 / std::max(hit.roughness * hit.roughness, 0.01f);
      gloss += power * (hit.specular * std::pow(std::max(dot(mirror, l), 0.0f), sharp) * (sharp + 2) * 0.16f);
    }
  }
  Vec3 out = hit.albedo * diffuse + hit.emission;
  if (hit.specular > 0.005f) {
    const float grazing = std::pow(1 - clamp01(-dot(toward, hit.normal)), 5.0f);
    const float fresnel = hit.specular + (1 - hit.specular) * grazing * (1 - hit.roughness) * 0.6f;
    const float sharp = 2 / std::max(hit.roughness * hit.roughness, 0.004f);
    gloss += vec(sky.sunlight) *
             (sun_visible * hit.specular * std::pow(std::max(dot(mirror, sun), 0.0f), sharp) * (sharp + 2) * 0.1f);
    // What is mirrored: the sky where it is open, otherwise what lights the place. A rough surface mirrors no clouds, only
    // light from about that side.
    const float blur = mirror.y < 0 && probes.values.empty() ? smoothstep(0.2f, 0.7f, hit.roughness) : 1.0f;
    Vec3 up = blur > 0 ? ambient_light(hit.position, mirror) * blur : Vec3{0, 0, 0};
    if (blur < 1) up += sky_light(mirror, 0.05f, false) * (1 - blur);
    out = out * (1 - fresnel) + up * (fresnel * open) + gloss;
  }
  return out;
}

namespace {

// Extinction along a ray through air that thins out exponentially with height above `base` (y down).
float optical_depth(float density, float base, float height, Vec3 origin, Vec3 d, float s) {
  const float h0 = std::max((base - origin.y) / height, -3.0f);
  const float k = -d.y / height;
  // Below its foot the air grows no thicker: a ray that goes down stops adding after a few heights.
  const float x = std::max(k * s, -3.0f - std::max(h0, 0.0f));
  const float path = std::fabs(x) < 1e-4f ? s : (1 - std::exp(-x)) / k;
  return density * std::exp(-h0) * path;
}

}  // namespace

// The colour of far air: that of the sky at the horizon in this direction.
Vec3 Scene::far_air(Vec3 d) const {
  if (horizon.columns == 0) return {0, 0, 0};
  float azimuth = std::atan2(d.x, d.z) / (2 * kPi);
  azimuth = (azimuth - floor_int(azimuth)) * horizon.columns;
  const int i = static_cast<int>(azimuth);
  return mix(vec(&horizon.values[3 * (i % horizon.columns)]), vec(&horizon.values[3 * ((i + 1) % horizon.columns)]),
             azimuth - i);
}

Vec3 Scene::through_mist(Vec3 radiance, Vec3 origin, Vec3 direction, float distance) const {
  const float speed = std::max(length(direction), 1e-6f);
  const Vec3 d = direction * (1 / speed);
  const float s = std::min(distance * speed, 60000.0f);
  float thick = optical_depth(sky.mist, sky.mist_base, sky.mist_height, origin, d, s);
  if (thick < 0.004f) return radiance;
  const Vec3 end = origin + d * std::min(s, 900.0f), half = origin + d * std::min(0.5f * s, 350.0f);
  const uint32_t seed = static_cast<uint32_t>(sky.seed) + 77;
  const float cloud = 0.6f * fbm3({end.x / 70, end.y / 55, end.z / 70}, seed, {4}) +
                      0.5f * fbm3({half.x / 45, half.y / 40, half.z / 45}, seed + 1, {3});
  // Mist keeps off the viewer a little, as it does for whoever looks for a good place to stand.
  thick *= clamp01(0.75f + 0.9f * cloud) * 1.2f * s / (s + 22.0f);
  const float cosine = dot(d, vec(sky.sun)), g = 0.72f;
  const float lobe = (1 - g * g) / std::pow(1 + g * g - 2 * g * cosine, 1.5f);
  const Vec3 glow = vec(sky.mist_color) + vec(sky.sunlight) * (sky.fill * 0.055f * lobe);
  const float through = std::exp(-thick);
  return radiance * through + mix(glow, far_air(d), 0.35f) * (1 - through);
}

Vec3 Scene::through_air(Vec3 radiance, Vec3 origin, Vec3 direction, float distance) const {
  const float speed = std::max(length(direction), 1e-6f);
  const Vec3 d = direction * (1 / speed);
  const float s = std::min(distance * speed, 60000.0f);
  const Vec3 clear = exponent(vec(sky.haze) * optical_depth(1.0f, 1.6f, sky.haze_height, origin, d, s));
  radiance = radiance * clear + far_air(d) * (Vec3{1, 1, 1} - clear);
  return sky.mist > 0 ? through_mist(radiance, origin, direction, distance) : radiance;
}

}  // namespace worlds
