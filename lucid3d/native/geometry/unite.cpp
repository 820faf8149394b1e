// What a new view and the cloud say twice: coarser points of the cloud that give way to it, and points of it that the cloud
// has already. Both are found through the view's own pixels, on which its points lie as on a grid.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels.h"

namespace geometry {
namespace {

struct Seen {
  float u, v, z;
};

Seen seen_by(const Lens& lens, const float* p) {
  const float* r = lens.rotation;
  const float x = p[0] - lens.position[0], y = p[1] - lens.position[1], w = p[2] - lens.position[2];
  const float z = r[6] * x + r[7] * y + r[8] * w;
  return {lens.fx * (r[0] * x + r[1] * y + r[2] * w) / z + lens.cx,
          lens.fy * (r[3] * x + r[4] * y + r[5] * w) / z + lens.cy, z};
}

// The least of each value and its neighbours up to `reach` away, in rows and columns of a map (height, width), in place.
void spread_least(std::vector<float>& map, int width, int height, int reach) {
  std::vector<float> spread(map.size());
  for (int y = 0; y < height; ++y) {
    float* out = spread.data() + size_t(y) * width;
    const float* in = map.data() + size_t(y) * width;
    std::copy(in, in + width, out);
    for (int step = 1; step <= reach; ++step) {
      for (int x = step; x < width; ++x) out[x] = std::min(out[x], in[x - step]);
      for (int x = 0; x + step < width; ++x) out[x] = std::min(out[x], in[x + step]);
    }
  }
  for (int y = 0; y < height; ++y) {
    float* out = map.data() + size_t(y) * width;
    std::fill(out, out + width, INFINITY);
    for (int other = std::max(y - reach, 0); other <= std::min(y + reach, height - 1); ++other) {
      const float* in = spread.data() + size_t(other) * width;
      for (int x = 0; x < width; ++x) out[x] = std::min(out[x], in[x]);
    }
  }
}

}  // namespace

void give_way(const CloudView& cloud, const Lens& lens, const float* depth, const float* inner, float nearest,
              float finer, float same_surface, int threads, bool* gone) {
  (void)threads;
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int64_t i = 0; i < cloud.count; ++i) {
    gone[i] = false;
    const float footprint = cloud.footprints[i];
    if (cloud.is_sky[i] || !(footprint > finer * nearest)) continue;
    const Seen s = seen_by(lens, cloud.positions + 3 * i);
    if (!(s.z > 0.f && s.u >= 0.f && s.u < float(lens.width) && s.v >= 0.f && s.v < float(lens.height))) continue;
    const size_t pixel = size_t(s.v) * size_t(lens.width) + size_t(s.u);
    const float there = depth[pixel];
    gone[i] = footprint > finer * there / lens.fx && std::fabs(there - s.z) <= same_surface * footprint &&
              inner[pixel] >= 0.5f * footprint * lens.fx / s.z;
  }
}

