// Gradient of the projection: from the moments that the rasteriser leaves to the Gaussians' parameters.
//
// With q = (dx, dy) and v = dL/dsigma the rasteriser gives sum v, sum v q and sum v q q^T. From sigma = 1/2 q^T Q q:
//
//   dL / d ln opacity = -sum v
//   dL / d mean2d     = -Q sum v q
//   dL / d Q          = 1/2 sum v q q^T
//   dL / d Sigma'     = -Q (dL / d Q) Q            and from there by the chain rule through Sigma' = P P^T + eps2d I
#include "harmonics.h"
#include "kernels_isa.h"
#include "parallel.h"
#include "project.h"
#include "sum_lanes.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

constexpr int kViewGradients = 15;
constexpr int kSoon = 16;  // records of moments ahead that are asked for

// Sixteen Gaussians' moments, added up over their intersections and turned into lanes.
struct Sums {
  Floats m[kMoments];
};

// `moments` points to the first one's and is moved on to the next sixteen's: they follow each other as the Gaussians do.
LUCID3D_INLINE void gather(const TileRange* ranges, const float*& moments, int lanes, Sums& sums) {
  float rows[kLanes][kMoments], columns[kMoments][kLanes];
  for (int l = 0; l < kLanes; ++l) {
    Floats total(0.0f);
    if (l < lanes) {
      const TileRange& range = ranges[l];
      for (int left = (range.x1 - range.x0) * (range.y1 - range.y0); left > 0; --left, moments += kMoments) {
        __builtin_prefetch(moments + kSoon * kMoments);
        total += load(moments);
      }
    }
    store(rows[l], total);
  }
  for (int k = 0; k < kMoments; ++k) {
    for (int l = 0; l < kLanes; ++l) columns[k][l] = rows[l][lane_of(k)];
  }
  for (int k = 0; k < kMoments; ++k) sums.m[k] = load(columns[k]);
}

// The gradient by sixteen Gaussians' parameters, before it is stored.
struct Derived {
  Floats mean[3], quat[4], scale[3], opacity, mean2d[2];
  Floats feature[4];
  Floats view[kViewGradients];
};

LUCID3D_INLINE void colour_backward(const View& view, const Parameters& g, const Gradients& out, size_t i, int lanes,
                                    Derived& d) {
  const int coefficients = (g.sh_degree + 1) * (g.sh_degree + 1);
  Floats basis[kMaxCoefficients], v_basis[kMaxCoefficients];
  Floats dx(0.0f), dy(0.0f), dz(1.0f), inv(1.0f);
  if (g.sh_degree > 0) {
    dx = load(g.means + i) - view.position[0];
    dy = load(g.means + g.stride + i) - view.position[1];
    dz = load(g.means + 2 * g.stride + i) - view.position[2];
    inv = Floats(1.0f) / max(sqrt(dx * dx + dy * dy + dz * dz), 1e-12f);
    dx *= inv, dy *= inv, dz *= inv;
  }
  harmonics(g.sh_degree, dx, dy, dz, basis);
  // The colour is clamped at zero from below; where it is zero no gradient passes. It is found anew: reading the splats for it
  // would take longer.
  Floats v[3];
  for (int channel = 0; channel < 3; ++channel) {
    Floats colour(0.5f);
    for (int k = 0; k < coefficients; ++k) colour += basis[k] * load(g.sh + (3 * k + channel) * g.stride + i);
    v[channel] = select(colour > 0.0f, d.feature[channel], 0.0f);
  }
  for (int k = 0; k < coefficients; ++k) {
    v_basis[k] = 0.0f;
    for (int channel = 0; channel < 3; ++channel) {
      const size_t at = (3 * k + channel) * g.stride + i;
      if (g.sh_degree > 0) v_basis[k] += v[channel] * load(g.sh + at);
      if (out.sh) store_some(out.sh + (3 * k + channel) * out.stride + i - out.origin, v[channel] * basis[k], lanes);
    }
  }
  if (g.sh_degree == 0) return;
  Floats vx(0.0f), vy(0.0f), vz(0.0f);
  harmonics_backward(g.sh_degree, dx, dy, dz, v_basis, vx, vy, vz);
  const Floats along = vx * dx + vy * dy + vz * dz;  // a direction of unit length has no gradient along itself
  const Floats v_direction[3] = {(vx - dx * along) * inv, (vy - dy * along) * inv, (vz - dz * along) * inv};
  for (int k = 0; k < 3; ++k) {
    d.mean[k] += v_direction[k];
    d.view[12 + k] -= v_direction[k];
  }
}

