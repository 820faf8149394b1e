#!/bin/sh
# Install the JavaScript readers that tests/export uses, exactly as tests/export/node/package-lock.json has them.
# Needs Node.js 20 or later. Without them those tests are skipped, and say so.
set -eu
cd "$(dirname "$0")/node"
if ! command -v npm >/dev/null; then
    echo "npm is missing: install Node.js 20 or later" >&2
    exit 1
fi
npm ci --no-audit --no-fund --ignore-scripts
