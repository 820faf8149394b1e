// Projection: from Gaussians in the world to splats on the image plane.
#include "harmonics.h"
#include "kernels_isa.h"
#include "parallel.h"
#include "project.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

// Positive floats keep their order when their bits are read as integers.
LUCID3D_INLINE uint32_t depth_key(float depth) {
  uint32_t key;
  memcpy(&key, &depth, sizeof key);
  return key;
}

// First and one-past-last pixel whose centre lies within +-extent of a centre, inside [0, size).
LUCID3D_INLINE void pixel_range(float centre, float extent, int size, uint16_t& begin, uint16_t& end) {
  const float low = __builtin_ceilf(centre - extent - 0.5f), high = __builtin_floorf(centre + extent + 0.5f);
  // Written so that anything that is not a number gives an empty range.
  const float first = low > 0.0f ? low : 0.0f, last = high < (float)size ? high : (float)size;
  const bool some = last > first && low <= (float)size && high >= 0.0f;
  begin = some ? (uint16_t)first : 0;
  end = some ? (uint16_t)last : 0;
}

// What the lanes compute, to be dealt out to sixteen splats.
struct Staged {
  alignas(64) float u[kLanes], v[kLanes], z[kLanes], p[kLanes], q[kLanes], r[kLanes], height[kLanes];
  alignas(64) float right_dy[kLanes];
  alignas(64) float extent_x[kLanes], extent_y[kLanes], feature[4][kLanes];
};

template <int kDegree>
LUCID3D_INLINE void colour_lanes(const View& view, const Parameters& g, size_t i, Staged& out) {
  Floats basis[kMaxCoefficients];
  if (kDegree > 0) {
    const Floats dx = load(g.means + i) - view.position[0], dy = load(g.means + g.stride + i) - view.position[1],
                 dz = load(g.means + 2 * g.stride + i) - view.position[2];
    const Floats inv = Floats(1.0f) / max(sqrt(dx * dx + dy * dy + dz * dz), 1e-12f);
    harmonics(kDegree, dx * inv, dy * inv, dz * inv, basis);
  } else {
    harmonics(0, 0.0f, 0.0f, 0.0f, basis);
  }
  for (int channel = 0; channel < 3; ++channel) {
    Floats sum(0.5f);
    for (int k = 0; k < (kDegree + 1) * (kDegree + 1); ++k) {
      sum += basis[k] * load(g.sh + (3 * k + channel) * g.stride + i);
    }
    store(out.feature[channel], max(sum, 0.0f));
  }
}

LUCID3D_INLINE void feature_lanes(const View& view, const Parameters& g, size_t i, const Floats& depth, Staged& out) {
  int channels = 3;
  if (g.sh) {
    switch (g.sh_degree) {
      case 0: colour_lanes<0>(view, g, i, out); break;
      case 1: colour_lanes<1>(view, g, i, out); break;
      case 2: colour_lanes<2>(view, g, i, out); break;
      default: colour_lanes<3>(view, g, i, out);
    }
  } else {
    channels = g.channels;
    for (int k = 0; k < channels; ++k) store(out.feature[k], load(g.features + k * g.stride + i));
  }
  for (int k = channels; k < 4; ++k) store(out.feature[k], k == channels ? depth : Floats(0.0f));
}

LUCID3D_INLINE void stage(const View& view, const Limits& limits, const Parameters& g, size_t i, Staged& out) {
  Projection p;
  project_lanes(view, limits, g, i, p);
  const Floats inv_det = Floats(1.0f) / p.det;
  Floats opacity = opacity_lanes(g, i);
  if (view.antialiased) opacity *= compensation_lanes(p);
  const Mask visible = p.in_front & (opacity >= kAlphaMin);
  const Floats log2_opacity = log2(select(visible, opacity, 1.0f));
  // alpha >= 1/255 where sigma <= ln(255 opacity): an ellipse, whose box is found exactly from Sigma'.
  const Floats reach = (log2_opacity - kLog2AlphaMin) * (2.0f * kLn2);
  store(out.extent_x, select(visible, sqrt(reach * p.c00), -1.0f));
  store(out.extent_y, sqrt(reach * p.c11));
  store(out.u, p.u);
  store(out.v, p.v);
  store(out.z, p.z);
  // The conic's Cholesky factor, in units in which exp is 2^(...): with the conditional mean of x, given y,
  // and its variance det / c11, sigma = 1/2 ((dx - c01 / c11 dy)^2 c11 / det + dy^2 / c11).
  constexpr float kUnit = 0.5f * kLog2E;
  const Floats inv_c11 = Floats(1.0f) / max(p.c11, 1e-20f), dx_by_dy = p.c01 * inv_c11;
  const Floats first = sqrt(p.c11 * inv_det * kUnit);
  store(out.p, first);
  const Floats q = -(dx_by_dy * first), r = sqrt(inv_c11 * kUnit * (p.true_det * inv_det));
  store(out.q, q);
  store(out.r, r);
  store(out.height, log2_opacity);
  // Where p dx = -q dy + sqrt(e_max - (r dy)^2) is greatest.
  const Floats most = log2_opacity - kLog2AlphaMin;
  store(out.right_dy, -(q * sqrt(most)) / max(r * sqrt(q * q + r * r), 1e-20f));
  feature_lanes(view, g, i, p.z, out);
}

}  // namespace

