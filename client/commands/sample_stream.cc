// SPDX-License-Identifier: MIT
#include "client/commands/sample_stream.h"

#include <fmt/format.h>

#include <string>

#include "client/output/figures.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

// "20 strings from names@3 with seed 7 in 2 ms", so that they can be had again.
std::string Said(const v1::Summary& summary, const std::string& model) {
  return fmt::format(
      "{} from {}{} in {}", Counted(summary.count(), "string"), model,
      summary.has_seed() ? fmt::format(" with seed {}", summary.seed()) : "",
      HumanDuration(ToChrono(summary.elapsed())));
}

// "200 documents, learned in 140 steps (7 ms)".
std::string Said(const v1::QuickTraining& training) {
  return fmt::format("{}, learned in {} ({})",
                     Counted(training.documents(), "document"),
                     Counted(training.steps(), "step"),
                     HumanDuration(ToChrono(training.elapsed())));
}

}  // namespace

bool SampleStream::Take(const v1::GenerateResponse& response) {
  if (response.has_training()) training_ = response.training();
  if (response.has_summary()) summary_ = response.summary();
  open_ = Print(response) && session_.out.Flush();
  return open_;
}

bool SampleStream::Print(const v1::GenerateResponse& response) {
  if (response.has_token()) {
    return printer_.Print(response.token(), TokenRow(response.token()));
  }
  if (tokens_ && !printer_.is_json()) return true;
  for (const v1::Sample& sample : response.samples()) {
    if (!printer_.Print(sample, SampleRow(sample, logprobs_))) return false;
  }
  return true;
}

absl::Status SampleStream::Finish() {
  if (!open_) return absl::OkStatus();
  if (!summary_) {
    return absl::UnavailableError(
        "the server ended the stream before its summary: strings may be "
        "missing. Try again");
  }
  Tell();
  return absl::OkStatus();
}

void SampleStream::Tell() const {
  session_.console.Note(
      Said(*summary_, training_ ? Said(*training_) : summary_->model()));
  if (training_ && training_->steps() < training_->config().steps()) {
    session_.console.Warning(fmt::format(
        "the time was over after {} of {} steps: the same seed may give other "
        "strings. Raise --time-budget",
        Grouped(training_->steps()), Grouped(training_->config().steps())));
  }
  if (summary_->shortfall() > 0) TellShortfall();
}

void SampleStream::TellShortfall() const {
  if (summary_->count() == 0) {
    session_.console.Warning(fmt::format(
        "none of {} draws is what was asked for: perhaps no string can be. Ask "
        "for less, or raise --temperature",
        Grouped(summary_->attempts())));
    return;
  }
  session_.console.Warning(fmt::format(
      "{} of {} strings are missing: {} draws were not enough. Ask for less, "
      "or raise --max-attempts or --temperature",
      Grouped(summary_->shortfall()),
      Grouped(summary_->count() + summary_->shortfall()),
      Grouped(summary_->attempts())));
}

}  // namespace microgpt::client
