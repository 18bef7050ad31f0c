#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""scripts/run with the real server and client, but without the build.

  scripts/run_test.py build/release/bin
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

BIN = None  # where microgptd and mgpt are, from the command line
SCRIPT = pathlib.Path(__file__).with_name("run")
ANY_PORT = ["--", "--grpc-address", "127.0.0.1:0",
            "--http-address", "127.0.0.1:0"]


class RunTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        # A checkout whose setup and build have nothing to do.
        self.executable("scripts/run", SCRIPT.read_text())
        self.executable("scripts/setup", "#!/bin/sh\n")
        self.executable("path/cmake", "#!/bin/sh\n")
        (self.root / "build/release").mkdir(parents=True)
        (self.root / "build/release/bin").symlink_to(BIN)
        self.environment = {
            **os.environ,
            "XDG_STATE_HOME": f"{folder.name}/state",
            "PATH": f"{folder.name}/path:{os.environ['PATH']}",
        }
        self.addCleanup(self.run_script, "--stop")

    def executable(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def start(self, *arguments):
        return subprocess.Popen(
            [self.root / "scripts/run", *arguments], env=self.environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True)

    def run_script(self, *arguments):
        """Exit code, standard output and standard error of scripts/run."""
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=120)
        return process.returncode, output, errors

    def read_until(self, stream, text):
        """The lines of the stream up to the one that holds the text."""
        lines = []
        for line in stream:
            lines.append(line)
            if text in line:
                return "".join(lines)
        self.fail(f"{text!r} is not in:\n{''.join(lines)}")

    def assert_interrupt_drains(self, signal_number):
        process = self.start(*ANY_PORT)
        said = self.read_until(process.stderr, "Ctrl-C ends the server")
        self.assertRegex(said, r"run: .*http://127\.0\.0\.1:[0-9]+")
        os.killpg(process.pid, signal_number)
        output, _ = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(len(output.split()), 10)  # ten names

    def test_it_prints_ten_names_and_control_c_drains(self):
        self.assert_interrupt_drains(signal.SIGINT)

    def test_it_prints_ten_names_and_a_termination_drains(self):
        self.assert_interrupt_drains(signal.SIGTERM)

    def test_a_detached_server_goes_on_until_it_is_stopped(self):
        code, output, errors = self.run_script("--detach", *ANY_PORT)
        self.assertEqual(code, 0, errors)
        self.assertEqual(len(output.split()), 10)

        code, _, errors = self.run_script("--detach", *ANY_PORT)
        self.assertEqual(code, 1)
        self.assertIn("one is running already", errors)

        self.assertEqual(self.run_script("--stop")[0], 0)
        code, _, errors = self.run_script("--stop")
        self.assertEqual(code, 1)
        self.assertIn("no server that --detach left is running", errors)

    def test_a_taken_port_is_said_clearly(self):
        first = self.start(*ANY_PORT)
        self.addCleanup(first.communicate)
        self.addCleanup(os.killpg, first.pid, signal.SIGTERM)
        line = self.read_until(first.stderr, "listening on ")
        address = line.rsplit("listening on ", 1)[1].split()[0]

        code, output, errors = self.run_script(
            "--", "--http-address", "off", "--grpc-address", address)
        self.assertEqual((code, output), (1, ""))
        self.assertIn("the server did not start", errors)
        self.assertIn(address, errors)

    def test_a_wrong_flag_of_the_server_is_said_clearly(self):
        code, _, errors = self.run_script("--detach", "--", "--no-such-flag")
        self.assertEqual(code, 1)
        self.assertIn("no-such-flag", errors)

    def test_an_unknown_argument_is_refused(self):
        code, _, errors = self.run_script("--sotp")
        self.assertEqual(code, 2)
        self.assertIn("unknown argument --sotp", errors)


if __name__ == "__main__":
    BIN = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