void project(const View& view, const Parameters& g, Splat* splats, TileRange* ranges, uint32_t* keys, GroupSums* sums,
             int threads) {
  const Limits limits = frustum_limits(view);
  parallel_for((g.count + kGroup - 1) / kGroup, threads, [&](int group) {
    GroupSums sum = {0, 0, UINT32_MAX, 0};
    const int end = g.count < (group + 1) * kGroup ? g.count : (group + 1) * kGroup;
    for (int first = group * kGroup; first < end; first += kLanes) {
      const int lanes = end - first < kLanes ? end - first : kLanes;
      if (all_outside(view, limits, g, first)) {
        memset(ranges + first, 0, sizeof(TileRange) * lanes);
        continue;
      }
      Staged s;
      stage(view, limits, g, first, s);
      for (int l = 0; l < lanes; ++l) {
        Splat& splat = splats[first + l];
        TileRange& range = ranges[first + l];
        uint16_t x0 = 0, x1 = 0, y0 = 0, y1 = 0;
        const float larger = s.extent_x[l] > s.extent_y[l] ? s.extent_x[l] : s.extent_y[l];
        if (s.extent_x[l] >= 0.0f && !(view.radius_clip > 0.0f && larger <= view.radius_clip)) {
          pixel_range(s.u[l], s.extent_x[l], view.width, x0, x1);
          pixel_range(s.v[l], s.extent_y[l], view.height, y0, y1);
        }
        const bool visible = x1 > x0 && y1 > y0;
        splat.x = s.u[l], splat.y = s.v[l];
        splat.p = s.p[l], splat.q = s.q[l], splat.r = s.r[l], splat.height = s.height[l];
        for (int k = 0; k < 4; ++k) splat.feature[k] = s.feature[k][l];
        splat.x0 = x0, splat.y0 = y0;
        splat.x1 = visible ? x1 : x0, splat.y1 = visible ? y1 : y0;
        splat.slot = sum.intersections;
        splat.depth = s.z[l];
        splat.right_dy = s.right_dy[l];
        if (!visible) {
          range = {0, 0, 0, 0};
          continue;
        }
        range.x0 = x0 / kTile, range.x1 = (x1 + kTile - 1) / kTile;
        range.y0 = y0 / kTile, range.y1 = (y1 + kTile - 1) / kTile;
        const uint32_t key = keys[first + l] = depth_key(s.z[l]);
        sum.visible += 1;
        sum.intersections += (range.x1 - range.x0) * (range.y1 - range.y0);
        sum.least_key = key < sum.least_key ? key : sum.least_key;
        sum.greatest_key = key > sum.greatest_key ? key : sum.greatest_key;
      }
    }
    sums[group] = sum;
  });
}

void set_features(const float* features, int channels, size_t stride, int count, Splat* splats, int threads) {
  parallel_for((count + kGroup - 1) / kGroup, threads, [&](int group) {
    const int end = count < (group + 1) * kGroup ? count : (group + 1) * kGroup;
    for (int i = group * kGroup; i < end; ++i) {
      Splat& splat = splats[i];
      for (int k = 0; k < 4; ++k) {
        splat.feature[k] = k < channels ? features[k * stride + i] : (k == channels ? splat.depth : 0.0f);
      }
    }
  });
}

}  // namespace LUCID3D_ISA
}  // namespace lucid3d