void doubled(const CloudView& cloud, const bool* gone, const CloudView& fresh, const Lens& lens, float radius,
             float thickness, float detail, int threads, bool* result) {
  (void)threads;
  std::fill(result, result + fresh.count, false);
  const int width = lens.width, height = lens.height;
  // A footprint is a pixel wide; what is moved along a ray that slants moves aside as well.
  const float longest = std::sqrt(thickness * thickness + radius * radius);
  const float tx = std::max(lens.cx, float(width) - lens.cx) / lens.fx;
  const float ty = std::max(lens.cy, float(height) - lens.cy) / lens.fy;
  const float slant = std::sqrt(1.f + tx * tx + ty * ty);
  const int reach = int(std::ceil(longest * slant)) + 1;
  // Around the picture a margin of `reach` pixels, from where a point may still be near to one of the picture.
  const int wide = width + 2 * reach, tall = height + 2 * reach;
  std::vector<int32_t> row(size_t(wide) * tall, -1);
  std::vector<float> nearest(row.size(), INFINITY), farthest(row.size(), INFINITY);  // the latter negative
  // The margin is added in single precision, which may round up to the next pixel: never past the last one.
  const auto pixel_of = [&](const Seen& s) {
    const size_t x = std::min(size_t(s.u + float(reach)), size_t(wide - 1));
    return std::min(size_t(s.v + float(reach)), size_t(tall - 1)) * size_t(wide) + x;
  };
  for (int64_t k = 0; k < fresh.count; ++k) {
    const Seen s = seen_by(lens, fresh.positions + 3 * k);
    if (!(s.z > 0.f && s.u >= 0.f && s.u < float(width) && s.v >= 0.f && s.v < float(height))) continue;
    const float margin = longest * fresh.footprints[k];
    const size_t pixel = pixel_of(s);
    row[pixel] = int32_t(k), nearest[pixel] = s.z - margin, farthest[pixel] = -s.z - margin;
  }
  spread_least(nearest, wide, tall, reach);
  spread_least(farthest, wide, tall, reach);
  const float pixel_width = 2.f / (lens.fx + lens.fy);
  const float alike = 1.f / std::max(1.f - longest * pixel_width, 0.1f);  // depths of two points that near, at most
  const int workers = std::max(threads, 1);
  std::vector<std::vector<uint8_t>> marked(size_t(workers), std::vector<uint8_t>(size_t(fresh.count), 0));
#pragma omp parallel for schedule(static, 1) num_threads(threads)
  for (int worker = 0; worker < workers; ++worker) {
    std::vector<uint8_t>& mine = marked[size_t(worker)];
    const int64_t begin = cloud.count * worker / workers, end = cloud.count * (worker + 1) / workers;
    for (int64_t i = begin; i < end; ++i) {
      if (gone && gone[i]) continue;
      const float* p = cloud.positions + 3 * i;
      const Seen s = seen_by(lens, p);
      if (!(s.z > 0.f && s.u >= float(-reach) && s.u < float(width + reach) && s.v >= float(-reach) &&
            s.v < float(height + reach)))
        continue;
      const size_t here = pixel_of(s);
      // The size of the points that are near it, and as far from the camera.
      const float own = cloud.footprints[i], size_here = alike * s.z * pixel_width;
      if (!(s.z >= nearest[here] && s.z <= -farthest[here] && own <= detail * size_here)) continue;
      // What it doubles is on its own surface, before or behind it: on the pixels along its normal.
      const float* own_normal = cloud.normals + 3 * i;
      const float side = radius * slant, depth = thickness * size_here;
      float left = s.u, right = s.u, top = s.v, bottom = s.v;
      for (const float sign : {-1.f, 1.f}) {
        const float end[3] = {p[0] + sign * depth * own_normal[0], p[1] + sign * depth * own_normal[1],
                              p[2] + sign * depth * own_normal[2]};
        const Seen e = seen_by(lens, end);
        if (!(e.z > 0.f)) continue;
        left = std::min(left, e.u), right = std::max(right, e.u);
        top = std::min(top, e.v), bottom = std::max(bottom, e.v);
      }
      const int x0 = int(std::max(left - side, 0.f)), x1 = int(std::min(right + side, float(width - 1)));
      const int y0 = int(std::max(top - side, 0.f)), y1 = int(std::min(bottom + side, float(height - 1)));
      for (int y = y0; y <= y1; ++y)
        for (int x = x0; x <= x1; ++x) {
          const int32_t k = row[size_t(y + reach) * wide + (x + reach)];
          if (k < 0 || mine[size_t(k)]) continue;
          const float size = fresh.footprints[k];
          if (own > detail * size || cloud.is_sky[i] != fresh.is_sky[k]) continue;
          const float *q = fresh.positions + 3 * int64_t(k), *n = fresh.normals + 3 * int64_t(k);
          const float dx = p[0] - q[0], dy = p[1] - q[1], dz = p[2] - q[2];
          const float along = dx * n[0] + dy * n[1] + dz * n[2], square = dx * dx + dy * dy + dz * dz;
          const bool oriented = n[0] != 0.f || n[1] != 0.f || n[2] != 0.f;
          const float limit = radius * size;
          if (square <= limit * limit ||
              (oriented && std::fabs(along) <= thickness * size && square - along * along <= limit * limit))
            mine[size_t(k)] = 1;
        }
    }
  }
  for (const std::vector<uint8_t>& each : marked)
    for (int64_t k = 0; k < fresh.count; ++k) result[k] = result[k] || each[size_t(k)];
}

}  // namespace geometry
