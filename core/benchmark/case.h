// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_BENCHMARK_CASE_H_
#define MICROGPT_CORE_BENCHMARK_CASE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/errors/valid.h"
#include "core/generation/sampling.h"
#include "core/model/config.h"

namespace microgpt::benchmark {

// What is made of the lines of the data file.
enum class Documents {
  kLines,   // a document a line
  kJoined,  // lines one after the other, until a document fills block_size
  kRandom,  // as long as the lines, of random code points: any alphabet
};
std::string_view Name(Documents documents);
std::string_view Name(Precision precision);

// What a row measures. Defaults are the reference program's.
struct CaseSettings {
  ModelSettings model = {};
  TrainingSettings training = {};
  SamplingSettings sampling = {};
  uint32_t streams = 0;  // strings drawn at once; 0: as many as Generate does
  Documents documents = Documents::kLines;
  uint32_t vocab = 2345;  // of random documents, BOS included: 2..20992

  // OK, or a FieldError for the first field that is wrong.
  absl::Status Validate() const;
};
using Case = Valid<CaseSettings>;

// The cases of a whole run, the defaults first; those with more than one thread
// only up to `threads`.
std::vector<Case> TrainCases(uint32_t threads);
std::vector<Case> GenerateCases();
std::vector<Case> TimeToLossCases(uint32_t threads);

}  // namespace microgpt::benchmark

#endif  // MICROGPT_CORE_BENCHMARK_CASE_H_
