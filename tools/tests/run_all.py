"""Asks a kernel for several cells at once, as "Run All" does; a program of its own, see cells.py.

Arguments: cells. Standard output: for each the status of its reply, then what all of them printed.
"""

import json
import sys
import time

from jupyter_client.manager import KernelManager


def main():
    manager = KernelManager(kernel_name="java")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=300)
        ids = [client.execute(code) for code in sys.argv[1:-1]]
        statuses = {}
        while len(statuses) < len(ids):
            reply = client.get_shell_msg(timeout=300)
            if reply["parent_header"].get("msg_id") in ids:
                statuses[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
        time.sleep(1)  # whoever reads the error and asks again does so later than at once
        last = client.execute(sys.argv[-1])
        printed = ""
        while True:
            message = client.get_iopub_msg(timeout=300)
            printed += message["content"].get("text", "")
            if message["parent_header"].get("msg_id") == last and message["content"].get("execution_state") == "idle":
                break
        json.dump([*(statuses[each] for each in ids), printed], sys.stdout)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
