#!/bin/sh
# Cross-compile the native kernels for arm64 and run their self-test under qemu.
# Debian: apt-get install g++-aarch64-linux-gnu qemu-user
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for tool in aarch64-linux-gnu-g++ qemu-aarch64; do
  command -v $tool > /dev/null || {
    echo "$tool is missing: apt-get install g++-aarch64-linux-gnu qemu-user" >&2
    exit 2
  }
done
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
sh "$here/build_selftest.sh" aarch64-linux-gnu-g++ "$out/selftest" baseline -O2 -static
qemu-aarch64 "$out/selftest"
