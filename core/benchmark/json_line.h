// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_BENCHMARK_JSON_LINE_H_
#define MICROGPT_CORE_BENCHMARK_JSON_LINE_H_

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/benchmark/case.h"
#include "core/benchmark/repeat.h"

namespace microgpt::benchmark {

// A JSON object on one line, built key by key. Keys and texts are of our own
// making: nothing in them needs escaping.
class JsonLine {
 public:
  explicit JsonLine(std::string_view bench) { Add("bench", bench); }

  JsonLine& Add(std::string_view key, std::string_view value);
  template <std::integral Integer>
  JsonLine& Add(std::string_view key, Integer value) {
    return AddRaw(key, std::to_string(value));
  }
  // To four digits: more is noise. null if it is not a finite number.
  JsonLine& Add(std::string_view key, double value);
  JsonLine& Add(std::string_view key, std::initializer_list<double> values);

  std::string Text() const { return "{" + members_ + "}"; }

 private:
  JsonLine& AddRaw(std::string_view key, std::string_view json);

  std::string members_;
};

// The keys that every row of a model has.
JsonLine CaseLine(std::string_view bench, const Case& c, uint32_t vocab_size);

// `unit`: the median; "spread": [p10, p90]; "best": the least; "repetitions".
void AddTimes(std::string_view unit, const std::vector<double>& values,
              JsonLine& line);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_CORE_BENCHMARK_JSON_LINE_H_
