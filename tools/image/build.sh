#!/usr/bin/env bash
# Builds the image's CPU flavour without a Docker engine, and tries every way of using it, with the network off.
#
#   tools/image/build.sh [FOLDER]      as root on Debian; FOLDER keeps the layers (target/image)
#
# Its base images cannot be pulled everywhere: a fresh Debian stands in for debian:bookworm-slim, the JDK 25 of this
# machine for eclipse-temurin. PAPERMILL_SOURCE=FOLDER installs papermill from its source; without it the image has none.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(realpath -m "${1:-target/image}")
mkdir -p "$folder"

for tool in buildah debootstrap ip; do
    if ! command -v "$tool" > /dev/null; then
        apt-get update && apt-get install -y --no-install-recommends buildah debootstrap iproute2
        break
    fi
done

engine() { buildah --root "$folder/storage" --runroot "$folder/run" --storage-driver overlay "$@"; }

base() { # base NAME FOLDER PLACE: an image of the files of a folder
    local container
    container=$(engine from scratch)
    engine add -q "$container" "$2" "$3"
    engine config --cmd bash "$container"
    engine commit -q --rm "$container" "$1"
}

seconds() { # seconds WHAT COMMAND...
    local what=$1 start=$SECONDS
    shift
    "$@"
    echo "== $what: $((SECONDS - start)) s"
}

if ! engine inspect docker.io/library/debian:bookworm-slim > /dev/null 2>&1; then
    seconds 'a fresh Debian' debootstrap --variant=minbase bookworm "$folder/debian" > "$folder/debootstrap.log"
    rm -f "$folder"/debian/var/cache/apt/archives/*.deb
    base docker.io/library/debian:bookworm-slim "$folder/debian" /
    rm -r "$folder/debian"
fi
if ! engine inspect docker.io/library/eclipse-temurin:25-jdk > /dev/null 2>&1; then
    cp -rL "$(PYTHONPATH=tools python3 -m run_notebook.jdk)" "$folder/jdk" # its certificates may be a link to the machine's
    base docker.io/library/eclipse-temurin:25-jdk "$folder/jdk" /opt/java/openjdk
    rm -r "$folder/jdk"
fi

papermill=()
if [[ -n ${PAPERMILL_SOURCE:-} ]]; then
    apt-get install -y -qq --no-install-recommends python3-pip python3-setuptools python3-wheel > /dev/null
    cp -r "$PAPERMILL_SOURCE" "$folder/papermill" # the build writes into it
    /usr/bin/python3 -m pip wheel -q --no-deps --no-build-isolation --wheel-dir "$folder/wheels" "$folder/papermill"
    rm -r "$folder/papermill"
    papermill=(--volume "$folder/wheels:/wheels:ro" --build-arg "PAPERMILL=/wheels/$(basename "$folder"/wheels/papermill-*.whl)")
else
    papermill=(--build-arg PAPERMILL=)
fi
seconds 'the image' engine bud --layers --isolation chroot --pull-never "${papermill[@]}" -t regmix-d .
engine images

container=$(engine from --pull-never localhost/regmix-d)
trap 'engine rm "$container" > /dev/null' EXIT
# what `docker run --network none` does; loopback is there
unshare --net bash -c 'ip link set lo up && "$@"' - \
    buildah --root "$folder/storage" --runroot "$folder/run" --storage-driver overlay \
    run --isolation chroot --user researcher "$container" -- tools/image/check.sh