LUCID3D_INLINE void derive(const View& view, const Limits& limits, const Parameters& g, size_t i, const Sums& sums,
                           Derived& d) {
  const float* w = view.world_to_camera;
  Projection p;
  project_lanes(view, limits, g, i, p);
  const Floats* m = sums.m;
  const Floats inv_det = Floats(1.0f) / p.det;
  const Floats A = p.c11 * inv_det, B = -(p.c01 * inv_det), C = p.c00 * inv_det;  // the conic Q
  const Floats v_u = -(A * m[kVx] + B * m[kVy]), v_v = -(B * m[kVx] + C * m[kVy]);
  d.mean2d[0] = v_u;
  d.mean2d[1] = v_v;
  d.feature[0] = m[kF0], d.feature[1] = m[kF1], d.feature[2] = m[kF2], d.feature[3] = m[kF3];

  // dL / d Sigma' = -Q V Q with V = 1/2 sum v q q^T.
  const Floats v00 = m[kVxx] * 0.5f, v01 = m[kVxy] * 0.5f, v11 = m[kVyy] * 0.5f;
  const Floats t00 = A * v00 + B * v01, t01 = A * v01 + B * v11, t10 = B * v00 + C * v01, t11 = B * v01 + C * v11;
  Floats g00 = -(t00 * A + t01 * B), g01 = -(t00 * B + t01 * C), g11 = -(t10 * B + t11 * C);

  Floats v_log_opacity = -m[kV];
  const Floats opacity = opacity_lanes(g, i);
  if (view.antialiased) {
    // effective opacity = opacity * sqrt(det0 / det): d ln sqrt(det0 / det) / d Sigma = 1/2 (Sigma^-1 - Sigma'^-1).
    const Floats inv_det0 = Floats(1.0f) / max(p.det0, 1e-20f);
    const Floats half = v_log_opacity * 0.5f;
    const Floats c00 = p.c00 - view.eps2d, c11 = p.c11 - view.eps2d;
    g00 += half * (c11 * inv_det0 - A);
    g01 += half * (-(p.c01 * inv_det0) - B);
    g11 += half * (c00 * inv_det0 - C);
  }
  d.opacity = g.raw ? v_log_opacity * (Floats(1.0f) - opacity) : v_log_opacity / max(opacity, 1e-12f);

  // Through Sigma' = P P^T, then P = (J W) R diag(s).
  Floats e[2][3];  // dL / d ((J W) R), later
  for (int k = 0; k < 3; ++k) {
    const Floats e0 = (g00 * p.p[0][k] + g01 * p.p[1][k]) * 2.0f, e1 = (g01 * p.p[0][k] + g11 * p.p[1][k]) * 2.0f;
    const Floats log_scale = e0 * p.p[0][k] + e1 * p.p[1][k];
    // d P / d s = P / s, written without the division.
    const Floats unscaled0 = p.a[0][0] * p.r[0][k] + p.a[0][1] * p.r[1][k] + p.a[0][2] * p.r[2][k];
    const Floats unscaled1 = p.a[1][0] * p.r[0][k] + p.a[1][1] * p.r[1][k] + p.a[1][2] * p.r[2][k];
    d.scale[k] = g.raw ? log_scale : e0 * unscaled0 + e1 * unscaled1;
    e[0][k] = e0 * p.s[k];
    e[1][k] = e1 * p.s[k];
  }
  Floats v_r[3][3], v_a[2][3];
  for (int row = 0; row < 3; ++row) {
    for (int k = 0; k < 3; ++k) v_r[row][k] = p.a[0][row] * e[0][k] + p.a[1][row] * e[1][k];
  }
  for (int row = 0; row < 2; ++row) {
    for (int k = 0; k < 3; ++k) v_a[row][k] = e[row][0] * p.r[k][0] + e[row][1] * p.r[k][1] + e[row][2] * p.r[k][2];
  }

  // The quaternion: through R(q), then through the normalisation.
  const Floats &qw = p.q[0], &qx = p.q[1], &qy = p.q[2], &qz = p.q[3];
  const auto& D = v_r;
  Floats v_q[4];
  v_q[0] = (qx * (D[2][1] - D[1][2]) + qy * (D[0][2] - D[2][0]) + qz * (D[1][0] - D[0][1])) * 2.0f;
  v_q[1] = (qy * (D[0][1] + D[1][0]) + qz * (D[0][2] + D[2][0]) + qw * (D[2][1] - D[1][2]) -
            qx * (D[1][1] + D[2][2]) * 2.0f) *
           2.0f;
  v_q[2] = (qx * (D[0][1] + D[1][0]) + qz * (D[1][2] + D[2][1]) + qw * (D[0][2] - D[2][0]) -
            qy * (D[0][0] + D[2][2]) * 2.0f) *
           2.0f;
  v_q[3] = (qx * (D[0][2] + D[2][0]) + qy * (D[1][2] + D[2][1]) + qw * (D[1][0] - D[0][1]) -
            qz * (D[0][0] + D[1][1]) * 2.0f) *
           2.0f;
  const Floats along = v_q[0] * qw + v_q[1] * qx + v_q[2] * qy + v_q[3] * qz;
  for (int k = 0; k < 4; ++k) d.quat[k] = (v_q[k] - along * p.q[k]) * p.inv_norm;

  // The mean: through the projected centre and, by J, through the covariance.
  Floats v_j00(0.0f), v_j02(0.0f), v_j11(0.0f), v_j12(0.0f);
  for (int k = 0; k < 3; ++k) {
    v_j00 += v_a[0][k] * w[k];
    v_j02 += v_a[0][k] * w[8 + k];
    v_j11 += v_a[1][k] * w[4 + k];
    v_j12 += v_a[1][k] * w[8 + k];
  }
  // j00 = fx / z, j02 = -fx tx / z; where x / z is clamped, tx is constant.
  const Floats inside_x = select((p.rx >= limits.x_low) & (p.rx <= limits.x_high), 1.0f, 0.0f);
  const Floats inside_y = select((p.ry >= limits.y_low) & (p.ry <= limits.y_high), 1.0f, 0.0f);
  const Floats v_rx = v_u * view.fx - v_j02 * p.j00 * inside_x, v_ry = v_v * view.fy - v_j12 * p.j11 * inside_y;
  const Floats v_inv_z =
      v_j00 * view.fx - v_j02 * p.tx * view.fx + v_j11 * view.fy - v_j12 * p.ty * view.fy + v_rx * p.x + v_ry * p.y;
  Floats depth(0.0f);  // the channel that carried depth, if one did
  const int channels = g.sh ? 3 : g.channels;
  if (channels < 4) depth = m[kF0 + channels];
  const Floats v_camera[3] = {v_rx * p.inv_z, v_ry * p.inv_z, depth - v_inv_z * p.inv_z * p.inv_z};
  for (int k = 0; k < 3; ++k) {
    d.mean[k] = v_camera[0] * w[k] + v_camera[1] * w[4 + k] + v_camera[2] * w[8 + k];
  }

  // The pose: through camera = W mean + t, and through a = J W.
  const Floats mean[3] = {load(g.means + i), load(g.means + g.stride + i), load(g.means + 2 * g.stride + i)};
  for (int k = 0; k < 3; ++k) {
    d.view[k] = v_camera[0] * mean[k] + p.j00 * v_a[0][k];
    d.view[4 + k] = v_camera[1] * mean[k] + p.j11 * v_a[1][k];
    d.view[8 + k] = v_camera[2] * mean[k] + p.j02 * v_a[0][k] + p.j12 * v_a[1][k];
    d.view[4 * k + 3] = v_camera[k];
    d.view[12 + k] = 0.0f;
  }
}

