#!/bin/sh
# What a container does: jupyter [OPTIONS] | run-notebook NOTEBOOK [OPTIONS] | papermill ... | any other command
set -eu

runs=${REGMIXD_RUNS:-/runs}
if [ ! -w "$runs" ]; then
    echo "$runs cannot be written to by user $(id -u). Where it is a folder of the host, make it yours before (mkdir -p runs)," >&2
    echo "and run the container as its owner: docker run --user \$(id -u):\$(id -g) ..." >&2
    exit 2
fi
if [ ! -w "${HOME:-/}" ]; then # another user than the image's own has no home here
    HOME=$(mktemp -d)
    export HOME
fi

# Where the base has PyTorch, that one trains, on a GPU.
if [ "${REGMIXD_DEVICE:-auto}" != cpu ] && python3 -c 'import torch' 2> /dev/null \
    && ! problem=$(python3 -c 'import torch; torch.cuda.init()' 2>&1); then
    printf 'No GPU can be used: %s\n' "$(printf '%s' "$problem" | tail -n 1)" >&2
    echo "Give the container one (docker run --gpus all ...), or say -e REGMIXD_DEVICE=cpu to train without." >&2
    exit 2
fi

case ${1:-jupyter} in
jupyter)
    [ $# -eq 0 ] || shift
    exec ./run-notebook --open --ip 0.0.0.0 --port 8888 --no-browser "$@"
    ;;
papermill) # under the Python that has it, not the first in PATH
    shift
    exec /usr/bin/python3 -m papermill "$@"
    ;;
*)
    exec "$@"
    ;;
esac
