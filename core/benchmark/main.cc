// SPDX-License-Identifier: MIT
//
// microgpt_benchmark: how fast the trainer that `Train` calls and the generator
// that `Generate` calls are on this machine. scripts/benchmark runs it;
// docs/performance.md says what the keys of its rows mean.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <thread>

#include "core/benchmark/documents.h"
#include "core/benchmark/generate.h"
#include "core/benchmark/json_line.h"
#include "core/benchmark/load.h"
#include "core/benchmark/options.h"
#include "core/benchmark/peak.h"
#include "core/benchmark/train.h"
#include "core/errors/errors.h"

namespace microgpt::benchmark {
namespace {

void Print(const JsonLine& line) {
  fmt::print("{}\n", line.Text());
  std::fflush(stdout);
}

absl::Status Run(const Options& options) {
  const uint32_t cores = std::max(std::thread::hardware_concurrency(), 1U);
  MICROGPT_ASSIGN_OR_RETURN(const std::string text, ReadFile(options.data));
  MICROGPT_ASSIGN_OR_RETURN(const Corpus lines, Corpus::FromText(text));
  MICROGPT_ASSIGN_OR_RETURN(const auto train, options.Cases(TrainCases(cores)));
  MICROGPT_ASSIGN_OR_RETURN(const auto generate,
                            options.Cases(GenerateCases()));
  MICROGPT_ASSIGN_OR_RETURN(const auto to_loss,
                            options.Cases(TimeToLossCases(cores)));
  for (const JsonLine& row : MeasurePeaks(cores, options.effort)) Print(row);
  if (options.Wants("train")) {
    for (const Case& c : train) {
      Print(MeasureTraining(c, lines, options.effort));
    }
  }
  if (options.Wants("generate")) {
    for (const Case& c : generate) {
      Print(MeasureGeneration(c, lines, options.effort));
    }
  }
  if (options.Wants("load")) {
    Print(MeasureLoading(train.front(), text, options.effort));
  }
  if (options.Wants("time_to_loss")) {
    for (const Case& c : to_loss) {
      for (const JsonLine& row :
           MeasureTimeToLoss(c, lines, options.losses, options.runs)) {
        Print(row);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace microgpt::benchmark

int main(int argc, char** argv) {
  namespace benchmark = microgpt::benchmark;
  const absl::Status status =
      benchmark::Run(benchmark::ReadOptions(argc, argv));
  if (status.ok()) return 0;
  fmt::print(stderr, "microgpt_benchmark: {}\n", std::string(status.message()));
  return 2;
}