LUCID3D_INLINE void store_planes(float* planes, const Floats* values, int count, size_t stride, size_t i, int lanes) {
  if (!planes) return;
  for (int k = 0; k < count; ++k) store_some(planes + k * stride + i, values[k], lanes);
}

LUCID3D_INLINE Mask seen_lanes(const TileRange* ranges, int lanes) {
  float seen[kLanes] = {};
  for (int l = 0; l < lanes; ++l) seen[l] = ranges[l].x1 > ranges[l].x0 ? 1.0f : 0.0f;
  return load(seen) > 0.0f;
}

// The gradient of sixteen Gaussians that the view does not see.
LUCID3D_INLINE void store_zeros(const Parameters& g, const Gradients& out, size_t i, int lanes) {
  const auto clear = [&](float* planes, int count) {
    for (int k = 0; planes && k < count; ++k) store_some(planes + k * out.stride + i - out.origin, 0.0f, lanes);
  };
  clear(out.means, 3), clear(out.quats, 4), clear(out.scales, 3), clear(out.opacities, 1);
  clear(out.means2d, 2), clear(out.abs_means2d, 2);
  if (g.sh) {
    clear(out.sh, 3 * (g.sh_degree + 1) * (g.sh_degree + 1));
  } else {
    clear(out.features, g.channels);
  }
}

