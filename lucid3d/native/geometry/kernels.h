#pragma once
#include <cstdint>
#include <vector>

#include "splat.h"

namespace geometry {

struct CloudView {
  int64_t count;
  const float *positions, *normals, *footprints;  // (count, 3), (count, 3), (count,)
  const bool* is_sky;
};

// Which point each pixel shows (-1: none) and its z-depth (+inf: sky or nothing). Points nearer than `near_depth`, and
// points that are not finite, are left out; points magnified beyond `max_magnification` pixels hide but are not shown.
void project(const CloudView& cloud, const Lens& lens, float near_depth, float max_magnification, int threads,
             int32_t* point_index, float* depth);

struct PointsOut {
  float *positions, *normals, *footprints, *confidences;  // (count, 3), (count, 3), (count,), (count,)
  bool* is_sky;
};

// Lifts the pixels (flat indices) of a z-depth map to world points; +inf goes onto the sky dome around the origin.
void lift(const float* depth, const int64_t* pixels, int64_t count, const Lens& lens, float sky_radius, int threads,
          const PointsOut& out);

// information = rows^T W rows (unknowns, unknowns) and right = rows^T W values, for rows (count, unknowns).
void normal_equations(const double* rows, const double* weights, const double* values, int64_t count, int64_t unknowns,
                      double* information, double* right);

// Continues `residual` (height, width), given where `known`, along the surfaces of a map of log-depth (NaN or inf: none) on
// a grid of every stride-th pixel; `decay` pulls it to zero away from what is known.
void continue_along_surfaces(const float* log_depth, const float* residual, const bool* known, int width, int height,
                             int stride, float decay, float* out);

// Marks in `result` the points (count, 3) that lie in a coarse cell with, or beside one with, a point of `others`.
void near_any(const float* points, int64_t count, const float* others, int64_t other_count, float reach, int threads,
              bool* result);

}  // namespace geometry
