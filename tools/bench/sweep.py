"""The benchmark `sweep`: what a sweep costs besides its training steps, and what its ledger costs.

One Java process trains a real sweep of demo proxies; another writes, reads and resumes a ledger of 512 proxies in the
paper's setting.
"""

import tempfile
from statistics import median

from run_notebook.main import ROOT

from . import java
from .planning import lines
from .report import Report, columns

MAIN_CLASS = "io.regmixd.training.SweepBenchmark"
MANIFEST = ROOT / "data-manifests" / "demo.json"


def measure(data):
    """The benchmark; it prepares the demo corpus in `data` where that is missing."""
    command, environment = java.prepare(MAIN_CLASS)
    with tempfile.TemporaryDirectory() as scratch:
        print("Training a sweep of 16 demo proxies", flush=True)
        [sweep] = lines([*command, "sweep", MANIFEST, data, scratch], environment)
        print("Writing and reading a ledger of 512 proxies", flush=True)
        ledgers = lines([*command, "ledger", scratch], environment)
    return report(sweep, ledgers)


def report(sweep, ledgers):
    """Of the ledger's times the first, which a new session sees, and the median."""
    overhead = (sweep["seconds"] - sweep["steps"] - sweep["validation"]) / sweep["steps"]
    first = ledgers[0]
    typical = {key: median(each[key] for each in ledgers) for key in ("write", "read", "resume")}
    figures = {
        "sweep_seconds": sweep["seconds"],
        "sweep_overhead_share": round(overhead, 4),
        "sweep_validation_share": round(sweep["validation"] / sweep["seconds"], 4),
        "ledger_resume_seconds": first["resume"],
        "ledger_read_seconds": typical["read"],
        "ledger_write_seconds": typical["write"],
        "ledger_bytes_a_proxy": first["bytes"],
    }
    table = columns(
        ["", "seconds", ""],
        [
            [f"sweep of {sweep['proxies']} demo proxies", f"{sweep['seconds']:.2f}", ""],
            ["  training steps", f"{sweep['steps']:.2f}", f"{sweep['steps'] / sweep['seconds']:.1%}"],
            ["  validation losses", f"{sweep['validation']:.2f}", f"{sweep['validation'] / sweep['seconds']:.1%}"],
            ["  all else, over the steps", f"{sweep['seconds'] - sweep['steps'] - sweep['validation']:.2f}", f"{overhead:.1%}"],
            ["ledger of 512 proxies, 17 domains, 10 stages", "", f"{first['bytes'] / 1024:.1f} KiB a proxy"],
            ["  resume, the first time", f"{first['resume']:.3f}", ""],
            ["  resume again, median", f"{typical['resume']:.3f}", ""],
            ["  write whole, median", f"{typical['write']:.3f}", ""],
        ],
    )
    return Report(table, figures, {"proxies": sweep["proxies"], "ledger_proxies": 512})