// Gaussians that the view does not see leave no moments, but may hold anything (infinities, say): their gradient is
// zero, not zero times infinity.
LUCID3D_INLINE void blank(Floats* values, int count, const Mask& seen) {
  for (int k = 0; k < count; ++k) values[k] = select(seen, values[k], 0.0f);
}

// There are more planes than streams that a processor follows by itself.
LUCID3D_INLINE void ask_for_parameters(const Parameters& g, size_t i) {
  if (i >= g.stride) return;
  for (int k = 0; k < 3; ++k) __builtin_prefetch(g.means + k * g.stride + i);
  for (int k = 0; k < 4; ++k) __builtin_prefetch(g.quats + k * g.stride + i);
  for (int k = 0; k < 3; ++k) __builtin_prefetch(g.scales + k * g.stride + i);
  __builtin_prefetch(g.opacities + i);
  if (g.sh) {
    for (int k = 0; k < 3 * (g.sh_degree + 1) * (g.sh_degree + 1); ++k) __builtin_prefetch(g.sh + k * g.stride + i);
  }
}

// One group's gradients; view_sum, if given, gets the sums by the pose.
void backward_group(const View& view, const Limits& limits, const Parameters& g, const TileRange* ranges,
                    const Bins& bins, const float* moments, const Gradients& out, int group, float* view_sum) {
  moments += (size_t)bins.group_slot[group] * kMoments;
  const int end = g.count < (group + 1) * kGroup ? g.count : (group + 1) * kGroup;
  Floats sum_by_view[kViewGradients];
  for (Floats& sum : sum_by_view) sum = 0.0f;
  for (int first = group * kGroup; first < end; first += kLanes) {
    const int lanes = end - first < kLanes ? end - first : kLanes;
    ask_for_parameters(g, first + 4 * kLanes);
    const Mask seen = seen_lanes(ranges + first, lanes);
    if (!any(seen)) {
      store_zeros(g, out, first, lanes);
      continue;
    }
    Sums sums;
    gather(ranges + first, moments, lanes, sums);
    Derived d;
    derive(view, limits, g, first, sums, d);
    if (g.sh) colour_backward(view, g, out, first, lanes, d);
    blank(d.mean, 3, seen), blank(d.quat, 4, seen), blank(d.scale, 3, seen), blank(&d.opacity, 1, seen);
    blank(d.mean2d, 2, seen), blank(d.view, kViewGradients, seen);
    const size_t at = first - out.origin;
    store_planes(out.means, d.mean, 3, out.stride, at, lanes);
    store_planes(out.quats, d.quat, 4, out.stride, at, lanes);
    store_planes(out.scales, d.scale, 3, out.stride, at, lanes);
    store_planes(out.opacities, &d.opacity, 1, out.stride, at, lanes);
    store_planes(out.means2d, d.mean2d, 2, out.stride, at, lanes);
    store_planes(out.abs_means2d, sums.m + kAbsX, 2, out.stride, at, lanes);
    if (!g.sh) store_planes(out.features, d.feature, g.channels, out.stride, at, lanes);
    if (view_sum) {
      for (int k = 0; k < kViewGradients; ++k) sum_by_view[k] += d.view[k];
    }
  }
  if (!view_sum) return;
  for (int k = 0; k < kViewGradients; ++k) {
    float t[kLanes], total = 0.0f;
    store(t, sum_by_view[k]);
    for (float value : t) total += value;
    view_sum[k] = total;
  }
}

