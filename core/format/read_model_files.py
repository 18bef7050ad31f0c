#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads our model files as others do, knowing only docs/model-files.md.

  core/format/read_model_files.py WRITE_MODEL_FILES

has that binary write models in both formats, reads them, and runs microgpt
over their weights. The safetensors package is tried where Python has it.
"""

import hashlib
import importlib.util
import json
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

PRECISIONS = ("float32", "float64")
HAS_SAFETENSORS = (importlib.util.find_spec("safetensors") is not None
                   and importlib.util.find_spec("numpy") is not None)


def linear(x, w):
    return [sum(wi * xi for wi, xi in zip(row, x)) for row in w]


def softmax(scores):
    exps = [math.exp(score - max(scores)) for score in scores]
    return [e / sum(exps) for e in exps]


def rmsnorm(x):
    scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def add(a, b):
    return [ai + bi for ai, bi in zip(a, b)]


def attention(q, keys, values, n_head):
    """One position's heads over all positions up to it."""
    size = len(q) // n_head
    out = []
    for begin in range(0, len(q), size):
        part = slice(begin, begin + size)
        scores = [sum(a * b for a, b in zip(q[part], k[part])) / size ** 0.5
                  for k in keys]
        weights = softmax(scores)
        out += [sum(w * v[i] for w, v in zip(weights, values))
                for i in range(begin, begin + size)]
    return out


def microgpt(model, tokens):
    """The logits of each position."""
    config, weights = model["config"], model["state_dict"]
    cache = [([], []) for _ in range(config["n_layer"])]
    logits = []
    for position, token in enumerate(tokens):
        x = rmsnorm(add(weights["wte"][token], weights["wpe"][position]))
        for i, (keys, values) in enumerate(cache):
            layer = {name: weights[f"layer{i}.{name}"]
                     for name in ("attn_wq", "attn_wk", "attn_wv", "attn_wo",
                                  "mlp_fc1", "mlp_fc2")}
            norm = rmsnorm(x)
            keys.append(linear(norm, layer["attn_wk"]))
            values.append(linear(norm, layer["attn_wv"]))
            heads = attention(linear(norm, layer["attn_wq"]), keys, values,
                              config["n_head"])
            x = add(x, linear(heads, layer["attn_wo"]))
            hidden = linear(rmsnorm(x), layer["mlp_fc1"])
            hidden = [max(0.0, h) for h in hidden]
            x = add(x, linear(hidden, layer["mlp_fc2"]))
        logits.append(linear(x, weights["lm_head"]))
    return logits


def draw(model, temperature):
    """One text, as the pure Python program draws it."""
    bos, chars = model["tokenizer"]["BOS"], model["tokenizer"]["uchars"]
    tokens = [bos]
    while len(tokens) <= model["config"]["block_size"]:
        logits = microgpt(model, tokens)[-1]
        weights = softmax([logit / temperature for logit in logits])
        (token,) = random.choices(range(len(weights)), weights=weights)
        if token == bos:
            break
        tokens.append(token)
    return "".join(chars[token] for token in tokens[1:])


def split_safetensors(data):
    """Header and values of a safetensors file."""
    (length,) = struct.unpack_from("<Q", data)
    return json.loads(data[8:8 + length]), data[8 + length:]


def rows(entry, values):
    """A tensor as lists of rows."""
    begin, end = entry["data_offsets"]
    letter = {"F32": "f", "F64": "d"}[entry["dtype"]]
    count, width = entry["shape"]
    flat = struct.unpack(f"<{count * width}{letter}", values[begin:end])
    return [list(flat[i:i + width]) for i in range(0, len(flat), width)]


