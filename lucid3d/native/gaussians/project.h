// The projection of sixteen Gaussians (EWA splatting), shared by the forward and the backward pass.
//
//   covariance  Sigma  = R S S^T R^T                 R from the quaternion, S = diag(scales)
//   projected   Sigma' = J W Sigma W^T J^T + eps2d I  W: the camera's rotation, J: the perspective's Jacobian
//   conic       Q      = Sigma'^-1 = [[A, B], [B, C]]
//   density     alpha(p) = opacity exp(-sigma),  sigma = 1/2 (p - mean)^T Q (p - mean)
//
// With P = J W R S (2 x 3) the projected covariance is P P^T, and its determinant the sum of the squares of P's 2 x 2
// minors (Cauchy-Binet): no cancellation, however thin the Gaussian is.
#pragma once

#include "simd.h"
#include "types.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

// J's x / z and y / z are clamped to this part of the image beyond its edge, as in 3D Gaussian Splatting: far outside
// the picture the linearisation of the perspective is worthless and its covariance would blow up.
constexpr float kFrustumMargin = 0.15f;

constexpr float kLog2E = 1.4426950408889634f;
constexpr float kLn2 = 0.6931471805599453f;

// Below this alpha a Gaussian does not touch a pixel; log2 of it.
constexpr float kAlphaMin = 1.0f / 255.0f;
constexpr float kLog2AlphaMin = -7.994353436858858f;

// The determinant that a projected covariance has at least (gsplat's value).
constexpr float kDeterminantMin = 1e-10f;

struct Projection {
  Floats x, y, z;  // the mean in the camera's frame
  Floats inv_z;
  Floats rx, ry;              // x / z and y / z
  Floats tx, ty;              // the same, clamped
  Floats u, v;                // the mean in pixels
  Floats j00, j02, j11, j12;  // J
  Floats a[2][3];             // J W
  Floats q[4];                // the unit quaternion
  Floats inv_norm;            // 1 / length of the quaternion
  Floats r[3][3];             // R
  Floats s[3];                // scales
  Floats p[2][3];             // P
  Floats c00, c01, c11;       // Sigma', eps2d included
  Floats det0, true_det;      // determinant without and with eps2d
  Floats det;                 // the latter, but never zero
  Mask in_front;              // between the near and the far plane
};

struct Limits {
  float x_low, x_high, y_low, y_high;
};

LUCID3D_INLINE Limits frustum_limits(const View& view) {
  const float mx = kFrustumMargin * view.width / view.fx, my = kFrustumMargin * view.height / view.fy;
  return {-(view.cx / view.fx + mx), (view.width - view.cx) / view.fx + mx, -(view.cy / view.fy + my),
          (view.height - view.cy) / view.fy + my};
}

LUCID3D_INLINE void project_lanes(const View& view, const Limits& limits, const Parameters& g, size_t i,
                                  Projection& o) {
  const float* w = view.world_to_camera;
  const Floats m0 = load(g.means + i), m1 = load(g.means + g.stride + i), m2 = load(g.means + 2 * g.stride + i);
  o.x = m0 * w[0] + m1 * w[1] + m2 * w[2] + w[3];
  o.y = m0 * w[4] + m1 * w[5] + m2 * w[6] + w[7];
  const Floats z = m0 * w[8] + m1 * w[9] + m2 * w[10] + w[11];
  o.in_front = (z > view.near_plane) & (z < view.far_plane);
  o.z = select(o.in_front, z, 1.0f);  // whatever is not in front only has to stay finite
  o.inv_z = Floats(1.0f) / o.z;
  o.rx = o.x * o.inv_z;
  o.ry = o.y * o.inv_z;
  o.u = o.rx * view.fx + view.cx;
  o.v = o.ry * view.fy + view.cy;
  o.tx = min(max(o.rx, limits.x_low), limits.x_high);
  o.ty = min(max(o.ry, limits.y_low), limits.y_high);
  o.j00 = o.inv_z * view.fx;
  o.j02 = -(o.j00 * o.tx);
  o.j11 = o.inv_z * view.fy;
  o.j12 = -(o.j11 * o.ty);
  for (int k = 0; k < 3; ++k) {
    o.a[0][k] = o.j00 * w[k] + o.j02 * w[8 + k];
    o.a[1][k] = o.j11 * w[4 + k] + o.j12 * w[8 + k];
  }

  Floats qw = load(g.quats + i), qx = load(g.quats + g.stride + i), qy = load(g.quats + 2 * g.stride + i),
         qz = load(g.quats + 3 * g.stride + i);
  // A quaternion of no length is no rotation; gsplat's normalisation does the same with its 1e-12.
  o.inv_norm = Floats(1.0f) / max(sqrt(qw * qw + qx * qx + qy * qy + qz * qz), 1e-12f);
  qw *= o.inv_norm, qx *= o.inv_norm, qy *= o.inv_norm, qz *= o.inv_norm;
  o.q[0] = qw, o.q[1] = qx, o.q[2] = qy, o.q[3] = qz;
  const Floats xx = qx * qx, yy = qy * qy, zz = qz * qz, xy = qx * qy, xz = qx * qz, yz = qy * qz, wx = qw * qx,
               wy = qw * qy, wz = qw * qz;
  o.r[0][0] = Floats(1.0f) - (yy + zz) * 2.0f, o.r[0][1] = (xy - wz) * 2.0f, o.r[0][2] = (xz + wy) * 2.0f;
  o.r[1][0] = (xy + wz) * 2.0f, o.r[1][1] = Floats(1.0f) - (xx + zz) * 2.0f, o.r[1][2] = (yz - wx) * 2.0f;
  o.r[2][0] = (xz - wy) * 2.0f, o.r[2][1] = (yz + wx) * 2.0f, o.r[2][2] = Floats(1.0f) - (xx + yy) * 2.0f;
  for (int k = 0; k < 3; ++k) {
    const Floats s = load(g.scales + k * g.stride + i);
    o.s[k] = g.raw ? exp(s) : s;
    for (int row = 0; row < 2; ++row) {
      o.p[row][k] = (o.a[row][0] * o.r[0][k] + o.a[row][1] * o.r[1][k] + o.a[row][2] * o.r[2][k]) * o.s[k];
    }
  }

  const auto& p = o.p;
  const Floats c00 = p[0][0] * p[0][0] + p[0][1] * p[0][1] + p[0][2] * p[0][2];
  const Floats c11 = p[1][0] * p[1][0] + p[1][1] * p[1][1] + p[1][2] * p[1][2];
  const Floats minor01 = p[0][0] * p[1][1] - p[0][1] * p[1][0];
  const Floats minor02 = p[0][0] * p[1][2] - p[0][2] * p[1][0];
  const Floats minor12 = p[0][1] * p[1][2] - p[0][2] * p[1][1];
  o.det0 = minor01 * minor01 + minor02 * minor02 + minor12 * minor12;
  o.true_det = o.det0 + (c00 + c11 + view.eps2d) * view.eps2d;
  o.det = max(o.true_det, kDeterminantMin);
  o.c00 = c00 + view.eps2d;
  o.c11 = c11 + view.eps2d;
  o.c01 = p[0][0] * p[1][0] + p[0][1] * p[1][1] + p[0][2] * p[1][2];
}

