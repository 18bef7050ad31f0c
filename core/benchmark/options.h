// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_BENCHMARK_OPTIONS_H_
#define MICROGPT_CORE_BENCHMARK_OPTIONS_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/benchmark/case.h"
#include "core/benchmark/repeat.h"

namespace microgpt::benchmark {

// What the command line asks for.
struct Options {
  std::string what = "all";  // or train, generate, load, time_to_loss
  std::string data;          // a text, one document a line
  Effort effort;
  std::vector<double> losses = {2.2, 2.1, 2.0};  // of time_to_loss, falling
  int runs = 3;                                  // trainings of time_to_loss
  // What flags change of a case, in order. With any of them a single case is
  // measured, else the whole table.
  std::vector<std::function<void(CaseSettings&)>> changes;

  bool Wants(std::string_view bench) const {
    return what == "all" || what == bench;
  }

  // `table`, or its first case with the changes. The FieldError of the case if
  // they make it wrong.
  absl::StatusOr<std::vector<Case>> Cases(std::vector<Case> table) const;
};

// Prints and exits if there is something wrong or help is asked for.
Options ReadOptions(int argc, char** argv);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_CORE_BENCHMARK_OPTIONS_H_
