// Normals and confidences of a depth map. Inverse depth is linear on a plane, so differences of it are exact there.
#include <algorithm>
#include <cmath>

#include "project.h"

namespace geometry {
namespace {

// A neighbour whose inverse depth differs by more than this share belongs to another surface.
constexpr float kEdge = 0.1f;
// What a pixel is worth that has no neighbour on its own surface in one direction.
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

}  // namespace

void surface(const float* depth, const Lens& lens, int threads, float* normals, float* confidences) {
    (void)threads;
    const int width = lens.width, height = lens.height;
    const auto inverse = [&](int x, int y) {
        if (x < 0 || y < 0 || x >= width || y >= height) return std::nanf("");
        return 1.f / depth[size_t(y) * width + x];
    };
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const size_t at = size_t(y) * width + x;
            const float w = inverse(x, y);
            float* n = normals + 3 * at;
            const float dx = float(x) + 0.5f - lens.cx, dy = float(y) + 0.5f - lens.cy;
            n[0] = n[1] = n[2] = 0.f;
            confidences[at] = 1.f;
            if (!(w > 0.f) || !std::isfinite(w)) continue;  // sky
            float a = 0.f, b = 0.f;
            bool edge = false;
            const bool along_x = slope(inverse(x - 1, y), w, inverse(x + 1, y), a, edge);
            const bool along_y = slope(inverse(x, y - 1), w, inverse(x, y + 1), b, edge);
            if (!along_x || !along_y) {
                confidences[at] = kLonelyConfidence;
                continue;
            }
            const float nx = a * lens.fx, ny = b * lens.fy, nz = w - a * dx - b * dy;
            const float length = std::sqrt(nx * nx + ny * ny + nz * nz);
            n[0] = -nx / length, n[1] = -ny / length, n[2] = -nz / length;
            const float tx = dx / lens.fx, ty = dy / lens.fy;
            const float cosine = w / (length * std::sqrt(1.f + tx * tx + ty * ty));
            confidences[at] = std::clamp(cosine * (edge ? kEdgeConfidence : 1.f), kLeastConfidence, 1.f);
        }
}

}  // namespace geometry
