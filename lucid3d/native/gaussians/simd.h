// Sixteen lanes of float, written with the compiler's vector types (GCC and Clang; any processor).
//
// Every kernel thinks in sixteen lanes: sixteen Gaussians when projecting, a block of 4x4 pixels when rasterising. On
// AVX-512 a `Floats` is one register, with AVX2 two, with SSE2 or NEON four; the kernels do not care.
//
// The file is compiled once for each instruction set, inside a namespace of its own (LUCID3D_ISA), so that no function
// of one set can ever be linked into another. For the same reason nothing here uses templates of the standard library.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__AVX512F__) || defined(__AVX__) || defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#ifndef LUCID3D_ISA
#error "LUCID3D_ISA names the instruction set that this file is compiled for"
#endif

#define LUCID3D_INLINE inline __attribute__((always_inline))

namespace lucid3d {
namespace LUCID3D_ISA {

constexpr int kLanes = 16;
#if defined(__AVX512F__)
constexpr int kWidth = 16;
#elif defined(__AVX__)
constexpr int kWidth = 8;
#else
constexpr int kWidth = 4;
#endif
constexpr int kParts = kLanes / kWidth;

typedef float FloatPart __attribute__((vector_size(4 * kWidth)));
typedef int32_t IntPart __attribute__((vector_size(4 * kWidth)));

// Sixteen truth values, each all ones or all zeros.
struct Mask {
  IntPart part[kParts];
};

struct Floats {
  FloatPart part[kParts];

  Floats() = default;
  LUCID3D_INLINE Floats(float value) {
    for (int k = 0; k < kParts; ++k) part[k] = value - FloatPart{};  // x - 0 is x: this is a broadcast
  }
};

#define LUCID3D_BINARY(OP)                                               \
  LUCID3D_INLINE Floats operator OP(const Floats& a, const Floats& b) {  \
    Floats r;                                                            \
    for (int k = 0; k < kParts; ++k) r.part[k] = a.part[k] OP b.part[k]; \
    return r;                                                            \
  }                                                                      \
  LUCID3D_INLINE Floats& operator OP## = (Floats & a, const Floats& b) { \
    a = a OP b;                                                          \
    return a;                                                            \
  }
LUCID3D_BINARY(+)
LUCID3D_BINARY(-)
LUCID3D_BINARY(*)
LUCID3D_BINARY(/)
#undef LUCID3D_BINARY

#define LUCID3D_COMPARE(OP)                                              \
  LUCID3D_INLINE Mask operator OP(const Floats& a, const Floats& b) {    \
    Mask r;                                                              \
    for (int k = 0; k < kParts; ++k) r.part[k] = a.part[k] OP b.part[k]; \
    return r;                                                            \
  }
LUCID3D_COMPARE(<)
LUCID3D_COMPARE(<=)
LUCID3D_COMPARE(>)
LUCID3D_COMPARE(>=)
#undef LUCID3D_COMPARE

LUCID3D_INLINE Mask operator&(const Mask& a, const Mask& b) {
  Mask r;
  for (int k = 0; k < kParts; ++k) r.part[k] = a.part[k] & b.part[k];
  return r;
}

LUCID3D_INLINE Floats operator-(const Floats& a) {
  Floats r;
  for (int k = 0; k < kParts; ++k) r.part[k] = -a.part[k];
  return r;
}

// mask ? a : b, lane by lane.
LUCID3D_INLINE Floats select(const Mask& mask, const Floats& a, const Floats& b) {
  Floats r;
  for (int k = 0; k < kParts; ++k) r.part[k] = mask.part[k] ? a.part[k] : b.part[k];
  return r;
}

// The smaller (larger) of two; `b` where `a` is not a number. x86's instructions mean just that.
LUCID3D_INLINE FloatPart min_part(const FloatPart& a, const FloatPart& b) {
#if defined(__AVX512F__)
  return (FloatPart)_mm512_min_ps((__m512)a, (__m512)b);
#elif defined(__AVX__)
  return (FloatPart)_mm256_min_ps((__m256)a, (__m256)b);
#elif defined(__SSE2__)
  return (FloatPart)_mm_min_ps((__m128)a, (__m128)b);
#else
  return a < b ? a : b;
#endif
}
LUCID3D_INLINE FloatPart max_part(const FloatPart& a, const FloatPart& b) {
#if defined(__AVX512F__)
  return (FloatPart)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX__)
  return (FloatPart)_mm256_max_ps((__m256)a, (__m256)b);
#elif defined(__SSE2__)
  return (FloatPart)_mm_max_ps((__m128)a, (__m128)b);
#else
  return a > b ? a : b;
#endif
}
LUCID3D_INLINE Floats min(const Floats& a, const Floats& b) {
  Floats r;
  for (int k = 0; k < kParts; ++k) r.part[k] = min_part(a.part[k], b.part[k]);
  return r;
}
LUCID3D_INLINE Floats max(const Floats& a, const Floats& b) {
  Floats r;
  for (int k = 0; k < kParts; ++k) r.part[k] = max_part(a.part[k], b.part[k]);
  return r;
}

