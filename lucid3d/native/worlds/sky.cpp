#include "sky.h"

#include <vector>

#include "noise.h"

namespace worlds {
namespace {

constexpr float kPi = 3.14159265f;
constexpr float kEarth = 6360e3f, kAir = 6420e3f;  // radii in metres
constexpr float kRayleighHeight = 8000.0f, kMieHeight = 1200.0f;

Vec3 direction_of(int row, int column, int rows, int columns) {
  const float v = static_cast<float>(row) / (rows - 1);
  const float elevation = v * v * kPi / 2, azimuth = 2 * kPi * column / columns;
  const float c = std::cos(elevation);
  return {c * std::sin(azimuth), -std::sin(elevation), c * std::cos(azimuth)};
}

// Distance from inside to a sphere about the planet's centre; p is in planet coordinates with y up.
float to_sphere(Vec3 p, Vec3 d, float radius) {
  const float b = dot(p, d), c = dot(p, p) - radius * radius;
  const float disc = b * b - c;
  return disc < 0 ? -1.0f : -b + std::sqrt(disc);
}

bool hits_planet(Vec3 p, Vec3 d) {
  const float b = dot(p, d);
  return b < 0 && dot(p, p) - b * b < kEarth * kEarth * 0.99999f;
}

Vec3 exponent(Vec3 a) { return {std::exp(-a.x), std::exp(-a.y), std::exp(-a.z)}; }

struct Medium {
  Vec3 rayleigh, ozone;
  float mie;
};

// Optical depth of the air from p towards d.
Vec3 depth_to_space(const Medium& m, Vec3 p, Vec3 d) {
  constexpr int steps = 10;
  const float reach = to_sphere(p, d, kAir);
  float rayleigh = 0, mie = 0, ozone = 0, done = 0;
  for (int i = 0; i < steps; ++i) {  // steps grow with the square: the air is thick at the start
    const float next = reach * (i + 1) * (i + 1) / (steps * steps), step = next - done;
    const Vec3 q = p + d * (done + 0.5f * step);
    const float height = std::max(length(q) - kEarth, 0.0f);
    rayleigh += step * std::exp(-height / kRayleighHeight);
    mie += step * std::exp(-height / kMieHeight);
    ozone += step * std::max(0.0f, 1.0f - std::fabs(height - 25000.0f) / 15000.0f);
    done = next;
  }
  return m.rayleigh * rayleigh + Vec3{m.mie, m.mie, m.mie} * (1.1f * mie) + m.ozone * ozone;
}

}  // namespace

void scatter_sky(const AirParams& air, int rows, int columns, float* radiance, float* transmittance) {
  Medium m;
  m.rayleigh = {air.rayleigh[0], air.rayleigh[1], air.rayleigh[2]};
  m.ozone = Vec3{0.65e-6f, 1.881e-6f, 0.085e-6f} * 1.4f;
  m.mie = 4.0e-6f * air.turbidity;
  const Vec3 sun = normalize({air.sun[0], -air.sun[1], air.sun[2]});  // y up in here
  const Vec3 strength = {air.strength[0], air.strength[1], air.strength[2]};
  const Vec3 eye{0, kEarth + 300.0f, 0};
  const Vec3 direct = hits_planet(eye, sun) ? Vec3{0, 0, 0} : exponent(depth_to_space(m, eye, sun));
  transmittance[0] = direct.x, transmittance[1] = direct.y, transmittance[2] = direct.z;
#pragma omp parallel for schedule(dynamic, 4)
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      Vec3 d = direction_of(row, column, rows, columns);
      d.y = std::max(-d.y, 0.004f);
      d = normalize(d);
      const float reach = to_sphere(eye, d, kAir), cosine = dot(d, sun);
      const float rayleigh_phase = 0.75f * (1 + cosine * cosine);
      auto lobe = [&](float g) { return (1 - g * g) / std::pow(1 + g * g - 2 * g * cosine, 1.5f); };
      const float mie_phase = 0.75f * lobe(0.76f) + 0.25f * lobe(0.2f);
      constexpr int steps = 28;
      Vec3 sum{0, 0, 0}, depth{0, 0, 0}, spread{0, 0, 0};
      float done = 0;
      for (int i = 0; i < steps; ++i) {
        const float next = reach * (i + 1) * (i + 1) / (steps * steps), step = next - done;
        const Vec3 p = eye + d * (done + 0.5f * step);
        const float height = std::max(length(p) - kEarth, 0.0f);
        const Vec3 rayleigh = m.rayleigh * (step * std::exp(-height / kRayleighHeight));
        const float mie = m.mie * step * std::exp(-height / kMieHeight);
        const Vec3 slab = rayleigh + Vec3{mie, mie, mie} * 1.1f +
                          m.ozone * (step * std::max(0.0f, 1.0f - std::fabs(height - 25000.0f) / 15000.0f));
        const Vec3 seen = exponent(depth + slab * 0.5f);
        if (!hits_planet(p, sun)) {
          const Vec3 lit = exponent(depth_to_space(m, p, sun)) * seen;
          sum += lit * (rayleigh * rayleigh_phase + Vec3{mie, mie, mie} * mie_phase);
        }
        // Light scattered more than once, nearly the same from everywhere: what keeps a real sky from going dark.
        const Vec3 around = exponent(depth_to_space(m, p, normalize({sun.x, std::max(sun.y, 0.0f) + 0.25f, sun.z})));
        spread += around * seen * (rayleigh + Vec3{mie, mie, mie});
        depth += slab;
        done = next;
      }
      const float day = smoothstep(-0.16f, 0.2f, sun.y);
      const Vec3 total = (sum * (1.0f / (4 * kPi)) + spread * (0.035f * day)) * strength * kPi;
      float* out = radiance + 3 * (static_cast<int64_t>(row) * columns + column);
      out[0] = total.x, out[1] = total.y, out[2] = total.z;
    }
}

