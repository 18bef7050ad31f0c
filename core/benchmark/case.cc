// SPDX-License-Identifier: MIT
#include "core/benchmark/case.h"

#include <initializer_list>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"

namespace microgpt::benchmark {
namespace {

constexpr uint32_t kWidths[] = {16, 32, 64, 128};

CaseSettings Shape(const ModelSettings& model, uint32_t batch,
                   uint32_t threads = 1) {
  CaseSettings settings{.model = model};
  settings.training.batch_size = batch;
  settings.training.threads = threads;
  return settings;
}

void Add(const CaseSettings& settings, std::vector<Case>& cases) {
  cases.push_back(Case::Create(settings).value());
}

// What the prototypes and other programs are compared by.
void AddStandard(uint32_t threads, std::vector<Case>& cases) {
  for (const uint32_t batch : {1, 16, 64}) {
    for (const uint32_t n_embd : kWidths) {
      Add(Shape({.n_embd = n_embd}, batch), cases);
    }
  }
  if (threads < 2) return;
  for (const uint32_t n_embd : kWidths) {
    Add(Shape({.n_embd = n_embd}, 64, 2), cases);
  }
}

// Other shapes: their cost must grow with parameters × tokens, no faster.
void AddOthers(std::vector<Case>& cases) {
  for (const uint32_t n_embd : {16, 64}) {
    Add(Shape({.n_layer = 4, .n_embd = n_embd}, 16), cases);
  }
  for (const uint32_t block_size : {64, 256}) {
    for (const uint32_t n_embd : {16, 64}) {
      CaseSettings settings =
          Shape({.n_embd = n_embd, .block_size = block_size}, 16);
      settings.documents = Documents::kJoined;
      Add(settings, cases);
    }
  }
  for (const uint32_t n_embd : {16, 64}) {
    CaseSettings settings = Shape({.n_embd = n_embd}, 16);
    settings.documents = Documents::kRandom;
    Add(settings, cases);
  }
  Add(Shape({.n_embd = 20, .n_head = 5}, 16), cases);
  Add(Shape({.n_embd = 48, .n_head = 6}, 16), cases);
  for (const uint32_t batch : {1, 16}) {
    CaseSettings settings = Shape({}, batch);
    settings.training.precision = Precision::kFloat64;
    Add(settings, cases);
  }
}

}  // namespace

std::string_view Name(Documents documents) {
  switch (documents) {
    case Documents::kLines:
      return "lines";
    case Documents::kJoined:
      return "joined";
    case Documents::kRandom:
      return "random";
  }
  return "";
}

std::string_view Name(Precision precision) {
  return precision == Precision::kFloat32 ? "float32" : "float64";
}

absl::Status CaseSettings::Validate() const {
  MICROGPT_RETURN_IF_ERROR(model.Validate());
  MICROGPT_RETURN_IF_ERROR(training.Validate());
  MICROGPT_RETURN_IF_ERROR(sampling.Validate());
  MICROGPT_RETURN_IF_ERROR(CheckRange("streams", streams, 0, 1));
  return CheckRange("vocab", vocab, 2, 20992);
}

std::vector<Case> TrainCases(uint32_t threads) {
  std::vector<Case> cases;
  AddStandard(threads, cases);
  AddOthers(cases);
  return cases;
}

std::vector<Case> GenerateCases() {
  std::vector<Case> cases;
  for (const uint32_t n_embd : kWidths) {
    Add(Shape({.n_embd = n_embd}, 1), cases);
  }
  CaseSettings one_by_one;
  one_by_one.streams = 1;
  Add(one_by_one, cases);
  CaseSettings big_alphabet;
  big_alphabet.documents = Documents::kRandom;
  Add(big_alphabet, cases);
  CaseSettings in_double;
  in_double.training.precision = Precision::kFloat64;
  Add(in_double, cases);
  return cases;
}

// What came below a loss of 2 soonest, of the widths, batches, rates and
// initial weights that were tried on names. Two threads need a batch of two
// chunks.
std::vector<Case> TimeToLossCases(uint32_t threads) {
  CaseSettings one = Shape({.n_embd = 32}, 32);
  one.training.steps = 8'000;
  one.training.learning_rate = 0.006;
  one.training.init_std = 0.12;
  std::vector<Case> cases;
  Add(one, cases);
  if (threads < 2) return cases;
  CaseSettings two = one;
  two.training.threads = 2;
  two.training.batch_size = 64;
  two.training.steps = 4'500;
  two.training.learning_rate = 0.008;
  Add(two, cases);
  return cases;
}

}  // namespace microgpt::benchmark
