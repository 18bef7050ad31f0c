#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""scripts/soak prints what a server holds, and fails when that is too much.

  scripts/soak_test.py build/release/bin/microgptd
"""

import json
import pathlib
import shutil
import subprocess
import sys
import unittest

SERVER = None  # from the command line
SCRIPT = pathlib.Path(__file__).with_name("soak")
WATCHED = SCRIPT.parent.parent / "web/node_modules/playwright-core"


class SoakTest(unittest.TestCase):

    def run_script(self, *arguments):
        return subprocess.run(
            [SCRIPT, "readers", "--server", SERVER, "--readers", "4", "--rows", "5",
             *arguments], text=True, capture_output=True, check=False, timeout=60)

    def rows(self, result):
        return [json.loads(line) for line in result.stdout.splitlines()]

    def test_readers_that_do_not_read_are_held_at_bounded_memory(self):
        result = self.run_script("--seconds", "2", "--bound-mib", "64")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        rows = self.rows(result)
        self.assertEqual([row["seconds"] for row in rows],
                         [0.4, 0.8, 1.2, 1.6, 2.0])
        for row in rows:
            self.assertEqual((row["soak"], row["readers"], row["calls"]),
                             ("readers", 4, 4))
            self.assertGreater(row["resident_mib"], 0)

    def test_memory_above_the_bound_is_a_failure(self):
        result = self.run_script("--seconds", "0.5", "--bound-mib", "-1000")
        self.assertEqual((result.returncode, len(self.rows(result))), (1, 5))
        self.assertIn("the bound of -1000", result.stderr)

    @unittest.skipUnless(WATCHED.exists() and shutil.which("chromium"),
                         "needs npm ci in web/, and Chromium")
    def test_a_page_that_loses_its_connection_has_every_point(self):
        result = subprocess.run(
            [SCRIPT, "watch", "--server", SERVER, "--steps", "4000", "--batch", "512",
             "--rows", "4", "--cuts", "1", "--bound-mib", "64"],
            text=True, capture_output=True, check=False, timeout=240)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        *rows, last = self.rows(result)
        self.assertEqual(rows[-1]["step"], 4000)
        for row in rows:
            self.assertGreater(row["heap_mib"], 0)
        self.assertEqual((last["cuts"], last["points"], last["same"]),
                         (1, 4000, True))
        for part in ("loading", "watching"):
            for measure in ("clock", "cpu"):
                self.assertGreater(last[part][measure]["longest_ms"], 0)
                self.assertGreaterEqual(last[part][measure]["long_tasks"], 0)

    def test_no_server_is_refused(self):
        result = self.run_script("--server", "/no/such/program")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("/no/such/program", result.stderr)


if __name__ == "__main__":
    SERVER = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