// Register by register: a copy of all sixteen lanes at once would be a copy of bytes to the compiler, which GCC makes
// through the stack in pieces of 16, and a processor waits long for a load that spans two stores just made.
LUCID3D_INLINE Floats load(const float* p) {
  Floats r;
  for (int k = 0; k < kParts; ++k) memcpy(&r.part[k], p + k * kWidth, sizeof r.part[k]);
  return r;
}
LUCID3D_INLINE void store(float* p, const Floats& a) {
  for (int k = 0; k < kParts; ++k) memcpy(p + k * kWidth, &a.part[k], sizeof a.part[k]);
}

// Loads or stores the first `count` lanes; the others load as zero and are not stored.
LUCID3D_INLINE Floats load_some(const float* p, int count) {
  if (count >= kLanes) return load(p);
  float t[kLanes] = {0};
  memcpy(t, p, sizeof(float) * count);
  return load(t);
}
LUCID3D_INLINE void store_some(float* p, const Floats& a, int count) {
  if (count >= kLanes) return store(p, a);
  float t[kLanes];
  store(t, a);
  memcpy(p, t, sizeof(float) * count);
}

LUCID3D_INLINE IntPart bits(const FloatPart& a) {
  IntPart r;
  memcpy(&r, &a, sizeof r);
  return r;
}
LUCID3D_INLINE FloatPart floats(const IntPart& a) {
  FloatPart r;
  memcpy(&r, &a, sizeof r);
  return r;
}

LUCID3D_INLINE FloatPart abs_part(const FloatPart& a) { return floats(bits(a) & 0x7fffffff); }
LUCID3D_INLINE Floats abs(const Floats& a) {
  Floats r;
  for (int k = 0; k < kParts; ++k) r.part[k] = abs_part(a.part[k]);
  return r;
}

// Vector types have no square root, processors do.
LUCID3D_INLINE FloatPart sqrt_part(const FloatPart& a) {
#if defined(__AVX512F__)
  return (FloatPart)_mm512_sqrt_ps((__m512)a);
#elif defined(__AVX__)
  return (FloatPart)_mm256_sqrt_ps((__m256)a);
#elif defined(__SSE2__)
  return (FloatPart)_mm_sqrt_ps((__m128)a);
#elif defined(__aarch64__)
  return (FloatPart)vsqrtq_f32((float32x4_t)a);
#else
  FloatPart r;
  for (int l = 0; l < kWidth; ++l) r[l] = __builtin_sqrtf(a[l]);
  return r;
#endif
}
LUCID3D_INLINE Floats sqrt(const Floats& a) {
  Floats r;
  for (int k = 0; k < kParts; ++k) r.part[k] = sqrt_part(a.part[k]);
  return r;
}

