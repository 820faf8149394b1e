#!/bin/sh
# Check the Blender bundle in Blender itself: its Python module bpy (1 GB), in an environment of its own, because it
# needs numpy < 2. Usage: tests/export/blender.sh [environment folder]; the folder is made when it is missing.
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../.." && pwd)"
environment="${1:-${TMPDIR:-/tmp}/lucid3d-bpy}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
if [ ! -x "$environment/bin/python" ]; then
    "$root/.venv/bin/python" -m venv "$environment"
fi
"$environment/bin/python" -c "import bpy" 2>/dev/null || "$environment/bin/pip" install --quiet "bpy==5.0.1" "numpy<2"
PYTHONPATH="$root" "$root/.venv/bin/python" "$here/blender_scene.py" "$work"
"$environment/bin/python" "$here/blender_check.py" "$root/integrations/blender/lucid3d_import.py" "$work"
