#include "dispatch.h"

#include <cstdlib>
#include <stdexcept>
#include <thread>

#if defined(__linux__)
#include <sched.h>
#endif

namespace lucid3d {
namespace {

std::vector<const Kernels*> usable() {
  std::vector<const Kernels*> found;
#if defined(LUCID3D_X86_SETS)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd")) {
    found.push_back(&avx512::kernels());
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) {
    found.push_back(&avx2::kernels());
  }
#endif
  found.push_back(&baseline::kernels());
  return found;
}

const Kernels* find(const std::string& name) {
  for (const Kernels* set : usable()) {
    if (name == set->name) return set;
  }
  throw std::invalid_argument("instruction set '" + name + "' is not one of those this build and processor have");
}

const Kernels* first_choice() {
  const char* wanted = std::getenv("LUCID3D_INSTRUCTION_SET");
  return wanted && *wanted ? find(wanted) : usable().front();
}

const Kernels*& current() {
  static const Kernels* chosen = first_choice();
  return chosen;
}

}  // namespace

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const Kernels* set : usable()) names.push_back(set->name);
  return names;
}

const Kernels& kernels() { return *current(); }

void use_instruction_set(const std::string& name) { current() = find(name); }

int default_threads() {
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
#endif
  const unsigned cores = std::thread::hardware_concurrency();
  return cores ? (int)cores : 1;
}

}  // namespace lucid3d
