#!/bin/sh
# Build the kernels' self-test without Python: build_selftest.sh COMPILER OUTPUT "INSTRUCTION SETS" FLAGS...
# The instruction sets are baseline, avx2, avx512; flags go to every file.
set -eu
compiler=$1 output=$2 sets=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
source=$here/../../lucid3d/native/gaussians
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2086
compile() { "$compiler" -std=c++17 -Wall -Wextra -Wno-psabi -ffp-contract=fast -fno-math-errno -fno-trapping-math "$@"; }
x86=""
for isa in $sets; do
  case $isa in
    avx2) arch="-march=x86-64-v3"; x86=-DLUCID3D_X86_SETS ;;
    avx512) arch="-march=x86-64-v4 -mprefer-vector-width=512"; x86=-DLUCID3D_X86_SETS ;;
    *) arch="" ;;
  esac
  for file in project sort rasterize rasterize_backward project_backward loss table; do
    # shellcheck disable=SC2086
    compile -DLUCID3D_ISA="$isa" $arch "$@" -c "$source/$file.cpp" -o "$work/$isa-$file.o"
  done
done
# shellcheck disable=SC2086
compile $x86 "$@" -I "$source" "$here/gaussians_selftest.cpp" "$source/frame.cpp" "$source/dispatch.cpp" "$work"/*.o \
  -o "$output" -lpthread
