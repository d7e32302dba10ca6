"""Servers of stepgym placed by Ray: an actor each, which restarts its server and is restarted by Ray.

    python gym.py --servers 2 --record /data/runs -- --env webshop --hook success

Steps never pass through Ray: clients connect to the servers. Each server has a port and a record of its own, so that
sessions resume after a restart. It prints one line of JSON with the addresses, and runs until it is interrupted.
"""

import argparse
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import ray

PR_SET_PDEATHSIG = 1
LONGEST_START_S = 120
# More than the 10 s (stopMs) in which a server ends by itself.
LONGEST_STOP_S = 30


def die_with_parent():
    """A server never outlives its actor, whose successor needs the port and the record.

    It is killed: stopped in good order, it would end the episodes that its successor is to continue.
    """
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@ray.remote(max_restarts=-1, max_task_retries=-1)
class GymServer:
    """A server as the child of an actor: where one of the two ends, so does the other, and Ray starts both again."""

    def __init__(self, command, host, port, record, arguments):
        self._url = f"http://{host}:{port}"
        options = ["--host", host, "--port", str(port), "--record", record]
        # The thread that starts a child must live as long: the kernel takes its end for that of the parent.
        self._started = threading.Event()
        self._child = None
        self._is_stopping = False
        threading.Thread(target=self._run, args=[[*command, "serve", *options, *arguments]], daemon=True).start()
        self._started.wait()
        self._expect_healthy()

    def _run(self, command):
        self._child = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)
        self._started.set()
        self._child.wait()
        if not self._is_stopping:
            os._exit(1)

    def _expect_healthy(self):
        until = time.monotonic() + LONGEST_START_S
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self._url}/health", timeout=5).close()
                return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the server at {self._url} does not answer")

    def describe(self):
        return {"url": self._url, "actor": os.getpid(), "server": self._child.pid}

    def stop(self):
        """Ends the server in good order."""
        self._is_stopping = True
        self._child.terminate()
        return self._child.wait(LONGEST_STOP_S)


def read_arguments():
    parser = argparse.ArgumentParser(description="servers of stepgym, placed by Ray")
    parser.add_argument("--servers", type=int, default=1, help="actors, each with a server")
    parser.add_argument("--host", default="127.0.0.1", help="address that servers listen on; others need --token")
    parser.add_argument("--port", type=int, default=8000, help="port of the first server; the next ones follow")
    parser.add_argument("--record", required=True, help="folder of the records, the same on every machine or of one")
    parser.add_argument("--address", help="a Ray cluster to join (default: one of its own)")
    parser.add_argument("--cpus", type=float, default=1, help="CPUs that an actor needs: a server uses one")
    parser.add_argument("--command", nargs="+", default=["stepgym"], help="how a server is started")
    parser.add_argument("arguments", nargs="*", help="arguments of stepgym serve, after --")
    return parser.parse_args()


def start(given):
    record = os.path.abspath(given.record)
    return [
        GymServer.options(name=f"gym-{index}", num_cpus=given.cpus).remote(
            given.command, given.host, given.port + index, os.path.join(record, f"gym-{index}"), given.arguments
        )
        for index in range(given.servers)
    ]


def main():
    given = read_arguments()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    ray.init(address=given.address, include_dashboard=False, log_to_driver=False)
    servers = start(given)
    print(json.dumps({"servers": ray.get([each.describe.remote() for each in servers])}), flush=True)
    stop.wait()
    ray.get([each.stop.remote() for each in servers])
    ray.shutdown()


if __name__ == "__main__":
    sys.exit(main())
