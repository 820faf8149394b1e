// One loop over independent pieces of work, on a number of threads that the caller names.
//
// Every piece writes only to memory of its own, so the result does not depend on which thread takes which piece, nor on
// how many threads there are. OpenMP where the compiler has it; plain threads where it has not (Apple's Clang).
#pragma once

#if defined(_OPENMP)
#include <omp.h>
#else
#include <thread>
#endif

namespace lucid3d {
namespace LUCID3D_ISA {
namespace {

constexpr int kMaxThreads = 256;

// Calls body(piece, worker) for every piece in [0, count), on at most `threads` threads; worker is less than `threads`
// and tells pieces that run at the same time apart, for their scratch memory.
template <class Body>
void parallel_for_workers(int count, int threads, const Body& body) {
  threads = threads < count ? threads : count;
  threads = threads < kMaxThreads ? threads : kMaxThreads;
  if (threads <= 1) {
    for (int piece = 0; piece < count; ++piece) body(piece, 0);
    return;
  }
#if defined(_OPENMP)
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
  for (int piece = 0; piece < count; ++piece) body(piece, omp_get_thread_num());
#else
  std::thread helpers[kMaxThreads];
  const auto share = [&](int first) {
    for (int piece = first; piece < count; piece += threads) body(piece, first);
  };
  for (int t = 1; t < threads; ++t) helpers[t] = std::thread(share, t);
  share(0);
  for (int t = 1; t < threads; ++t) helpers[t].join();
#endif
}

// Calls body(piece) for every piece in [0, count), on at most `threads` threads.
template <class Body>
void parallel_for(int count, int threads, const Body& body) {
  parallel_for_workers(count, threads, [&](int piece, int) { body(piece); });
}

}  // namespace
}  // namespace LUCID3D_ISA
}  // namespace lucid3d
