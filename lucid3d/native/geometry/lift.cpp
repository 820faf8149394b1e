// Pixels to points (phi 2->3), with normals. Inverse depth is linear on a plane, so differences of it are exact there.
#include <algorithm>
#include <cmath>

#include "kernels.h"

namespace geometry {
namespace {

// A neighbour whose inverse depth differs by more than this share belongs to another surface.
constexpr float kEdge = 0.1f;
// What a pixel is worth that has no neighbour on its own surface in one direction, or whose neighbour is another surface.
constexpr float kLonelyConfidence = 0.3f, kEdgeConfidence = 0.6f, kLeastConfidence = 0.05f;
// Neighbours that agree better than this share of the inverse depth are averaged.
constexpr float kAgree = 1e-3f;

// The slope of inverse depth from both neighbours, the flatter side counting for more; false without a neighbour.
bool slope(float before, float here, float after, float& out, bool& edge) {
  const float limit = kEdge * here, calm = kAgree * here;
  float sum = 0.f, weights = 0.f;
  const float differences[2] = {here - before, after - here};
  for (const float d : differences) {
    if (!(std::fabs(d) <= limit)) {  // also NaN: outside the picture
      edge = edge || std::isfinite(d);
      continue;
    }
    const float weight = 1.f / (d * d + calm * calm);
    sum += weight * d;
    weights += weight;
  }
  if (weights == 0.f) return false;
  out = sum / weights;
  return true;
}

// The point and normal of pixel (x, y) in the camera's frame; returns the confidence.
float surface(const float* depth, const Lens& lens, int x, int y, float* normal) {
  const auto inverse = [&](int px, int py) {
    if (px < 0 || py < 0 || px >= lens.width || py >= lens.height) return std::nanf("");
    return 1.f / depth[size_t(py) * lens.width + px];
  };
  const float w = inverse(x, y);
  const float dx = float(x) + 0.5f - lens.cx, dy = float(y) + 0.5f - lens.cy;
  float a = 0.f, b = 0.f;
  bool edge = false;
  normal[0] = normal[1] = normal[2] = 0.f;
  const bool along_x = slope(inverse(x - 1, y), w, inverse(x + 1, y), a, edge);
  const bool along_y = slope(inverse(x, y - 1), w, inverse(x, y + 1), b, edge);
  if (!along_x || !along_y) return kLonelyConfidence;
  const float nx = a * lens.fx, ny = b * lens.fy, nz = w - a * dx - b * dy;
  const float length = std::sqrt(nx * nx + ny * ny + nz * nz);
  normal[0] = -nx / length, normal[1] = -ny / length, normal[2] = -nz / length;
  const float tx = dx / lens.fx, ty = dy / lens.fy;
  const float cosine = w / (length * std::sqrt(1.f + tx * tx + ty * ty));
  return std::clamp(cosine * (edge ? kEdgeConfidence : 1.f), kLeastConfidence, 1.f);
}

}  // namespace

void lift(const float* depth, const int64_t* pixels, int64_t count, const Lens& lens, float sky_radius, int threads,
          const PointsOut& out) {
  (void)threads;
  const float* r = lens.rotation;  // camera from world: its transpose turns back
  const double px = lens.position[0], py = lens.position[1], pz = lens.position[2];
  const double inside = px * px + py * py + pz * pz - double(sky_radius) * sky_radius;
  const float pixel = 2.f / (lens.fx + lens.fy);
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int64_t k = 0; k < count; ++k) {
    const int x = int(pixels[k] % lens.width), y = int(pixels[k] / lens.width);
    const float tx = (float(x) + 0.5f - lens.cx) / lens.fx, ty = (float(y) + 0.5f - lens.cy) / lens.fy;
    const float ray[3] = {r[0] * tx + r[3] * ty + r[6], r[1] * tx + r[4] * ty + r[7], r[2] * tx + r[5] * ty + r[8]};
    float z = depth[pixels[k]];
    float* n = out.normals + 3 * k;
    out.is_sky[k] = std::isinf(z);
    out.confidences[k] = 1.f;
    if (out.is_sky[k]) {  // where the ray meets the dome around the world's origin
      const double a = double(ray[0]) * ray[0] + double(ray[1]) * ray[1] + double(ray[2]) * ray[2];
      const double b = ray[0] * px + ray[1] * py + ray[2] * pz;
      z = float((-b + std::sqrt(b * b - a * inside)) / a);
      for (int axis = 0; axis < 3; ++axis) n[axis] = float(-ray[axis] / std::sqrt(a));
    } else {
      float local[3];
      out.confidences[k] = surface(depth, lens, x, y, local);
      for (int axis = 0; axis < 3; ++axis)
        n[axis] = r[axis] * local[0] + r[3 + axis] * local[1] + r[6 + axis] * local[2];
    }
    for (int axis = 0; axis < 3; ++axis) out.positions[3 * k + axis] = lens.position[axis] + z * ray[axis];
    out.footprints[k] = z * pixel;
  }
}

}  // namespace geometry
