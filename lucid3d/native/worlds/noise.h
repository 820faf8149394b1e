// Deterministic noise: integer hashes, gradient noise, fractal sums, cells. Band-limited: every fractal takes the
// footprint (the width of a pixel in the noise's units) and fades octaves that would be smaller than it.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace worlds {

struct Vec2 {
  float x, y;
};

struct Vec3 {
  float x, y, z;
};

inline Vec2 operator+(Vec2 a, Vec2 b) { return {a.x + b.x, a.y + b.y}; }
inline Vec2 operator-(Vec2 a, Vec2 b) { return {a.x - b.x, a.y - b.y}; }
inline Vec2 operator*(Vec2 a, float s) { return {a.x * s, a.y * s}; }
inline Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vec3 operator-(Vec3 a) { return {-a.x, -a.y, -a.z}; }
inline Vec3 operator*(Vec3 a, float s) { return {a.x * s, a.y * s, a.z * s}; }
inline Vec3 operator*(Vec3 a, Vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
inline Vec3& operator+=(Vec3& a, Vec3 b) { return a = a + b; }
inline float dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 cross(Vec3 a, Vec3 b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
inline float length(Vec3 a) { return std::sqrt(dot(a, a)); }
inline float length(Vec2 a) { return std::sqrt(a.x * a.x + a.y * a.y); }
inline Vec3 normalize(Vec3 a) { return a * (1.0f / std::max(length(a), 1e-20f)); }
inline float clamp01(float v) { return std::min(std::max(v, 0.0f), 1.0f); }
inline float mix(float a, float b, float t) { return a + (b - a) * t; }
inline Vec3 mix(Vec3 a, Vec3 b, float t) { return a + (b - a) * t; }
inline float smoothstep(float low, float high, float v) {
  const float t = clamp01((v - low) / (high - low));
  return t * t * (3.0f - 2.0f * t);
}
inline float luminance(Vec3 c) { return 0.2126f * c.x + 0.7152f * c.y + 0.0722f * c.z; }

// std::floor is a library call on plain x86-64; this is two instructions.
inline int floor_int(float v) {
  const int i = static_cast<int>(v);
  return i - (v < static_cast<float>(i));
}

#if defined(__GNUC__) || defined(__clang__)
#define WORLDS_VECTORS 1
typedef uint32_t Words8 __attribute__((vector_size(32)));
typedef int32_t Ints8 __attribute__((vector_size(32)));
typedef float Floats8 __attribute__((vector_size(32)));
typedef uint32_t Words4 __attribute__((vector_size(16)));
typedef float Floats4 __attribute__((vector_size(16)));
#endif

template <typename Words>
inline void scramble(Words& v) {  // lowbias32, Chris Wellons' integer hash (public domain constants), on 1 or many
  v ^= v >> 16;
  v *= 0x7feb352dU;
  v ^= v >> 15;
  v *= 0x846ca68bU;
  v ^= v >> 16;
}

inline uint32_t hash(uint32_t v) {
  scramble(v);
  return v;
}

inline uint32_t hash(int x, int y, int z, uint32_t seed) {
  uint32_t h = static_cast<uint32_t>(x) * 0x8da6b343U ^ static_cast<uint32_t>(y) * 0xd8163841U ^
               static_cast<uint32_t>(z) * 0xcb1ab31fU ^ seed * 0x9e3779b9U;
  return hash(h);
}

inline float unit(uint32_t h) { return static_cast<float>(h >> 8) * (1.0f / 16777216.0f); }

inline float fade(float t) { return t * t * t * (t * (t * 6.0f - 15.0f) + 10.0f); }

inline float corner(uint32_t h, float x, float y, float z) {  // 16 gradients towards the edges of a cube
  const uint32_t g = h & 15U;
  const float u = g < 8 ? x : y;
  const float v = g < 4 ? y : (g == 12 || g == 14 ? x : z);
  return ((g & 1U) ? -u : u) + ((g & 2U) ? -v : v);
}

// Gradient noise in about [-1, 1], mean 0. Everything here spends its time in this function: the eight corners of a
// cell are worked out at once where the compiler has vectors, one after the other elsewhere, with the same result.
inline float noise3(Vec3 p, uint32_t seed) {
  const int ix = floor_int(p.x), iy = floor_int(p.y), iz = floor_int(p.z);
  const float x = p.x - ix, y = p.y - iy, z = p.z - iz;
  const float u = fade(x), v = fade(y), w = fade(z);
#ifdef WORLDS_VECTORS
  const uint32_t x0 = static_cast<uint32_t>(ix) * 0x8da6b343U, x1 = x0 + 0x8da6b343U;
  const uint32_t y0 = static_cast<uint32_t>(iy) * 0xd8163841U, y1 = y0 + 0xd8163841U;
  const uint32_t z0 = static_cast<uint32_t>(iz) * 0xcb1ab31fU, z1 = z0 + 0xcb1ab31fU;
  const uint32_t s = seed * 0x9e3779b9U, a = y0 ^ z0 ^ s, b = y1 ^ z0 ^ s, c = y0 ^ z1 ^ s, d = y1 ^ z1 ^ s;
  Words8 h = {x0 ^ a, x1 ^ a, x0 ^ b, x1 ^ b, x0 ^ c, x1 ^ c, x0 ^ d, x1 ^ d};
  scramble(h);
  const Floats8 dx = {x, x - 1, x, x - 1, x, x - 1, x, x - 1}, dy = {y, y, y - 1, y - 1, y, y, y - 1, y - 1},
                dz = {z, z, z, z, z - 1, z - 1, z - 1, z - 1};
  const Words8 g = h & 15U;
  const Floats8 first = g < 8U ? dx : dy, second = g < 4U ? dy : ((g & 13U) == 12U ? dx : dz);
  const Floats8 sum = (Floats8)((Words8)first ^ (g << 31)) + (Floats8)((Words8)second ^ ((g & 2U) << 30));
  const float m = mix(mix(sum[0], sum[1], u), mix(sum[2], sum[3], u), v);
  const float n = mix(mix(sum[4], sum[5], u), mix(sum[6], sum[7], u), v);
  return mix(m, n, w);
#else
  const float a = mix(corner(hash(ix, iy, iz, seed), x, y, z), corner(hash(ix + 1, iy, iz, seed), x - 1, y, z), u);
  const float b =
      mix(corner(hash(ix, iy + 1, iz, seed), x, y - 1, z), corner(hash(ix + 1, iy + 1, iz, seed), x - 1, y - 1, z), u);
  const float c =
      mix(corner(hash(ix, iy, iz + 1, seed), x, y, z - 1), corner(hash(ix + 1, iy, iz + 1, seed), x - 1, y, z - 1), u);
  const float d = mix(corner(hash(ix, iy + 1, iz + 1, seed), x, y - 1, z - 1),
                      corner(hash(ix + 1, iy + 1, iz + 1, seed), x - 1, y - 1, z - 1), u);
  return mix(mix(a, b, v), mix(c, d, v), w);
#endif
}

inline float corner(uint32_t h, float x, float y) {  // 8 gradients
  const uint32_t g = h & 7U;
  const float u = g < 4 ? x : y, v = g < 4 ? y : x;
  return ((g & 1U) ? -u : u) + ((g & 2U) ? -0.5f * v : 0.5f * v);
}

inline float noise2(Vec2 p, uint32_t seed) {
  const int ix = floor_int(p.x), iy = floor_int(p.y);
  const float x = p.x - ix, y = p.y - iy;
  const float u = fade(x), v = fade(y);
#ifdef WORLDS_VECTORS
  const uint32_t x0 = static_cast<uint32_t>(ix) * 0x8da6b343U, x1 = x0 + 0x8da6b343U, s = seed * 0x9e3779b9U;
  const uint32_t y0 = static_cast<uint32_t>(iy) * 0xd8163841U, a = y0 ^ s, b = (y0 + 0xd8163841U) ^ s;
  Words4 h = {x0 ^ a, x1 ^ a, x0 ^ b, x1 ^ b};
  scramble(h);
  const Words4 g = h & 7U;
  const Floats4 dx = {x, x - 1, x, x - 1}, dy = {y, y, y - 1, y - 1};
  const Floats4 first = g < 4U ? dx : dy, second = (g < 4U ? dy : dx) * 0.5f;
  const Floats4 sum = (Floats4)((Words4)first ^ (g << 31)) + (Floats4)((Words4)second ^ ((g & 2U) << 30));
  return 1.25f * mix(mix(sum[0], sum[1], u), mix(sum[2], sum[3], u), v);
#else
  const float a = mix(corner(hash(ix, iy, 0, seed), x, y), corner(hash(ix + 1, iy, 0, seed), x - 1, y), u);
  const float b =
      mix(corner(hash(ix, iy + 1, 0, seed), x, y - 1), corner(hash(ix + 1, iy + 1, 0, seed), x - 1, y - 1), u);
  return 1.25f * mix(a, b, v);
#endif
}

// Share of an octave that a pixel of this footprint can still show (both in the noise's units).
inline float visible(float footprint, float frequency) { return clamp01(1.6f - 2.4f * footprint * frequency); }

struct Fractal {
  int octaves = 5;
  float gain = 0.5f;
  float lacunarity = 2.03f;  // not 2: lattices of successive octaves must not line up
};

inline float fbm3(Vec3 p, uint32_t seed, Fractal f, float footprint = 0.0f) {
  float sum = 0, amplitude = 1, frequency = 1;
  for (int i = 0; i < f.octaves; ++i) {
    const float share = visible(footprint, frequency);
    if (share <= 0) break;
    sum += amplitude * share * noise3(p * frequency, seed + 101u * i);
    amplitude *= f.gain;
    frequency *= f.lacunarity;
  }
  return sum;
}

inline float fbm2(Vec2 p, uint32_t seed, Fractal f, float footprint = 0.0f) {
  float sum = 0, amplitude = 1, frequency = 1;
  for (int i = 0; i < f.octaves; ++i) {
    const float share = visible(footprint, frequency);
    if (share <= 0) break;
    sum += amplitude * share * noise2(p * frequency, seed + 101u * i);
    amplitude *= f.gain;
    frequency *= f.lacunarity;
    p = {p.x * 0.8f - p.y * 0.6f, p.x * 0.6f + p.y * 0.8f};  // turn: no octave shares the lattice of another
  }
  return sum;
}

// Ridged multifractal (after Musgrave): creases where noise crosses zero, detail weighted by the height below it.
inline float ridged2(Vec2 p, uint32_t seed, Fractal f, float footprint = 0.0f) {
  float sum = 0, amplitude = 0.5f, weight = 1, frequency = 1;
  for (int i = 0; i < f.octaves; ++i) {
    const float share = visible(footprint, frequency);
    float crest = 1.0f - std::fabs(noise2(p * frequency, seed + 131u * i));
    crest = crest * crest * weight;
    weight = clamp01(crest * 2.0f);
    sum += amplitude * (share * crest + (1 - share) * 0.4f);  // 0.4: about the mean of a crest
    amplitude *= f.gain;
    frequency *= f.lacunarity;
    p = {p.x * 0.8f - p.y * 0.6f, p.x * 0.6f + p.y * 0.8f};
  }
  return sum;
}

struct Cell {
  float nearest, second;  // distances F1 and F2
  uint32_t id;            // hash of the nearest cell
  Vec2 offset;            // from the nearest point
};

inline Cell cells2(Vec2 p, uint32_t seed, float jitter = 0.9f) {
  const int ix = floor_int(p.x), iy = floor_int(p.y);
  // The eight cells around, then the one in the middle.
  constexpr int kAround[2][9] = {{-1, 0, 1, -1, 1, -1, 0, 1, 0}, {-1, -1, -1, 0, 0, 1, 1, 1, 0}};
  uint32_t ids[9];
  float to_x[9], to_y[9];
  auto one = [&](int k) {
    const int cx = ix + kAround[0][k], cy = iy + kAround[1][k];
    ids[k] = hash(cx, cy, 7, seed);
    to_x[k] = p.x - (cx + 0.5f + jitter * (unit(ids[k]) - 0.5f));
    to_y[k] = p.y - (cy + 0.5f + jitter * (unit(hash(ids[k])) - 0.5f));
  };
#ifdef WORLDS_VECTORS
  const Ints8 cx = ix + Ints8{-1, 0, 1, -1, 1, -1, 0, 1}, cy = iy + Ints8{-1, -1, -1, 0, 0, 1, 1, 1};
  Words8 h = ((Words8)cx * 0x8da6b343U) ^ ((Words8)cy * 0xd8163841U) ^ (7U * 0xcb1ab31fU ^ seed * 0x9e3779b9U);
  scramble(h);
  Words8 again = h;
  scramble(again);
  const float scale = 1.0f / 16777216.0f;
  const Floats8 u = __builtin_convertvector((Ints8)(h >> 8), Floats8) * scale;
  const Floats8 v = __builtin_convertvector((Ints8)(again >> 8), Floats8) * scale;
  const Floats8 far_x = p.x - (__builtin_convertvector(cx, Floats8) + 0.5f + jitter * (u - 0.5f));
  const Floats8 far_y = p.y - (__builtin_convertvector(cy, Floats8) + 0.5f + jitter * (v - 0.5f));
  for (int k = 0; k < 8; ++k) ids[k] = h[k], to_x[k] = far_x[k], to_y[k] = far_y[k];
  one(8);
#else
  for (int k = 0; k < 9; ++k) one(k);
#endif
  float nearest = 1e18f, second = 1e18f;
  int best = 8;
  for (int k = 0; k < 9; ++k) {
    const float d = to_x[k] * to_x[k] + to_y[k] * to_y[k];
    best = d < nearest ? k : best;
    second = std::min(second, std::max(nearest, d));
    nearest = std::min(nearest, d);
  }
  return {std::sqrt(nearest), std::sqrt(second), ids[best], {to_x[best], to_y[best]}};
}

inline Cell cells3(Vec3 p, uint32_t seed, float jitter = 0.9f) {
  const int ix = floor_int(p.x), iy = floor_int(p.y), iz = floor_int(p.z);
  Cell cell{1e9f, 1e9f, 0, {0, 0}};
  for (int dz = -1; dz <= 1; ++dz)
    for (int dy = -1; dy <= 1; ++dy)
      for (int dx = -1; dx <= 1; ++dx) {
        const uint32_t h = hash(ix + dx, iy + dy, iz + dz, seed);
        const uint32_t h2 = hash(h);
        const Vec3 to{p.x - (ix + dx + 0.5f + jitter * (unit(h) - 0.5f)),
                      p.y - (iy + dy + 0.5f + jitter * (unit(h2) - 0.5f)),
                      p.z - (iz + dz + 0.5f + jitter * (unit(hash(h2)) - 0.5f))};
        const float d = dot(to, to);
        if (d < cell.nearest) {
          cell.second = cell.nearest;
          cell.nearest = d;
          cell.id = h;
        } else if (d < cell.second) {
          cell.second = d;
        }
      }
  cell.nearest = std::sqrt(cell.nearest);
  cell.second = std::sqrt(cell.second);
  return cell;
}

}  // namespace worlds
