#include "erosion.h"

#include <vector>

#include "noise.h"

namespace worlds {
namespace {

struct Slope {
  float height, dx, dy;
};

Slope slope_at(const float* h, int columns, float x, float y) {
  const int ix = static_cast<int>(x), iy = static_cast<int>(y);
  const float u = x - ix, v = y - iy;
  const float* p = h + static_cast<int64_t>(iy) * columns + ix;
  const float a = p[0], b = p[1], c = p[columns], d = p[columns + 1];
  return {mix(mix(a, b, u), mix(c, d, u), v), mix(b - a, d - c, v), mix(c - a, d - b, u)};
}

void spread(float* h, int columns, float x, float y, float amount) {
  const int ix = static_cast<int>(x), iy = static_cast<int>(y);
  const float u = x - ix, v = y - iy;
  float* p = h + static_cast<int64_t>(iy) * columns + ix;
  p[0] += amount * (1 - u) * (1 - v);
  p[1] += amount * u * (1 - v);
  p[columns] += amount * (1 - u) * v;
  p[columns + 1] += amount * u * v;
}

}  // namespace

void erode(float* h, int rows, int columns, float cell, int drops, uint32_t seed, float strength) {
  constexpr float inertia = 0.25f, capacity = 4.0f, evaporation = 0.015f, deposition = 0.25f;
  constexpr int life = 64;
  const float erosion = 0.35f * strength;
  // A brush as wide as a gully keeps drops from drilling single cells.
  float brush[5][5], total = 0;
  for (int j = 0; j < 5; ++j)
    for (int i = 0; i < 5; ++i)
      total += brush[j][i] =
          std::max(0.0f, 2.6f - std::sqrt(static_cast<float>((i - 2) * (i - 2) + (j - 2) * (j - 2))));
  for (auto& line : brush)
    for (float& b : line) b /= total;
  for (int drop = 0; drop < drops; ++drop) {
    float x = 3 + unit(hash(drop, 1, 0, seed)) * (columns - 7), y = 3 + unit(hash(drop, 2, 0, seed)) * (rows - 7);
    float vx = 0, vy = 0, speed = 1, water = 1, soil = 0;
    for (int step = 0; step < life; ++step) {
      const Slope here = slope_at(h, columns, x, y);
      vx = vx * inertia - here.dx / cell * (1 - inertia);
      vy = vy * inertia - here.dy / cell * (1 - inertia);
      const float norm = std::sqrt(vx * vx + vy * vy);
      if (norm < 1e-6f) break;
      vx /= norm, vy /= norm;
      const float nx = x + vx, ny = y + vy;
      if (nx < 3 || ny < 3 || nx > columns - 4 || ny > rows - 4) break;
      const float change = slope_at(h, columns, nx, ny).height - here.height;
      const float room = std::max(-change / cell, 0.01f) * speed * water * capacity * cell * 0.25f;
      if (soil > room || change > 0) {
        const float left = change > 0 ? std::min(change, soil) : (soil - room) * deposition;
        soil -= left;
        spread(h, columns, x, y, left);
      } else {
        const float taken = std::min((room - soil) * erosion, -change);
        const int ix = static_cast<int>(x), iy = static_cast<int>(y);
        for (int j = 0; j < 5; ++j)
          for (int i = 0; i < 5; ++i) h[static_cast<int64_t>(iy + j - 2) * columns + ix + i - 2] -= taken * brush[j][i];
        soil += taken;
      }
      speed = std::sqrt(std::max(speed * speed - change / cell * 2.0f, 0.05f));
      speed = std::min(speed, 4.0f);
      water *= 1 - evaporation;
      x = nx, y = ny;
    }
  }
}

float cubic(const float* grid, int rows, int columns, float x, float y) {
  x = std::min(std::max(x, 0.0f), columns - 1.001f);
  y = std::min(std::max(y, 0.0f), rows - 1.001f);
  const int ix = static_cast<int>(x), iy = static_cast<int>(y);
  auto weights = [](float t, float* w) {
    w[0] = ((-0.5f * t + 1.0f) * t - 0.5f) * t;
    w[1] = (1.5f * t - 2.5f) * t * t + 1;
    w[2] = ((-1.5f * t + 2.0f) * t + 0.5f) * t;
    w[3] = (0.5f * t - 0.5f) * t * t;
  };
  float wx[4], wy[4], sum = 0;
  weights(x - ix, wx);
  weights(y - iy, wy);
  for (int j = 0; j < 4; ++j) {
    const int row = std::min(std::max(iy + j - 1, 0), rows - 1);
    float line = 0;
    for (int i = 0; i < 4; ++i)
      line += wx[i] * grid[static_cast<int64_t>(row) * columns + std::min(std::max(ix + i - 1, 0), columns - 1)];
    sum += wy[j] * line;
  }
  return sum;
}

}  // namespace worlds
