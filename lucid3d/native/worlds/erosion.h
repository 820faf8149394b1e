// Running water on a height field: drops that carry soil downhill (after the particle method that H. T. Beyer describes
// in "Implementation of a method for hydraulic erosion", 2015), and smooth look-up.
#pragma once
#include <cstdint>

namespace worlds {

// heights[rows][columns] in metres, UP, changed in place. One thread, in a fixed order: the same on any machine.
void erode(float* heights, int rows, int columns, float cell, int drops, uint32_t seed, float strength);

// Cubic (Catmull-Rom) interpolation at (x, y) in cells, clamped at the rim.
float cubic(const float* grid, int rows, int columns, float x, float y);

}  // namespace worlds