namespace {

// How much cloud there is at a place in the layer, 0 to about 1; `h` is the height share inside the layer.
float cloud_at(const CloudParams& c, Vec3 p, float h, int detail) {
  const Vec2 flat{p.x / c.scale, p.z / c.scale};
  const float weather = 0.5f + 0.6f * fbm2(flat * 0.22f, c.seed + 11, {3, 0.5f, 2.1f});
  const float profile = smoothstep(0.0f, 0.12f, h) * smoothstep(1.0f, 0.35f + 0.3f * weather, h);
  const float threshold = mix(0.72f, -0.55f, c.cover) - (weather - 0.5f) * 0.8f * (1 - 0.6f * c.cover);
  const Vec3 q{flat.x, p.y / c.scale * 1.4f, flat.y};
  constexpr float gain = 0.52f, lacunarity = 2.37f;
  float shape = noise3(q, c.seed) + gain * noise3(q * lacunarity, c.seed + 101);
  if (shape * 0.8f + 0.24f < threshold || profile <= 0) return 0;  // finer noise cannot make a cloud of this
  float amplitude = gain * gain, frequency = lacunarity * lacunarity;
  for (int i = 2; i < detail; ++i) {
    shape += amplitude * noise3(q * frequency, c.seed + 101u * i);
    amplitude *= gain, frequency *= lacunarity;
  }
  const float heap = shape * 0.8f - threshold;
  return clamp01(heap * 2.2f) * profile;
}

}  // namespace