LUCID3D_INLINE Floats middle_of(const Floats& a, const Floats& b, const Floats& c) {
  return max(min(a, b), min(max(a, b), c));
}

// Whether nothing of a group may change: then nobody asks for its gradients.
bool all_still(const float* still, int group, int count) {
  const int end = count < (group + 1) * kGroup ? count : (group + 1) * kGroup;
  for (int i = group * kGroup; i < end; ++i) {
    if (still[i] < 0.5f) return false;
  }
  return true;
}

// Adam (Kingma and Ba, algorithm 1) on one group, whose gradients are in `gradients` (a row a plane, kGradientRow long);
// then the limits on scales. A mean's step is in units of the Gaussian's own size (its middle scale), so that far, large
// Gaussians and near, small ones move alike on the screen and no scene extent has to be known.
//
// Plane by plane: memory is then read in a few long runs, which the processor fetches ahead, and not in forty short ones.
void adam_group(const AdamStep& step, const Parameters& g, const TileRange* ranges, const float* gradients, int group) {
  constexpr int kChunks = kGroup / kLanes;
  const int begin = group * kGroup, end = g.count < begin + kGroup ? g.count : begin + kGroup;
  const int scale_row = (int)((g.scales - g.means) / g.stride), opacity_row = (int)((g.opacities - g.means) / g.stride);
  float* scales = step.planes + scale_row * g.stride;
  Mask moves[kChunks];
  Floats size[kChunks];
  bool any_moves[kChunks];
  for (int first = begin, c = 0; first < end; first += kLanes, ++c) {
    moves[c] = step.visible_only ? seen_lanes(ranges + first, end - first < kLanes ? end - first : kLanes)
                                 : Floats(1.0f) > 0.0f;
    if (step.still) moves[c] = moves[c] & (load(step.still + first) < 0.5f);
    any_moves[c] = any(moves[c]);
    const float* s = scales + first;
    size[c] = exp(middle_of(load(s), load(s + g.stride), load(s + 2 * g.stride)));
  }
  for (int row = 0; row < step.rows; ++row) {
    float *parameters = step.planes + row * g.stride, *firsts = step.first + row * g.stride;
    float* seconds = step.second + row * g.stride;
    const float* row_gradients = gradients + (size_t)row * kGradientRow;
    for (int first = begin, c = 0; first < end; first += kLanes, ++c) {
      if (!any_moves[c]) continue;
      if (row + 1 < step.rows) {
        __builtin_prefetch(parameters + g.stride + first);
        __builtin_prefetch(firsts + g.stride + first);
        __builtin_prefetch(seconds + g.stride + first);
      }
      const Floats parameter = load(parameters + first), m0 = load(firsts + first), v0 = load(seconds + first);
      Floats gradient = load(row_gradients + kLanes * c);
      if (row >= scale_row && row < scale_row + 3) gradient += exp(parameter) * step.scale_pull;
      if (row == opacity_row) {
        const Floats opacity = Floats(1.0f) / (exp(-parameter) + 1.0f);
        gradient += opacity * (Floats(1.0f) - opacity) * step.opacity_pull;
      }
      const Floats m = m0 * step.beta1 + gradient * (1.0f - step.beta1);
      const Floats v = v0 * step.beta2 + gradient * gradient * (1.0f - step.beta2);
      Floats change = m * step.correction1 / (sqrt(v * step.correction2) + step.epsilon) * step.rates[row];
      Mask here = moves[c];
      if (row < 3) {
        change *= size[c];
        if (step.frozen) here = here & (load(step.frozen + first) < 0.5f);
      }
      store(firsts + first, select(here, m, m0));
      store(seconds + first, select(here, v, v0));
      store(parameters + first, select(here, parameter - change, parameter));
    }
  }
  for (int first = begin, c = 0; first < end; first += kLanes, ++c) {
    if (!any_moves[c]) continue;
    float* s = scales + first;
    const Floats x = load(s), y = load(s + g.stride), z = load(s + 2 * g.stride);
    const Floats limit = min(middle_of(x, y, z) + step.log_needle, step.log_scale_max);
    const Mask here = step.still ? moves[c] : Floats(1.0f) > 0.0f;
    store(s, select(here, min(x, limit), x));
    store(s + g.stride, select(here, min(y, limit), y));
    store(s + 2 * g.stride, select(here, min(z, limit), z));
  }
}

}  // namespace

