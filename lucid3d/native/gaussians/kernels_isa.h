// The same kernels, declared in the namespace of the instruction set that is being compiled.
#pragma once

#include "kernels.h"

#ifndef LUCID3D_ISA
#error "LUCID3D_ISA names the instruction set that this file is compiled for"
#endif

namespace lucid3d {
namespace LUCID3D_ISA {

void project(const View&, const Parameters&, Splat*, TileRange*, uint32_t*, GroupSums*, int threads);
void set_features(const float*, int channels, size_t stride, int count, Splat*, int threads);
void sort_by_depth(const uint32_t*, const TileRange*, const GroupSums*, int count, uint64_t*, uint32_t*, int threads);
void bin(const uint32_t*, int visible, const TileRange*, int tiles_x, int tiles_y, uint32_t*, uint32_t*, uint32_t*,
         int threads);
void rasterize(const View&, const Splat*, const Bins&, const float*, float*, uint32_t*, int threads);
void rasterize_backward(const View&, const Splat*, const Bins&, const float*, const float*, const float*,
                        const uint32_t*, bool absolute, float*, int threads);
void project_backward(const View&, const Parameters&, const TileRange*, const Bins&, const float*, const Gradients&,
                      float*, int threads);
void train_step(const View&, const Parameters&, const TileRange*, const Bins&, const float*, const AdamStep&, float*,
                float*, int threads);
void image_loss(const Target&, const LossWeights&, const float*, float*, LossSums*, float*, int threads);

}  // namespace LUCID3D_ISA
}  // namespace lucid3d
