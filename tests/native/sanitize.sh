#!/bin/sh
# The native kernels under AddressSanitizer and UndefinedBehaviorSanitizer, for every instruction set of this processor.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
sets=baseline
[ "$(uname -m)" = x86_64 ] && sets="baseline avx2 avx512"
sh "$here/build_selftest.sh" "${CXX:-g++}" "$out/selftest" "$sets" \
  -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
UBSAN_OPTIONS=print_stacktrace=1 "$out/selftest"
