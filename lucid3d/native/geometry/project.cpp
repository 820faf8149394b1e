// Point cloud to picture: a z-buffer of footprints (phi 3->2).
//
// Rows are split into bands; every band lists, in the cloud's order, which splats touch it, so that bands are independent and
// the result does not depend on the number of threads. Pass one finds the nearest surface a pixel, pass two picks, among
// the points of that surface, the one whose centre is nearest to the pixel's centre; depth is that of its tangent plane.
#include "kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace geometry {
namespace {

constexpr int kBandRows = 16;
constexpr int kChunkBits = 14;
constexpr int kChunk = 1 << kChunkBits;  // points that are looked at together
constexpr float kOutside = 0.15f;        // of the picture's size

// Whether the point is in front of the camera and touches the picture; fills `s`.
bool make_splat(const CloudView& cloud, const Lens& lens, int64_t i, float near_depth, float max_magnification,
                Splat& s) {
  const float* p = cloud.positions + 3 * i;
  const float dx = p[0] - lens.position[0], dy = p[1] - lens.position[1], dz = p[2] - lens.position[2];
  const float* r = lens.rotation;
  const float z = r[6] * dx + r[7] * dy + r[8] * dz;
  if (!(z > near_depth) || !(z < std::numeric_limits<float>::max())) return false;
  const float x = r[0] * dx + r[1] * dy + r[2] * dz, y = r[3] * dx + r[4] * dy + r[5] * dz;
  const float w = 1.f / z, tx = x * w, ty = y * w;
  const float u = tx * lens.fx + lens.cx, v = ty * lens.fy + lens.cy;
  const float footprint = cloud.footprints[i];
  // A disc of the footprint's diameter, facing the image plane: seen from where it was lifted it is exactly its pixel. A view
  // turned away from there spreads samples further, radially; the crack closing answers for that.
  const float sx = footprint * w * lens.fx, sy = footprint * w * lens.fy;
  const float ex = std::max(kCover * sx, 0.5f), ey = std::max(kCover * sy, 0.5f);
  if (!(u + ex >= 0.f && u - ex <= float(lens.width) && v + ey >= 0.f && v - ey <= float(lens.height))) return false;
  // Pixel k has its centre at k + 0.5.
  const auto first = [](float edge) { return int(std::max(std::ceil(edge - 0.5f), 0.f)); };
  const auto last = [](float edge, int size) { return int(std::min(std::floor(edge - 0.5f), float(size - 1))); };
  const int x0 = first(u - ex), x1 = last(u + ex, lens.width), y0 = first(v - ey), y1 = last(v + ey, lens.height);
  if (x0 > x1 || y0 > y1) return false;
  const bool sky = cloud.is_sky[i] != 0;
  s.u = u;
  s.v = v;
  s.w = sky ? 0.f : w;
  s.x0 = int16_t(x0), s.x1 = int16_t(x1), s.y0 = int16_t(y0), s.y1 = int16_t(y1);
  s.index = int32_t(i);
  s.qx = 1.f / std::max(sx * sx, 1e-12f), s.qy = 1.f / std::max(sy * sy, 1e-12f);
  s.thickness = kThickness + kThicknessFootprints * footprint * w;
  s.a = s.b = 0.f;
  s.veil = sx > max_magnification ? 1u : 0u;
  if (!sky) {
    const float* n = cloud.normals + 3 * i;
    const float nx = r[0] * n[0] + r[1] * n[1] + r[2] * n[2], ny = r[3] * n[0] + r[4] * n[1] + r[5] * n[2],
                nz = r[6] * n[0] + r[7] * n[1] + r[8] * n[2];
    const float np = nx * tx + ny * ty + nz;  // n . p / z; negative when the surface faces the camera
    const float cosine = -np / std::sqrt(1.f + tx * tx + ty * ty);
    if (std::fabs(cosine) > kSteep) {
      const float inv = w / np;
      s.a = nx * inv / lens.fx;
      s.b = ny * inv / lens.fy;
    }
    if (cosine < kBehind) s.veil = 1u;
  }
  return true;
}

// The splats of all chunks, where they were made: number k of chunk c has the number c * kChunk + k.
struct Splats {
  std::vector<std::vector<Splat>> parts;

