// Which instruction sets this build has and this processor understands.
#pragma once

#include <string>
#include <vector>

#include "kernels.h"

namespace lucid3d {

// Names of the usable sets, best first; the last is always "baseline".
std::vector<std::string> instruction_sets();

// The kernels in use: the best set, unless `use_instruction_set` or LUCID3D_INSTRUCTION_SET in the environment says
// otherwise.
const Kernels& kernels();

// Throws std::invalid_argument for a name that instruction_sets() does not list.
void use_instruction_set(const std::string& name);

// Cores that this process may use.
int default_threads();

}  // namespace lucid3d
