"""Whether the Jupyter servers of this container answer. A headless run is healthy for as long as it lives."""

import json
import sys
import urllib.request
from pathlib import Path

RUNTIME = Path(__file__).resolve().parents[2] / ".setup" / "jupyter" / "runtime"

for server in [*RUNTIME.glob("nbserver-*.json"), *RUNTIME.glob("jpserver-*.json")]:
    info = json.loads(server.read_text(encoding="utf-8"))
    url = f"http://127.0.0.1:{info['port']}{info['base_url']}api"  # the only page that asks for no token
    try:
        urllib.request.urlopen(url, timeout=10).close()
    except OSError as problem:
        sys.exit(f"{url}: {problem}")
