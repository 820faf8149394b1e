// A point of the cloud as a camera sees it: a disc of pixels on a plane in inverse depth.
#pragma once
#include <cstdint>

namespace geometry {

struct Lens {
  int width, height;
  float fx, fy, cx, cy;
  float rotation[9];  // camera from world, row-major
  float position[3];  // of the camera, in the world
};

// Half the diagonal of a square pixel, with 5 % to spare: discs of this radius (in footprints) on a square grid leave no
// gap whichever way the grid is turned, and still do not reach the centre of the next pixel.
constexpr float kCover = 0.7071f * 1.05f;
// Two points further apart than this many footprints are not neighbours of one surface: across a true gap of one source
// pixel they are at least 2 apart.
constexpr float kCrack = 1.8f;
// The side of a crack in pixels that is looked across.
constexpr int kCrackReach = 3;
// Points of one surface differ in depth by noise and curvature, less than this share of the depth and this many footprints.
constexpr float kThickness = 0.005f, kThicknessFootprints = 1.5f;
// A flank of a crack is in front of what shows through it by at least this share of the depth.
constexpr float kInFront = 0.02f;
// Below this cosine a tangent plane is too steep to extrapolate depth along it.
constexpr float kSteep = 0.09f;  // 85 degrees
// Beyond this cosine (seen from behind) a surface hides what is behind it, but its other side is not known.
constexpr float kBehind = -0.1f;

struct Splat {
  float u, v;              // centre, pixels
  float w;                 // inverse z-depth at the centre; 0 for sky
  float a, b;              // its slope: w(x, y) = w + a (x - u) + b (y - v)
  float qx, qy;            // squared distance in footprints: qx dx^2 + qy dy^2
  float thickness;         // relative tolerance in w within which points are of one surface
  int32_t index;           // of the point
  int16_t x0, x1, y0, y1;  // pixels to visit, inclusive
  uint32_t veil;           // 1: hides, but does not count as known

  float inverse_depth(float x, float y) const {
    if (w == 0.f) return 0.f;
    const float here = w + a * (x - u) + b * (y - v);
    // A tangent plane is trusted for a third of the depth.
    return here < 0.75f * w ? 0.75f * w : (here > 1.5f * w ? 1.5f * w : here);
  }
  float distance2(float x, float y) const {
    const float dx = x - u, dy = y - v;
    return qx * dx * dx + qy * dy * dy;
  }
  bool covers(int x, int y) const {
    const float px = float(x) + 0.5f, py = float(y) + 0.5f;
    // A point smaller than a pixel still owns the pixel that it falls into.
    if (px - u <= 0.5f && px - u > -0.5f && py - v <= 0.5f && py - v > -0.5f) return true;
    return distance2(px, py) <= kCover * kCover;
  }
};

}  // namespace geometry