// What vector types cannot say: is any lane true (negative)? Each processor has an instruction for it.
LUCID3D_INLINE bool any_sign(const IntPart& a) {
#if defined(__AVX512F__)
  return _mm512_cmplt_epi32_mask((__m512i)a, _mm512_setzero_si512()) != 0;
#elif defined(__AVX__)
  return _mm256_movemask_ps((__m256)a) != 0;
#elif defined(__SSE2__)
  return _mm_movemask_ps((__m128)a) != 0;
#elif defined(__aarch64__)
  return vminvq_s32((int32x4_t)a) < 0;
#else
  int32_t least = 0;
  for (int l = 0; l < kWidth; ++l) least = a[l] < least ? a[l] : least;
  return least < 0;
#endif
}
LUCID3D_INLINE bool any(const Mask& mask) {
  IntPart merged = mask.part[0];
  for (int k = 1; k < kParts; ++k) merged |= mask.part[k];
  return any_sign(merged);
}

// One bit a lane.
LUCID3D_INLINE uint32_t part_bits(const IntPart& mask) {
#if defined(__AVX512F__)
  return (uint32_t)_mm512_cmplt_epi32_mask((__m512i)mask, _mm512_setzero_si512());
#elif defined(__AVX__)
  return (uint32_t)_mm256_movemask_ps((__m256)mask);
#elif defined(__SSE2__)
  return (uint32_t)_mm_movemask_ps((__m128)mask);
#elif defined(__aarch64__)
  const int32x4_t weights = {1, 2, 4, 8};
  return (uint32_t)vaddvq_s32(vandq_s32((int32x4_t)mask, weights));
#else
  uint32_t r = 0;
  for (int l = 0; l < kWidth; ++l) r |= (uint32_t)(mask[l] & 1) << l;
  return r;
#endif
}

// 2^x for x in (-126, 127), relative error 2e-7. Adding 1.5 * 2^23 rounds x to an integer n in the low mantissa bits,
// which, shifted, become the exponent of the result; a polynomial (least maximum error on [-1/2, 1/2], found by Remez'
// exchange) gives 2^(x - n).
LUCID3D_INLINE Floats exp2(const Floats& x) {
  Floats r;
  for (int k = 0; k < kParts; ++k) {
    const FloatPart shifted = x.part[k] + 12582912.0f;
    const FloatPart y = x.part[k] - (shifted - 12582912.0f);
    FloatPart p = 1.32647e-3f * y + 9.67151e-3f;
    p = p * y + 5.550734e-2f;
    p = p * y + 2.4022242e-1f;
    p = p * y + 6.9314698e-1f;
    p = p * y + 1.0f;
    r.part[k] = floats(bits(p) + (bits(shifted) << 23));
  }
  return r;
}

// e^x, with x clamped to +-87 (that is: between 1.6e-38 and 6e37; a NaN gives the upper end).
LUCID3D_INLINE Floats exp(const Floats& x) {
  return exp2(max(min(x, Floats(87.0f)), Floats(-87.0f)) * 1.4426950408889634f);
}

// log2(x) for normal positive x, absolute error 2e-7 near 1. The mantissa m in [sqrt(1/2), sqrt(2)) is written as
// (1 + t) / (1 - t), and log2(m) = 2 / ln 2 * (t + t^3 / 3 + ...).
LUCID3D_INLINE Floats log2(const Floats& x) {
  Floats r;
  for (int k = 0; k < kParts; ++k) {
    const IntPart b = bits(x.part[k]);
    const IntPart exponent = (b - 0x3f3504f3) >> 23;
    const FloatPart m = floats(b - (exponent << 23));
    const FloatPart t = (m - 1.0f) / (m + 1.0f), s = t * t;
    r.part[k] = t * (2.885390082f + s * (0.961796694f + s * (0.577078016f + s * 0.4121985831f))) +
                __builtin_convertvector(exponent, FloatPart);
  }
  return r;
}

}  // namespace LUCID3D_ISA
}  // namespace lucid3d
