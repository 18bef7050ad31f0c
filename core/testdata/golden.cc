// SPDX-License-Identifier: MIT
#include "core/testdata/golden.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace microgpt {
namespace {

[[noreturn]] void Fail(std::string_view problem) {
  fmt::print(stderr, "testdata: {}\n", problem);
  std::abort();
}

std::vector<double> ReadNumbers(std::istream& in, size_t count) {
  std::vector<double> numbers(count);
  for (double& number : numbers) in >> number;
  return numbers;
}

Golden::Tensor ReadTensor(std::istream& in) {
  Golden::Tensor tensor;
  in >> tensor.name >> tensor.rows >> tensor.cols;
  tensor.values = ReadNumbers(in, tensor.rows * tensor.cols);
  return tensor;
}

std::vector<std::string> ReadSamples(std::istream& in) {
  size_t count = 0;
  in >> count >> std::ws;
  std::vector<std::string> samples(count);
  for (std::string& sample : samples) std::getline(in, sample);
  return samples;
}

// Reads what follows `key`, the first word of a line.
void ReadEntry(const std::string& key, std::istream& in, Golden& golden) {
  size_t count = 0;
  if (key == "#")
    in.ignore(1000, '\n');
  else if (key == "n_layer")
    in >> golden.n_layer;
  else if (key == "n_embd")
    in >> golden.n_embd;
  else if (key == "n_head")
    in >> golden.n_head;
  else if (key == "block_size")
    in >> golden.block_size;
  else if (key == "steps")
    in >> golden.steps;
  else if (key == "batch_size")
    in >> golden.batch_size;
  else if (key == "optimizer")
    in >> golden.optimizer;
  else if (key == "learning_rate")
    in >> golden.learning_rate;
  else if (key == "seed")
    in >> golden.seed;
  else if (key == "losses" && in >> count)
    golden.losses = ReadNumbers(in, count);
  else if (key == "gradient")
    golden.gradients.push_back(ReadTensor(in));
  else if (key == "parameter")
    golden.parameters.push_back(ReadTensor(in));
  else if (key == "samples")
    golden.samples = ReadSamples(in);
  else
    Fail(fmt::format("\"{}\" is no key of a golden file", key));
}

}  // namespace

std::string ReadTestdata(std::string_view file_name) {
  const std::string path =
      fmt::format("{}/{}", MICROGPT_TESTDATA_DIR, file_name);
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail(fmt::format("cannot open {}", path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Golden LoadGolden(std::string_view name) {
  std::istringstream in(ReadTestdata(fmt::format("{}.golden", name)));
  Golden golden;
  for (std::string key; in >> key;) {
    ReadEntry(key, in, golden);
    if (!in) Fail(fmt::format("{}.golden: cannot read {}", name, key));
  }
  return golden;
}

std::vector<double> Flatten(const std::vector<Golden::Tensor>& tensors) {
  std::vector<double> all;
  for (const Golden::Tensor& tensor : tensors) {
    all.insert(all.end(), tensor.values.begin(), tensor.values.end());
  }
  return all;
}

}  // namespace microgpt