void march_clouds(const CloudParams& c, int rows, int columns, const float* sky, float* out) {
  const Vec3 sun = normalize({c.sun[0], c.sun[1], c.sun[2]});
  const Vec3 sunlight{c.sunlight[0], c.sunlight[1], c.sunlight[2]};
  const Vec3 low{c.ambient_low[0], c.ambient_low[1], c.ambient_low[2]};
  const Vec3 high{c.ambient_high[0], c.ambient_high[1], c.ambient_high[2]};
  const float thick = c.top - c.base;
#pragma omp parallel for schedule(dynamic, 2)
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      float* pixel = out + 4 * (static_cast<int64_t>(row) * columns + column);
      const float* behind = sky + 3 * (static_cast<int64_t>(row) * columns + column);
      const Vec3 air{behind[0], behind[1], behind[2]};
      Vec3 light{0, 0, 0};
      float clear = 1;
      Vec3 d = direction_of(row, column, rows, columns);
      const float rise = std::max(-d.y, 0.012f);
      const float cosine = dot(d, sun);
      auto lobe = [&](float g) { return (1 - g * g) / std::pow(1 + g * g - 2 * g * cosine, 1.5f); };
      const float phase = 0.55f + 0.45f * (0.6f * lobe(0.55f) + 0.4f * lobe(0.82f)) * (0.35f + c.silver);
      // A round planet: layers come down to the horizon instead of running to infinity.
      auto reach = [&](float height) {
        const float r = kEarth + height, b = kEarth * rise;
        return -b + std::sqrt(b * b + r * r - kEarth * kEarth);
      };
      if (c.cover > 0.01f) {
        const float start = reach(c.base), end = reach(c.top);
        const float distance_haze = std::exp(-start / 42000.0f);
        const int steps = rise > 0.35f ? 18 : 26;
        const float step = (end - start) / steps;
        const float jitter = unit(hash(row, column, 3, c.seed));
        // A closed cover is not one grey: it sags and thins, and its underside shows it.
        const Vec2 under{(d.x * start + c.drift[0]) / c.scale, (d.z * start + c.drift[1]) / c.scale};
        const float belly = 1 + c.cover * (0.75f * fbm2(under * 1.1f, c.seed + 21, {5, 0.55f}, 0.004f / rise) + 0.1f);
        for (int i = 0; i < steps && clear > 0.02f; ++i) {
          const float t = start + (i + jitter) * step;
          const float h = (i + jitter) / steps;
          Vec3 p = d * t;
          p.x += c.drift[0], p.z += c.drift[1];
          p.y = h * thick;
          const float amount = cloud_at(c, p, h, 5);
          if (amount <= 0.003f) continue;
          float shade = 0, ahead = thick * 0.09f;
          for (int k = 0; k < 4; ++k) {
            const float up = clamp01(h - sun.y * ahead / thick);
            if (h - sun.y * ahead / thick > 1) break;
            const Vec3 q{p.x + sun.x * ahead, up * thick, p.z + sun.z * ahead};
            shade += cloud_at(c, q, up, 3) * ahead * 0.8f;
            ahead *= 1.9f;
          }
          const float depth = shade * c.density;
          // Two rates of fading stand for light that is scattered on; the second keeps the shaded side from going black.
          const float through = 0.75f * std::exp(-depth) + 0.25f * std::exp(-depth * 0.22f);
          const float edge = 1 - 0.45f * std::exp(-amount * 5);
          const Vec3 glow =
              sunlight * (through * phase * edge) + mix(low, high, 0.15f + 0.85f * h) * std::max(belly, 0.25f);
          const float absorbed = 1 - std::exp(-amount * c.density * std::min(step, thick * 0.35f));
          light += mix(air, glow, distance_haze) * (clear * absorbed);
          clear *= 1 - absorbed;
        }
      }
      if (c.wisps > 0.01f) {
        const float t = reach(7500.0f);
        const Vec2 p{(d.x * t + c.drift[0] * 2) / 9000.0f, (d.z * t + c.drift[1] * 2) / 9000.0f};
        const Vec2 bent{p.x + 0.16f * fbm2(p * 0.9f, c.seed + 5, {3}), p.y + 0.16f * fbm2(p * 0.9f, c.seed + 6, {3})};
        const float streaks =
            fbm2({bent.x * 0.8f + bent.y * 0.3f, bent.y * 4.2f}, c.seed + 7, {6, 0.58f, 2.1f}, 0.003f / rise);
        const float mottle = fbm2(bent * 2.6f, c.seed + 8, {4, 0.55f}, 0.003f / rise);
        const float field = smoothstep(-0.2f, 0.6f, fbm2(p * 0.33f, c.seed + 9, {3}));
        const float veil =
            c.wisps * 0.62f * field * smoothstep(-0.25f, 0.95f, streaks + 0.45f * mottle) * std::exp(-t / 90000.0f);
        const Vec3 glow = sunlight * (0.42f * (0.7f + 0.3f * lobe(0.6f))) + high * 0.5f;
        light += glow * (clear * veil);
        clear *= 1 - veil;
      }
      pixel[0] = light.x, pixel[1] = light.y, pixel[2] = light.z, pixel[3] = clear;
    }
}

void march_aurora(float strength, uint32_t seed, int rows, int columns, float* table) {
  constexpr int steps = 44;
  constexpr float low = 96, high = 270;  // kilometres
#pragma omp parallel for schedule(dynamic, 2)
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      const Vec3 d = direction_of(row, column, rows, columns);
      const float rise = std::max(-d.y, 0.02f);
      Vec3 sum{0, 0, 0};
      const float jitter = unit(hash(row, column, 9, seed));
      for (int i = 0; i < steps; ++i) {
        const float share = (i + jitter) / steps, height = low + (high - low) * share * share;
        const float r = 6360, b = r * rise, t = -b + std::sqrt(b * b + 2 * r * height);  // a round planet
        const Vec2 p{d.x * t, d.z * t};
        const float wander = fbm2(p * (1 / 420.0f), seed, {3}), folds = fbm2(p * (1 / 95.0f), seed + 1, {3});
        const float s = p.y / 190 + 1.5f * wander + 0.22f * folds;
        const float band = std::fabs(s - floor_int(s) - 0.5f);  // one curtain to each unit of s, folded
        const float sheet = std::exp(-band * band * 420);
        if (sheet < 0.01f) continue;
        const float rays = 0.35f + 0.65f * smoothstep(-0.4f, 0.7f, fbm2({p.x / 9, p.y / 42}, seed + 3, {3, 0.6f}));
        const float place = smoothstep(-0.35f, 0.35f, noise2(p * (1 / 300.0f), seed + 5) + 0.15f);
        const float foot = smoothstep(low, low + 9, height), fall = std::exp(-(height - low) / (38 + 40 * rays));
        const float glow = sheet * rays * place * foot * fall * (2 * share + 0.15f);
        const float tall = smoothstep(145, 235, height);
        sum += mix(Vec3{0.10f, 0.95f, 0.38f}, Vec3{0.55f, 0.16f, 0.75f}, tall) * glow;
      }
      float* pixel = table + 4 * (static_cast<int64_t>(row) * columns + column);
      const float far = smoothstep(0.015f, 0.12f, rise) * strength * pixel[3] * std::min(0.35f / rise + 0.4f, 2.2f);
      pixel[0] += sum.x * far, pixel[1] += sum.y * far, pixel[2] += sum.z * far;
    }
}

}  // namespace worlds
