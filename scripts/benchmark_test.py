#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""scripts/benchmark prints rows that can be read and plotted, whatever their
figures.

  cd build/release/bin
  benchmark_test.py microgpt_benchmark microgptd microgpt_rpc_benchmark
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

PROGRAM = SERVER = CLIENTS = None  # from the command line, in this order
SCRIPT = pathlib.Path(__file__).with_name("benchmark")
LINES = "anna\notto\nada\nlea\ntim\n"

# A tiny model, and no more repetitions than there must be.
TINY = ["--n-embd", "4", "--n-head", "2", "--steps", "500", "--seconds", "0",
        "--repetition-ms", "0", "--repetitions", "1", "--runs", "1"]
OF_ALL = {"bench", "n_embd", "n_layer", "n_head", "block_size", "vocab",
          "precision", "threads", "documents"}
TIMED = {"spread", "best", "repetitions"}
KEYS = {
    "train": OF_ALL | TIMED | {
        "batch", "us_per_document", "peak_fraction", "peak_gflops",
        "flops_per_document", "tokens_per_document", "parameters",
        "ns_per_parameter_token"},
    "generate": OF_ALL | TIMED | {
        "streams", "temperature", "tokens_per_s", "tokens_per_string"},
    "load": OF_ALL | TIMED | {
        "lines", "bytes", "ms", "parse_ms", "tokenise_ms", "shuffle_ms"},
    "time_to_loss": OF_ALL | TIMED | {
        "batch", "steps", "learning_rate", "init_std", "loss", "step", "seconds"},
}
KEYS_OF_CALLS = {
    "callers", "p50_us", "p50_us_spread", "p99_us", "p99_us_spread", "of_echo",
    "of_echo_spread", "of_echo_stream", "of_echo_stream_spread", "calls", "turns"}
RPC_KEYS = {
    "strings": {"count", "strings_per_s", "strings_per_s_spread", "best", "calls"},
    "texts": {"count", "texts_per_s", "texts_per_s_spread", "best", "calls"},
    "beside": {"callers", "others", "p50_us", "p99_us", "max_us", "echo_p50_us",
               "echo_p99_us", "echo_max_us", "calls"},
    "kill": {"stop_ms", "stop_ms_spread", "max_ms", "kills"},
}


class BenchmarkTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = pathlib.Path(folder.name) / "lines.txt"
        self.data.write_text(LINES)

    def run_script(self, *arguments, program=None):
        return subprocess.run(
            [SCRIPT, *arguments, "--program", program or PROGRAM], text=True,
            capture_output=True, check=False, timeout=120)

    def rows(self, *arguments):
        """The peaks, and the rows after them."""
        result = self.run_script(*arguments, "--data", self.data)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        rows = [json.loads(line) for line in result.stdout.splitlines()]
        peaks = [row for row in rows if row["bench"] == "peak"]
        self.assertEqual(rows[:len(peaks)], peaks)
        return peaks, rows[len(peaks):]

    def test_everything_is_measured_and_each_row_has_its_keys(self):
        peaks, rows = self.rows(*TINY, "--loss", "9,0")
        self.assertEqual([peak["threads"] for peak in peaks], [1, 2][:len(peaks)])
        self.assertGreater(peaks[0]["gflops"], 0)
        self.assertEqual([row["bench"] for row in rows],
                         ["train", "generate", "load", *["time_to_loss"] * 2])
        for row in rows:
            self.assertEqual(set(row), KEYS[row["bench"]])
            self.assertEqual((row["n_embd"], row["n_head"]), (4, 2))
            self.assertEqual(row["vocab"], len(set(LINES)))  # BOS for the "\n"
            if row["bench"] != "time_to_loss":  # whose last loss is not reached
                self.assertLessEqual(*row["spread"])

    def test_a_loss_that_is_not_reached_has_no_time(self):
        _, (easy, hard) = self.rows("time_to_loss", *TINY, "--loss", "0,9")
        self.assertEqual((easy["loss"], easy["step"]), (9, 500))
        self.assertGreater(easy["seconds"], 0)
        self.assertEqual((hard["loss"], hard["step"]), (0, 0))
        self.assertIsNone(hard["seconds"])

    def test_flags_make_one_row_of_any_shape(self):
        _, (row,) = self.rows(
            "train", *TINY, "--n-layer", "3", "--block-size", "40", "--batch", "2",
            "--precision", "float64", "--documents", "joined")
        self.assertEqual(
            (row["n_layer"], row["block_size"], row["batch"], row["precision"],
             row["documents"], row["tokens_per_document"]),
            (3, 40, 2, "float64", "joined", 40))
        _, (row,) = self.rows("train", *TINY, "--documents", "random",
                              "--vocab", "12")
        self.assertEqual((row["vocab"], row["documents"]), (12, "random"))

    def test_several_threads_are_compared_with_one(self):
        _, (row,) = self.rows("train", *TINY, "--batch", "4", "--threads", "2")
        self.assertEqual(set(row), KEYS["train"] | {"speedup"})
        self.assertGreater(row["speedup"], 0)

    def test_calls_to_a_server_are_timed(self):
        result = self.run_script("rpc", "--calls", "2", "--seconds", "0.2",
                                 "--server", SERVER, "--data", self.data,
                                 program=CLIENTS)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        train, *rows = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual((train["bench"], train["what"], train["calls"],
                          train["steps"]), ("rpc", "train", 2, 1000))
        self.assertGreater(train["median_ms"], train["training"]["median_ms"])
        self.assertGreater(train["training"]["median_ms"], 0)
        self.assertEqual(
            [(row["what"], row.get("callers")) for row in rows],
            [(what, callers) for callers in (1, 8, 64)
             for what in ("echo", "echo_stream", "score", "generate")] +
            [("strings", None), ("texts", None), ("beside", 1), ("beside", 4),
             ("kill", None)])
        for row in rows:
            self.assertEqual(set(row), {"bench", "what"} | RPC_KEYS.get(
                row["what"], KEYS_OF_CALLS))

    def test_rows_are_plotted(self):
        rows = [self.rows("train", *TINY, "--batch", "16", *flags)[1][0]
                for flags in ([], ["--documents", "random", "--vocab", "12"])]
        standard = {**rows[0], "n_embd": 16, "n_head": 4}
        source, plot = self.data, self.data.with_suffix(".svg")
        for row in (*rows, standard):
            source.write_text(json.dumps(row) + "\n")
            subprocess.run([SCRIPT.with_name("plot_performance"), source, "-o", plot],
                           check=True)
            texts = xml.etree.ElementTree.parse(plot).iter(
                "{http://www.w3.org/2000/svg}text")
            self.assertIn("parameters", [text.text for text in texts])

    def test_a_wrong_model_is_refused_with_its_field(self):
        result = self.run_script("train", "--n-embd", "5")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("n_embd: 5 is not a multiple of n_head 4", result.stderr)

    def test_an_unknown_word_or_flag_is_refused(self):
        for arguments in (["trian"], ["train", "--n-emdb", "8"],
                          ["registry", "--n-embd", "8"]):
            result = self.run_script(*arguments)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(arguments[-1], result.stderr)

    def test_no_calls_and_no_server_are_refused(self):
        for arguments in (["--calls", "0"], ["--server", "/no/such/program"]):
            result = self.run_script("rpc", *arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn(arguments[1], result.stderr)

    def test_no_rows_make_no_plot(self):
        plot = self.data.with_suffix(".svg")
        for text in ("", "{}\n", "anna\n", '{"bench": "rpc"}\n'):
            self.data.write_text(text)
            result = subprocess.run(
                [SCRIPT.with_name("plot_performance"), self.data, "-o", plot],
                text=True, capture_output=True, check=False)
            self.assertEqual(result.returncode, 2)
            self.assertIn(str(self.data), result.stderr)
            self.assertFalse(plot.exists())

    def test_a_missing_file_is_named(self):
        result = self.run_script("load", "--data", "/no/such/file")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("/no/such/file", result.stderr)


if __name__ == "__main__":
    PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
    SERVER = pathlib.Path(sys.argv.pop(1)).resolve()
    CLIENTS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
