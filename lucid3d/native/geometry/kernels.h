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

// Marks the points of a cloud (normals are not used) that a view with depth (height, width) replaces: `finer` times coarser,
// within `same_surface` of their footprints of it, and as far from what was not painted as they are wide; `inner` is each
// pixel's distance from that, `nearest` the finest footprint of the view.
void give_way(const CloudView& cloud, const Lens& lens, const float* depth, const float* inner, float nearest,
              float finer, float same_surface, int threads, bool* gone);

// Marks the points of `fresh`, lifted from pixels of `lens`, for which the cloud, but for what is `gone` (may be null), has
// one of at most `detail` times their footprint within `radius` footprints along their surface and `thickness` across it.
void doubled(const CloudView& cloud, const bool* gone, const CloudView& fresh, const Lens& lens, float radius,
             float thickness, float detail, int threads, bool* result);

// Distance of each point (count, 3) to the nearest of the eyes (eye_count, 3).
void nearest_distances(const float* points, int64_t count, const float* eyes, int64_t eye_count, int threads,
                       float* result);

// The size of the cells at some distances (count,) from the nearest eye, in metres for cells of the size 1: `near` at the
// distance `near`; it grows with the distance to the power of 1.5, beyond `far_enough` times `near` to that of 1.
void cell_sizes(const float* distances, int64_t count, double near, double far_enough, double* result);

// For each point the most confident one of its cell (the first of equals); how many cells there are. Cells are `size` times
// as large as `cell_sizes` says.
int64_t one_a_cell(const float* points, const float* distances, const float* confidences, int64_t count, double near,
                   double size, double far_enough, int threads, int32_t* keeper);

}  // namespace geometry
