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

// Unit normals towards the camera, in the camera's frame, and confidences, from a z-depth map (height, width).
void surface(const float* depth, const Lens& lens, int threads, float* normals, float* confidences);

}  // namespace geometry