  const Splat& operator[](int32_t number) const {
    return parts[size_t(number >> kChunkBits)][size_t(number & (kChunk - 1))];
  }
};

struct Winner {
  float w = -1.f;  // inverse depth of the nearest surface; -1: nothing
  float score = 0.f;
  int32_t splat = -1;  // its number
  float shown = 0.f;   // inverse depth of the chosen point's plane
};

void rasterise_band(const Splats& splats, const int32_t* begin, const int32_t* end, int row0, int row1, int width,
                    std::vector<Winner>& winners) {
  for (const int32_t* k = begin; k < end; ++k) {
    const Splat& s = splats[*k];
    const int y0 = std::max<int>(s.y0, row0), y1 = std::min<int>(s.y1, row1 - 1);
    for (int y = y0; y <= y1; ++y)
      for (int x = s.x0; x <= s.x1; ++x) {
        if (!s.covers(x, y)) continue;
        Winner& pixel = winners[size_t(y) * width + x];
        const float w = s.inverse_depth(float(x) + 0.5f, float(y) + 0.5f);
        if (w > pixel.w) {
          pixel.w = w;
          pixel.score = s.thickness;  // lent to pass two: the tolerance of the nearest surface
        }
      }
  }
  for (int y = row0; y < row1; ++y)
    for (int x = 0; x < width; ++x) {
      Winner& pixel = winners[size_t(y) * width + x];
      pixel.w = pixel.w > 0.f ? pixel.w * (1.f - pixel.score) : pixel.w;  // from here on: the far side of that surface
      pixel.score = std::numeric_limits<float>::max();
    }
  for (const int32_t* k = begin; k < end; ++k) {
    const Splat& s = splats[*k];
    const int y0 = std::max<int>(s.y0, row0), y1 = std::min<int>(s.y1, row1 - 1);
    for (int y = y0; y <= y1; ++y)
      for (int x = s.x0; x <= s.x1; ++x) {
        if (!s.covers(x, y)) continue;
        Winner& pixel = winners[size_t(y) * width + x];
        const float px = float(x) + 0.5f, py = float(y) + 0.5f;
        const float w = s.inverse_depth(px, py);
        if (w < pixel.w) continue;
        const float distance = (px - s.u) * (px - s.u) + (py - s.v) * (py - s.v);
        if (distance < pixel.score) {
          pixel.score = distance;
          pixel.splat = *k;
          pixel.shown = w;
        }
      }
  }
}

// The nearest pixel from (x, y) along (dx, dy), within reach, that shows a surface in front of inverse depth `behind`.
int32_t flank(const std::vector<Winner>& winners, const Lens& lens, int x, int y, int dx, int dy, float behind) {
  for (int step = 1; step <= kCrackReach; ++step) {
    const int px = x + step * dx, py = y + step * dy;
    if (px < 0 || py < 0 || px >= lens.width || py >= lens.height) return -1;
    const Winner& other = winners[size_t(py) * lens.width + px];
    if (other.splat >= 0 && other.shown > behind) return other.splat;
  }
  return -1;
}

// What closes the crack at (x, y): the splat on the nearer flank of the narrowest crack, or -1.
int32_t close_crack(const Splats& splats, const std::vector<Winner>& winners, const Lens& lens, int x, int y) {
  const Winner& here = winners[size_t(y) * lens.width + x];
  const float behind = here.splat < 0 ? -1.f : here.shown * (1.f + kInFront) + 1e-9f;
  static constexpr int kDirections[4][2] = {{1, 0}, {0, 1}, {1, 1}, {1, -1}};
  const float px = float(x) + 0.5f, py = float(y) + 0.5f;
  float narrowest = kCrack * kCrack;
  int32_t best = -1;
  for (const auto& d : kDirections) {
    const int32_t l = flank(winners, lens, x, y, d[0], d[1], behind);
    if (l < 0) continue;
    const int32_t r = flank(winners, lens, x, y, -d[0], -d[1], behind);
    if (r < 0) continue;
    const Splat &left = splats[l], &right = splats[r];
    const float gap = std::max(left.distance2(right.u, right.v), right.distance2(left.u, left.v));
    if (l != r && gap > narrowest) continue;
    // One surface: each flank lies on the other's tangent plane.
    const float tolerance = left.thickness + right.thickness;
    if (std::fabs(left.inverse_depth(right.u, right.v) - right.w) > tolerance * right.w) continue;
    if (std::fabs(right.inverse_depth(left.u, left.v) - left.w) > tolerance * left.w) continue;
    narrowest = std::min(gap, narrowest);
    const float dl = (px - left.u) * (px - left.u) + (py - left.v) * (py - left.v);
    const float dr = (px - right.u) * (px - right.u) + (py - right.v) * (py - right.v);
    best = dl <= dr ? l : r;
  }
  return best;
}

}  // namespace

