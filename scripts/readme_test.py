# SPDX-License-Identifier: MIT
"""Runs the README's commands, those behind a "$ ", as they stand there, against a
real server; and looks at what they print where the README promises something.

  readme_test.py BIN    the folder with microgptd and mgpt
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(sys.argv.pop()).resolve()


def commands():
    """Without the one that finds the programs."""
    lines = (ROOT / "README.md").read_text().splitlines()
    found = [line[6:] for line in lines if line.startswith("    $ ")]
    return [command for command in found if "export PATH" not in command]


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.text = (ROOT / "server/datasets/names.txt").read_text()
        pathlib.Path(cls.folder.name, "names.txt").write_text(cls.text)
        cls.server = subprocess.Popen(
            [BIN / "microgptd", "--grpc-address=127.0.0.1:0",
             "--http-address=127.0.0.1:0",
             f"--data-dir={cls.folder.name}/data"],
            stderr=subprocess.PIPE, text=True)
        found = []  # where gRPC listens, and HTTP
        while len(found) < 2:
            line = cls.server.stderr.readline()
            found += re.findall(r"listening on (\S+)", line)
        address, http = found
        cls.drain = subprocess.Popen(["cat"], stdin=cls.server.stderr,
                                     stdout=subprocess.DEVNULL)
        cls.environment = {**os.environ, "MGPT_SERVER": address,
                           "PATH": f"{BIN}:{os.environ['PATH']}"}
        cls.printed = {}
        for command in commands():
            done = subprocess.run(
                ["bash", "-o", "pipefail", "-c",
                 command.replace("localhost:8080", http)], cwd=cls.folder.name,
                env=cls.environment, capture_output=True, text=True)
            cls.printed[command] = done

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()
        cls.drain.wait()
        cls.folder.cleanup()

    def lines(self, part):
        """What the one command that has this part printed."""
        [command] = [c for c in self.printed if part in c]
        return self.printed[command].stdout.splitlines()

    def test_every_command_succeeds(self):
        self.assertGreater(len(self.printed), 15)
        for command, done in self.printed.items():
            self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")

    def test_novel_unique_strings_that_fit(self):
        names = set(self.text.split())
        strings = self.lines("--novel")
        self.assertEqual(len(set(strings)), 5)
        for string in strings:
            self.assertNotIn(string, names)
            self.assertRegex(string, "^ma.{2,4}$")

    def test_strings_of_an_expression(self):
        strings = self.lines("--regex")
        self.assertEqual(len(strings), 5)
        for string in strings:
            self.assertRegex(string, "^.*(lyn|ann)a?$")

    def test_strings_like_the_first_two_hundred(self):
        examples = self.text.split()[:200]
        strings = self.lines("mgpt like")
        self.assertEqual(len(set(strings)), 10)
        self.assertFalse(set(strings) & set(examples))

    def test_curl_trains_and_generates(self):
        [job] = map(json.loads, self.lines("MicroGpt/Train"))
        self.assertEqual(job["state"], "STATE_SUCCEEDED")
        messages = map(json.loads, self.lines("MicroGpt/Generate"))
        samples = [sample for message in messages
                   for sample in message["samples"]]
        self.assertEqual(len(samples), 5)

    def test_a_name_is_likelier_than_gibberish(self):
        rows = [row.split() for row in self.lines("mgpt score mine emma zzxqj")]
        score = {row[0]: float(row[1]) for row in rows[1:]}
        self.assertGreater(score["emma"], score["zzxqj"] + 5)

    def test_where_heads_look_is_a_square_of_shares_a_head(self):
        lines = self.lines("mgpt trace mine emma")
        self.assertRegex(lines[0], r"^mine@1 · step 1000 · loss of the text \d\.\d\d$")
        heads = [i for i, line in enumerate(lines) if line.startswith("L0 H")]
        self.assertEqual(len(heads), 4)
        for head in heads:
            self.assertEqual(lines[head].split()[2:], list("⟨emma"))
            for keys, row in enumerate(lines[head + 1:head + 6], start=1):
                shares = [float(cell[1:]) for cell in row.split()[1:]]
                self.assertEqual(len(shares), keys)
                self.assertAlmostEqual(sum(shares), 1, delta=0.03)


if __name__ == "__main__":
    unittest.main()
