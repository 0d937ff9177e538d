#!/bin/bash
# Inside a container, the network off: every way of using the image, with what it took.
set -euo pipefail
cd /opt/regmix-d
smoke=(-p PROXY_STEPS 50 -p TARGET_STEPS 50 -p SEEDS 2 -p CANDIDATES 10000)
took() { echo "== $1: $((SECONDS - start)) s"; }

if /usr/bin/python3 -c 'import papermill' 2> /dev/null; then
    start=$SECONDS
    tini -- tools/image/enter.sh papermill --no-progress-bar -k java tools/image/engine.ipynb /runs/engine.ipynb
    took 'a notebook of one cell by papermill'
else
    echo '== not checked: papermill, which this image has not'
fi

start=$SECONDS
JUPYTER_TOKEN=secret tini -- tools/image/enter.sh jupyter > /runs/jupyter.log 2>&1 &
until grep -q 'is running at' /runs/jupyter.log; do sleep 0.2; done
/usr/bin/python3 tools/image/health.py
/usr/bin/python3 - <<'P'
import json, urllib.error, urllib.request
url = "http://127.0.0.1:8888/api/kernelspecs"
assert "java" in json.load(urllib.request.urlopen(url + "?token=secret"))["kernelspecs"]
try:
    urllib.request.urlopen(url)
    raise SystemExit("Jupyter answers without a token")
except urllib.error.HTTPError as refused:
    assert refused.code == 403, refused
P
kill -TERM $!
wait $! || true
took 'Jupyter on 8888 answers with its token, refuses without, and ends on SIGTERM'

tini -- tools/image/enter.sh run-notebook notebooks/regmix-d.ipynb --out /runs/stopped -p PROXIES 48 "${smoke[@]}" > /runs/stopped.log 2>&1 &
until grep -q 'Training proxies' /runs/stopped.log; do sleep 0.2; done
sleep 5
start=$SECONDS
kill -TERM $!
status=0; wait $! || status=$?
took "SIGTERM while proxies train, exit code $status"
tail -n 3 /runs/stopped.log

start=$SECONDS
tini -- tools/image/enter.sh run-notebook notebooks/regmix-d.ipynb --out /runs/smoke -p PROXIES 16 "${smoke[@]}"
took 'the demo in smoke size'
