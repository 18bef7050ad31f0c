// SPDX-License-Identifier: MIT
#include "core/benchmark/json_line.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <vector>

namespace microgpt::benchmark {
namespace {

std::string Number(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "null";
}

}  // namespace

JsonLine& JsonLine::Add(std::string_view key, std::string_view value) {
  return AddRaw(key, fmt::format("\"{}\"", value));
}

JsonLine& JsonLine::Add(std::string_view key, double value) {
  return AddRaw(key, Number(value));
}

JsonLine& JsonLine::Add(std::string_view key,
                        std::initializer_list<double> values) {
  std::vector<std::string> numbers;
  for (const double value : values) numbers.push_back(Number(value));
  return AddRaw(key, fmt::format("[{}]", fmt::join(numbers, ",")));
}

JsonLine& JsonLine::AddRaw(std::string_view key, std::string_view json) {
  if (!members_.empty()) members_ += ',';
  members_ += fmt::format("\"{}\":{}", key, json);
  return *this;
}

JsonLine CaseLine(std::string_view bench, const Case& c, uint32_t vocab_size) {
  JsonLine line(bench);
  line.Add("n_embd", c->model.n_embd)
      .Add("n_layer", c->model.n_layer)
      .Add("n_head", c->model.n_head)
      .Add("block_size", c->model.block_size)
      .Add("vocab", vocab_size)
      .Add("precision", Name(c->training.precision))
      .Add("threads", c->training.threads)
      .Add("documents", Name(c->documents));
  return line;
}

void AddTimes(std::string_view unit, const std::vector<double>& values,
              JsonLine& line) {
  const Summary summary = Summarize(values);
  line.Add(unit, summary.median)
      .Add("spread", {summary.p10, summary.p90})
      .Add("best", summary.min)
      .Add("repetitions", values.size());
}

}  // namespace microgpt::benchmark