class ModelFilesTest(unittest.TestCase):
    binary = None

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        subprocess.run([cls.binary, folder.name], check=True)
        cls.figures = json.loads(cls.read("figures.json"))

    @classmethod
    def read(cls, name):
        return (cls.folder / name).read_bytes()

    def each(self):
        """(precision, model.json as a dictionary) of both precisions."""
        for precision in PRECISIONS:
            yield precision, json.loads(self.read(f"{precision}.json"))

    def test_json_is_spelled_as_pythons_up_to_our_own_key(self):
        for precision, model in self.each():
            text = self.read(f"{precision}.json").decode("ascii")
            own = model.pop("microgpt_server")
            self.assertEqual(list(model), ["config", "tokenizer", "state_dict"])
            self.assertTrue(text.startswith(json.dumps(model)[:-1] + ", "))
            model["microgpt_server"] = own
            self.assertEqual(json.dumps(model), text)

    def test_the_json_models_logits_are_ours(self):
        for precision, model in self.each():
            ids = {c: i for i, c in enumerate(model["tokenizer"]["uchars"])}
            tokens = [model["tokenizer"]["BOS"]]
            tokens += [ids[c] for c in self.figures["text"]]
            logits = microgpt(model, tokens)
            bound = 1e-12 if precision == "float64" else 1e-5
            for ours, theirs in zip(self.figures[precision]["logits"], logits,
                                    strict=True):
                self.assertEqual(len(ours), model["config"]["vocab_size"])
                for a, b in zip(ours, theirs, strict=True):
                    self.assertAlmostEqual(a, b, delta=bound)

    def test_safetensors_hold_what_the_json_holds(self):
        for precision, model in self.each():
            data = self.read(f"{precision}.safetensors")
            header, values = split_safetensors(data)
            metadata = header.pop("__metadata__")
            for key in ("config", "tokenizer", "microgpt_server"):
                self.assertEqual(json.loads(metadata[key]), model[key])
            self.assertEqual(
                {name: rows(entry, values) for name, entry in header.items()},
                model["state_dict"])
            self.assertEqual((len(data) - len(values)) % 8, 0)
            end = 0
            for entry in header.values():
                self.assertEqual(entry["data_offsets"][0], end)
                end = entry["data_offsets"][1]
            self.assertEqual(end, len(values))

    def test_the_sum_is_that_of_the_file_without_it(self):
        for precision, model in self.each():
            header, values = split_safetensors(
                self.read(f"{precision}.safetensors"))
            metadata = header["__metadata__"]
            own = json.loads(metadata["microgpt_server"])
            claimed = own.pop("sha256")
            metadata["microgpt_server"] = json.dumps(own)
            text = json.dumps(header).encode()
            text += b" " * (-len(text) % 8)
            digest = hashlib.sha256(struct.pack("<Q", len(text)) + text + values)
            self.assertEqual(claimed, "sha256:" + digest.hexdigest())
            self.assertEqual(claimed, self.figures[precision]["sha256"])
            self.assertEqual(claimed, model["microgpt_server"]["sha256"])

    def test_the_generator_is_pythons(self):
        for _, model in self.each():
            state = model["microgpt_server"]["random"]
            words = [int(state["words"][i:i + 8], 16)
                     for i in range(0, 624 * 8, 8)]
            drawn = random.Random(42)  # as the weights were
            for tensor in model["state_dict"].values():
                for _ in range(len(tensor) * len(tensor[0])):
                    drawn.gauss(0, 0.3)
            version, drawn_words, drawn_gauss = drawn.getstate()
            self.assertEqual((*words, state["used"]), drawn_words)
            if drawn_gauss is None:
                self.assertNotIn("next_gauss", state)
            else:  # its last digits are the C library's
                self.assertAlmostEqual(state["next_gauss"], drawn_gauss,
                                       delta=1e-14)
            restored = random.Random()
            restored.setstate((version, (*words, state["used"]),
                               state.get("next_gauss")))
            self.assertEqual(restored.random(), drawn.random())

    def test_a_file_of_others_draws_what_python_draws(self):
        model = json.loads(self.read("foreign.json"))
        self.assertNotIn("microgpt_server", model)
        random.seed(42)
        drawn = [draw(model, temperature=0.5) for _ in range(20)]
        self.assertEqual(drawn, self.figures["foreign"])
        self.assertGreater(len(set(drawn)), 5)

    @unittest.skipUnless(HAS_SAFETENSORS, "without safetensors and numpy")
    def test_the_safetensors_package_reads_it(self):
        import numpy
        import safetensors
        for precision, model in self.each():
            path = self.folder / f"{precision}.safetensors"
            with safetensors.safe_open(path, framework="numpy") as file:
                self.assertEqual(json.loads(file.metadata()["config"]),
                                 model["config"])
                self.assertEqual(set(file.keys()), set(model["state_dict"]))
                for name in file.keys():
                    tensor = file.get_tensor(name)
                    self.assertEqual(tensor.dtype, numpy.dtype(precision))
                    self.assertEqual(tensor.tolist(), model["state_dict"][name])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    ModelFilesTest.binary = sys.argv.pop(1)
    unittest.main(verbosity=2)
