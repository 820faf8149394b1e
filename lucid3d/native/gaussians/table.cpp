// The table of one instruction set's kernels.
#include "kernels_isa.h"

#define LUCID3D_QUOTE(x) #x
#define LUCID3D_NAME(x) LUCID3D_QUOTE(x)

namespace lucid3d {
namespace LUCID3D_ISA {

const Kernels& kernels() {
  static const Kernels table = {
      LUCID3D_NAME(LUCID3D_ISA), project,          set_features, sort_by_depth, bin, rasterize,
      rasterize_backward,        project_backward, train_step,   image_loss};
  return table;
}

}  // namespace LUCID3D_ISA
}  // namespace lucid3d
