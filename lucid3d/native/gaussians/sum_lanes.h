// Sums of up to sixteen registers over their lanes, by a butterfly: each step adds the halves of two into one, so
// that all sums end in as few registers as hold them. Which lane then holds which sum depends on the width of a register;
// `lane_of` says it.
#pragma once

#include "simd.h"

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

// Where sum_lanes puts the sum of vector i.
constexpr int lane_of(int i) { return kWidth == 16 ? 4 * (i % 4) + i / 4 : i; }

#if defined(__AVX512F__)

LUCID3D_INLINE FloatPart add_halves(FloatPart p, FloatPart q) {
  return __builtin_shufflevector(p, q, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
         __builtin_shufflevector(p, q, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}
LUCID3D_INLINE FloatPart add_quarters(FloatPart p, FloatPart q) {
  return __builtin_shufflevector(p, q, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
         __builtin_shufflevector(p, q, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
}
LUCID3D_INLINE FloatPart add_pairs(FloatPart p, FloatPart q) {
  return __builtin_shufflevector(p, q, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
         __builtin_shufflevector(p, q, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
}
LUCID3D_INLINE FloatPart add_neighbours(FloatPart p, FloatPart q) {
  return __builtin_shufflevector(p, q, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30) +
         __builtin_shufflevector(p, q, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31);
}

// Lane lane_of(k) of the result is the sum of v[k] over its lanes, for k < count; the other lanes are zero.
template <int count>
LUCID3D_INLINE Floats sum_lanes(const FloatPart* v) {
  const FloatPart zero = {};
  FloatPart a[8], b[4], c[2];
  for (int k = 0; k < 8; ++k) {
    a[k] = 2 * k < count ? add_halves(v[2 * k], 2 * k + 1 < count ? v[2 * k + 1] : zero) : zero;
  }
  for (int k = 0; k < 4; ++k) b[k] = 4 * k < count ? add_quarters(a[2 * k], a[2 * k + 1]) : zero;
  for (int k = 0; k < 2; ++k) c[k] = 8 * k < count ? add_pairs(b[2 * k], b[2 * k + 1]) : zero;
  Floats r;
  r.part[0] = add_neighbours(c[0], c[1]);
  return r;
}

#elif defined(__AVX__)

// The halves of a register come last, when the fewest vectors are left: moving data across them takes longest.
LUCID3D_INLINE FloatPart add_neighbours(FloatPart p, FloatPart q) {
  return __builtin_shufflevector(p, q, 0, 2, 8, 10, 4, 6, 12, 14) +
         __builtin_shufflevector(p, q, 1, 3, 9, 11, 5, 7, 13, 15);
}
LUCID3D_INLINE FloatPart add_halves(FloatPart p, FloatPart q) {
  return __builtin_shufflevector(p, q, 0, 1, 2, 3, 8, 9, 10, 11) +
         __builtin_shufflevector(p, q, 4, 5, 6, 7, 12, 13, 14, 15);
}

template <int count>
LUCID3D_INLINE Floats sum_lanes(const FloatPart* v) {
  const FloatPart zero = {};
  FloatPart s[16], a[8], b[4];
  for (int k = 0; k < 16; ++k) s[k] = k < count ? v[k] : zero;
  for (int k = 0; k < 8; ++k) a[k] = 2 * k < count ? add_neighbours(s[2 * k], s[2 * k + 1]) : zero;
  for (int k = 0; k < 4; ++k) b[k] = 4 * k < count ? add_neighbours(a[2 * k], a[2 * k + 1]) : zero;
  Floats r;
  r.part[0] = add_halves(b[0], b[1]);
  r.part[1] = count > 8 ? add_halves(b[2], b[3]) : zero;
  return r;
}

#else

template <int count>
LUCID3D_INLINE Floats sum_lanes(const FloatPart* v) {
  Floats r;
  const FloatPart zero = {};
  for (int first = 0; first < kLanes; first += 4) {
    FloatPart s[4];
    for (int k = 0; k < 4; ++k) s[k] = first + k < count ? v[first + k] : zero;
    const FloatPart p =
        __builtin_shufflevector(s[0], s[1], 0, 1, 4, 5) + __builtin_shufflevector(s[0], s[1], 2, 3, 6, 7);
    const FloatPart q =
        __builtin_shufflevector(s[2], s[3], 0, 1, 4, 5) + __builtin_shufflevector(s[2], s[3], 2, 3, 6, 7);
    r.part[first / kWidth] = __builtin_shufflevector(p, q, 0, 2, 4, 6) + __builtin_shufflevector(p, q, 1, 3, 5, 7);
  }
  return r;
}

#endif

}  // namespace
}  // namespace LUCID3D_ISA
}  // namespace lucid3d
