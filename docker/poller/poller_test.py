#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""poller.py, with stubs made as its Dockerfile makes them, against a server.

  docker/poller/poller_test.py build/release/bin/microgptd
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

SERVER = None  # microgptd, from the command line
FOLDER = pathlib.Path(__file__).resolve().parent
PROTO = FOLDER.parent.parent / "proto"


def make_stubs(folder):
    plugin = shutil.which("grpc_python_plugin")
    subprocess.run(
        ["protoc", "-I", PROTO, f"--python_out={folder}",
         f"--grpc_out={folder}", f"--plugin=protoc-gen-grpc={plugin}",
         PROTO / "microgpt/v1/microgpt.proto"], check=True)


class PollerTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.stubs = folder.name
        make_stubs(self.stubs)

    def start_server(self, address):
        """Where a server listens that ends with the test."""
        server = subprocess.Popen(
            [SERVER, "--data-dir=:memory:", "--http-address=off",
             "--grpc-address", address],
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.communicate)
        self.addCleanup(server.terminate)
        for line in server.stderr:
            match = re.search(r"listening on (\S+)", line)
            if match:
                return match[1]
        self.fail("the server did not start")

    def start_poller(self, address):
        return subprocess.Popen(
            [sys.executable, FOLDER / "poller.py"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": self.stubs,
                 "MGPT_SERVER": address})

    def test_it_trains_generates_and_scores(self):
        poller = self.start_poller(self.start_server("127.0.0.1:0"))
        output, errors = poller.communicate(timeout=120)
        self.assertEqual((poller.returncode, errors), (0, ""))
        progress, rest = output.split("ten names from stars@1:\n")
        names, scores = rest.split("how much like a star's name")
        self.assertIn("succeeded  step  3000/3000", progress)
        self.assertEqual(len(names.splitlines()), 10)
        bits = [float(b) for b in re.findall(r"([\d.]+) bits", scores)]
        self.assertEqual(len(bits), 3)
        self.assertLess(bits[0], bits[2])  # aldebaran, spreadsheet
        self.assertRegex(scores, "r2-d2 +'2' .* none of the model's")

    def test_it_waits_for_a_server_that_starts_later(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        poller = self.start_poller(address)
        self.assertIn("is not ready", poller.stderr.readline())
        self.start_server(address)
        output, _ = poller.communicate(timeout=120)
        self.assertEqual(poller.returncode, 0)
        self.assertIn("ten names from stars@1", output)


if __name__ == "__main__":
    SERVER = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
