#!/bin/sh
# Takes training steps of each size through Java on a machine with a GPU, where there need be no Java of its own, and has
# check.py take the same ones: tools/gpu/java.sh KIT [SIZE...]
#
# KIT is what `export.py --java` wrote. Sizes: checked, 1M, 60M, 1B (without any, all). Needs Python with PyTorch for CUDA in
# the version that Java's side is made for, and 6 GB of disk in KIT for 1B. What DJL needs of the environment is set here;
# where PYTORCH_LIBRARY_PATH is set, that PyTorch is taken as it is.
set -eu
tools=$(cd "$(dirname "$0")/.." && pwd)
kit=$(cd "${1:?name the folder that export.py --java wrote}" && pwd)
shift
[ $# -gt 0 ] || set -- checked 1M 60M 1B

if [ -z "${PYTORCH_LIBRARY_PATH:-}" ]; then
    variables=$(PYTHONPATH=$tools python3 -m run_notebook.pytorch)
    eval "$variables"
fi
while read -r line; do
    case $line in [A-Z]*=*) export "$line" ;; esac
done < "$kit/java/jvm.environment"
export DJL_CACHE_DIR="$kit/java/djl"

rm -rf "$kit/steps"
"$kit/java/runtime/bin/java" "@$kit/java/jvm.options" -cp "$kit/java/classes:$kit/java/lib/*" \
    io.regmixd.engine.RecordedSteps "$kit/steps" "$@"
python3 "$tools/gpu/check.py" "$kit" --steps