void project_backward(const View& view, const Parameters& g, const TileRange* ranges, const Bins& bins,
                      const float* moments, const Gradients& out, float* partial_view, int threads) {
  const Limits limits = frustum_limits(view);
  parallel_for((g.count + kGroup - 1) / kGroup, threads, [&](int group) {
    backward_group(view, limits, g, ranges, bins, moments, out, group,
                   partial_view ? partial_view + group * kViewGradients : nullptr);
  });
}

void train_step(const View& view, const Parameters& g, const TileRange* ranges, const Bins& bins, const float* moments,
                const AdamStep& step, float* means2d, float* scratch, int threads) {
  const Limits limits = frustum_limits(view);
  parallel_for_workers((g.count + kGroup - 1) / kGroup, threads, [&](int group, int worker) {
    if (step.still && all_still(step.still, group, g.count)) return;
    // The group's gradients stay in the cache until they are used.
    float* gradients = scratch + (size_t)worker * step.rows * kGradientRow;
    Gradients out = {};
    out.means = gradients;
    out.quats = gradients + 3 * kGradientRow;
    out.scales = gradients + 7 * kGradientRow;
    out.opacities = gradients + 10 * kGradientRow;
    out.sh = gradients + 11 * kGradientRow;
    out.stride = kGradientRow;
    out.origin = (size_t)group * kGroup;
    float centres[2 * kGradientRow];
    if (means2d) out.means2d = centres;
    backward_group(view, limits, g, ranges, bins, moments, out, group, nullptr);
    if (means2d) {
      const int end = g.count < (group + 1) * kGroup ? g.count : (group + 1) * kGroup;
      for (int i = group * kGroup; i < end; ++i) {
        means2d[i] = centres[i - group * kGroup];
        means2d[g.stride + i] = centres[kGradientRow + i - group * kGroup];
      }
    }
    adam_group(step, g, ranges, gradients, group);
  });
}

}  // namespace LUCID3D_ISA
}  // namespace lucid3d
