// Real spherical harmonics up to degree 3, in the order and with the signs of 3D Gaussian Splatting.
#pragma once

#include "simd.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

constexpr int kMaxCoefficients = 16;

// The basis functions at the unit direction (x, y, z); basis gets (degree + 1)^2 values.
LUCID3D_INLINE void harmonics(int degree, const Floats& x, const Floats& y, const Floats& z, Floats* basis) {
  basis[0] = 0.28209479177387814f;
  if (degree < 1) return;
  basis[1] = y * -0.4886025119029199f;
  basis[2] = z * 0.4886025119029199f;
  basis[3] = x * -0.4886025119029199f;
  if (degree < 2) return;
  const Floats xx = x * x, yy = y * y, zz = z * z;
  basis[4] = x * y * 1.0925484305920792f;
  basis[5] = y * z * -1.0925484305920792f;
  basis[6] = zz * 0.9461746957575601f - 0.3153915652525201f;
  basis[7] = x * z * -1.0925484305920792f;
  basis[8] = (xx - yy) * 0.5462742152960395f;
  if (degree < 3) return;
  const Floats q = zz * -2.285228997322329f + 0.4570457994644658f;
  basis[9] = y * (xx * 3.0f - yy) * -0.5900435899266435f;
  basis[10] = x * y * z * 2.890611442640554f;
  basis[11] = y * q;
  basis[12] = z * (zz * 1.865881662950577f - 1.119528997770346f);
  basis[13] = x * q;
  basis[14] = z * (xx - yy) * 1.445305721320277f;
  basis[15] = x * (xx - yy * 3.0f) * -0.5900435899266435f;
}

// Adds to (vx, vy, vz) the gradient by the direction, where v_basis is the gradient by the basis functions.
LUCID3D_INLINE void harmonics_backward(int degree, const Floats& x, const Floats& y, const Floats& z,
                                       const Floats* v_basis, Floats& vx, Floats& vy, Floats& vz) {
  if (degree < 1) return;
  vy += v_basis[1] * -0.4886025119029199f;
  vz += v_basis[2] * 0.4886025119029199f;
  vx += v_basis[3] * -0.4886025119029199f;
  if (degree < 2) return;
  const Floats g4 = v_basis[4] * 1.0925484305920792f, g5 = v_basis[5] * -1.0925484305920792f;
  const Floats g6 = v_basis[6] * 1.8923493915151202f, g7 = v_basis[7] * -1.0925484305920792f;
  const Floats g8 = v_basis[8] * 1.092548430592079f;
  vx += g4 * y + g7 * z + g8 * x;
  vy += g4 * x + g5 * z - g8 * y;
  vz += g5 * y + g6 * z + g7 * x;
  if (degree < 3) return;
  const Floats xx = x * x, yy = y * y, zz = z * z, xy = x * y, xz = x * z, yz = y * z;
  const Floats q = zz * -2.285228997322329f + 0.4570457994644658f, dq = z * -4.570457994644658f;
  const Floats g9 = v_basis[9] * -0.5900435899266435f, g10 = v_basis[10] * 2.890611442640554f;
  const Floats g14 = v_basis[14] * 1.445305721320277f, g15 = v_basis[15] * -0.5900435899266435f;
  vx += g9 * xy * 6.0f + g10 * yz + v_basis[13] * q + g14 * xz * 2.0f + g15 * (xx - yy) * 3.0f;
  vy += g9 * (xx - yy) * 3.0f + g10 * xz + v_basis[11] * q - g14 * yz * 2.0f - g15 * xy * 6.0f;
  vz += g10 * xy + (v_basis[11] * y + v_basis[13] * x) * dq +
        v_basis[12] * (zz * 5.597644988851731f - 1.119528997770346f) + g14 * (xx - yy);
}

}  // namespace
}  // namespace LUCID3D_ISA
}  // namespace lucid3d