void project(const CloudView& cloud, const Lens& lens, float near_depth, float max_magnification, int threads,
             int32_t* point_index, float* depth) {
  (void)threads;
  const int bands = (lens.height + kBandRows - 1) / kBandRows;
  const int64_t chunks = (cloud.count + kChunk - 1) / kChunk;
  Splats splats{std::vector<std::vector<Splat>>(static_cast<size_t>(chunks))};
  std::vector<int64_t> counts(size_t(chunks) * bands, 0);
#pragma omp parallel num_threads(threads)
  {
    std::vector<Splat> made;  // grows once a thread, not once a chunk
#pragma omp for schedule(dynamic)
    for (int64_t c = 0; c < chunks; ++c) {
      made.clear();
      const int64_t end = std::min(cloud.count, (c + 1) * kChunk);
      Splat s;
      for (int64_t i = c * kChunk; i < end; ++i) {
        if (!make_splat(cloud, lens, i, near_depth, max_magnification, s)) continue;
        made.push_back(s);
        for (int b = s.y0 / kBandRows; b <= s.y1 / kBandRows; ++b) ++counts[size_t(c) * bands + b];
      }
      splats.parts[size_t(c)].assign(made.begin(), made.end());
    }
  }
  // Where each chunk writes in each band.
  std::vector<int64_t> starts(size_t(bands) + 1, 0);
  int64_t total = 0;
  for (int b = 0; b < bands; ++b) {
    starts[size_t(b)] = total;
    for (int64_t c = 0; c < chunks; ++c) {
      int64_t& count = counts[size_t(c) * bands + b];
      const int64_t mine = count;
      count = total;
      total += mine;
    }
  }
  starts[size_t(bands)] = total;
  std::vector<int32_t> listed(static_cast<size_t>(total));
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (int64_t c = 0; c < chunks; ++c) {
    int32_t number = int32_t(c * kChunk);
    for (const Splat& s : splats.parts[size_t(c)]) {
      for (int b = s.y0 / kBandRows; b <= s.y1 / kBandRows; ++b)
        listed[size_t(counts[size_t(c) * bands + b]++)] = number;
      ++number;
    }
  }
  std::vector<Winner> winners(size_t(lens.width) * lens.height);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (int b = 0; b < bands; ++b)
    rasterise_band(splats, listed.data() + starts[size_t(b)], listed.data() + starts[size_t(b) + 1], b * kBandRows,
                   std::min(lens.height, (b + 1) * kBandRows), lens.width, winners);
#pragma omp parallel for schedule(dynamic, kBandRows) num_threads(threads)
  for (int y = 0; y < lens.height; ++y)
    for (int x = 0; x < lens.width; ++x) {
      const size_t at = size_t(y) * lens.width + x;
      const Winner& pixel = winners[at];
      const int32_t closing = close_crack(splats, winners, lens, x, y);
      const int32_t chosen = closing >= 0 ? closing : pixel.splat;
      point_index[at] = -1;
      depth[at] = std::numeric_limits<float>::infinity();
      if (chosen < 0) continue;
      const Splat& s = splats[chosen];
      if (s.veil) continue;
      point_index[at] = s.index;
      const float w = s.inverse_depth(float(x) + 0.5f, float(y) + 0.5f);
      if (w > 0.f) depth[at] = 1.f / w;
    }
}

}  // namespace geometry