// Whether sixteen Gaussians are certainly all out of the picture, found without their rotations: |P|'s first row is no
// longer than the greatest scale times |J|'s first row, and no ellipse alpha >= 1/255 is wider than kMaxReach sigma.
LUCID3D_INLINE bool all_outside(const View& view, const Limits& limits, const Parameters& g, size_t i) {
  constexpr float kMaxReach = 3.33f;  // sqrt(2 ln 255) = 3.329
  const float* w = view.world_to_camera;
  const Floats m0 = load(g.means + i), m1 = load(g.means + g.stride + i), m2 = load(g.means + 2 * g.stride + i);
  const Floats z = m0 * w[8] + m1 * w[9] + m2 * w[10] + w[11];
  const Mask in_front = (z > view.near_plane) & (z < view.far_plane);
  if (!any(in_front)) return true;
  const Floats inv_z = Floats(1.0f) / select(in_front, z, 1.0f);
  const Floats rx = (m0 * w[0] + m1 * w[1] + m2 * w[2] + w[3]) * inv_z;
  const Floats ry = (m0 * w[4] + m1 * w[5] + m2 * w[6] + w[7]) * inv_z;
  const Floats s0 = load(g.scales + i), s1 = load(g.scales + g.stride + i), s2 = load(g.scales + 2 * g.stride + i);
  Floats s = max(max(s0, s1), s2);
  if (g.raw) s = exp(s);
  const float far_x = limits.x_high > -limits.x_low ? limits.x_high : -limits.x_low;
  const float far_y = limits.y_high > -limits.y_low ? limits.y_high : -limits.y_low;
  const float stretch_x = __builtin_sqrtf(1.0f + far_x * far_x), stretch_y = __builtin_sqrtf(1.0f + far_y * far_y);
  const float blur = kMaxReach * __builtin_sqrtf(view.eps2d) + 1.0f;
  const Floats reach = s * inv_z * kMaxReach;
  const Floats reach_x = reach * (view.fx * stretch_x) + blur, reach_y = reach * (view.fy * stretch_y) + blur;
  const Floats u = rx * view.fx + view.cx, v = ry * view.fy + view.cy;
  return !any(in_front & (u + reach_x > 0.0f) & (u - reach_x < (float)view.width) & (v + reach_y > 0.0f) &
              (v - reach_y < (float)view.height));
}

LUCID3D_INLINE Floats opacity_lanes(const Parameters& g, size_t i) {
  const Floats o = load(g.opacities + i);
  return g.raw ? Floats(1.0f) / (exp(-o) + 1.0f) : o;
}

// How much eps2d weakens a Gaussian that is drawn antialiased: sqrt(det Sigma / det Sigma').
LUCID3D_INLINE Floats compensation_lanes(const Projection& p) { return sqrt(max(p.det0 / p.det, 0.0f)); }

}  // namespace
}  // namespace LUCID3D_ISA
}  // namespace lucid3d
