// SPDX-License-Identifier: MIT
#include "server/handlers/generate_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/random/python_random.h"
#include "server/handlers/convert.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

constexpr int kBatchSamples = 256;         // in one message
constexpr size_t kBatchBytes = 256 << 10;  // in one message, about

// A problem of the condition's, whose fields stand in `where`; the prefix is
// the request's own.
absl::Status InWhere(const absl::Status& status) {
  if (FieldOf(status).empty() || FieldOf(status) == "prefix") return status;
  return PrefixField("where.", status);
}

}  // namespace

GenerateStream::GenerateStream(GenerationSettings settings,
                               std::unique_ptr<ModelSource> source,
                               const Parts& parts, RunQueue::Ticket ticket,
                               std::stop_token stop)
    : settings_(std::move(settings)),
      parts_(parts),
      ticket_(std::move(ticket)),
      stop_(std::move(stop)),
      source_(std::move(source)) {}

void GenerateStream::Pull(Next next) {
  std::optional<Made> ready;
  bool idle, first;
  {
    MutexLock lock(mutex_);
    ready = std::exchange(ahead_, std::nullopt);
    if (!ready) waiting_ = next;
    const bool more = !ready || !ready->last;
    idle = more && !std::exchange(working_, true);
    first = !std::exchange(pulled_, true);
  }
  if (idle) {
    const auto slice = [self = shared_from_this()] { return self->RunSlice(); };
    first ? parts_.queue.SubmitFirst(slice) : parts_.queue.Submit(slice);
  }
  if (ready) Give(*std::move(ready), next);
}

// Makes a message, or a part of one, and goes on until there is one that nobody
// waits for.
bool GenerateStream::RunSlice() {
  Made made{.message = MakeMessage(), .last = false};
  if (made.message.ok() && !made.message->has_value()) return true;
  made.last = made_last_ || !made.message.ok();
  const bool go_on = !made.last;
  Next next;
  {
    MutexLock lock(mutex_);
    working_ = waiting_ != nullptr && go_on;
    if (waiting_ == nullptr) {
      ahead_ = std::move(made);
      return false;
    }
    next = std::exchange(waiting_, nullptr);
  }
  Give(std::move(made), next);
  return go_on;
}

void GenerateStream::Give(Made made, const Next& next) {
  gave_last_ = made.last;
  next(std::move(made.message));
}

void GenerateStream::Recycle(v1::GenerateResponse used) {
  used.Clear();
  MutexLock lock(mutex_);
  spare_.Swap(&used);
}

v1::GenerateResponse GenerateStream::TakeSpare() {
  MutexLock lock(mutex_);
  return std::move(spare_);
}

// nullopt: nothing yet.
GenerateStream::Message GenerateStream::MakeMessage() {
  const Clock::time_point end = Clock::now() + RunQueue::kSlice;
  if (sequence_ == nullptr) {
    MICROGPT_ASSIGN_OR_RETURN(std::optional<ReadyModel> ready,
                              source_->Get(end, stop_));
    if (!ready) return std::nullopt;
    source_ = nullptr;
    MICROGPT_RETURN_IF_ERROR(Start(*std::move(ready)));
  }
  v1::GenerateResponse message = TakeSpare();
  if (of_sample_.empty()) MICROGPT_RETURN_IF_ERROR(AddSamples(end, message));
  if (!of_sample_.empty()) {
    message = std::move(of_sample_.front());
    of_sample_.pop_front();
  }
  if (of_sample_.empty() && sequence_->exhausted()) {
    made_last_ = true;
    AddSummary(message);
    sequence_ = nullptr;  // others can use its generator
  } else if (message.samples().empty() && !message.has_token()) {
    Recycle(std::move(message));
    return std::nullopt;
  }
  if (ready_.training) {
    *message.mutable_training() = *std::exchange(ready_.training, std::nullopt);
  }
  return message;
}

absl::Status GenerateStream::Start(ReadyModel ready) {
  ready_ = std::move(ready);
  const std::shared_ptr<const Model>& model = ready_.model;
  MICROGPT_ASSIGN_OR_RETURN(std::unique_ptr<Generator> generator,
                            TakeGenerator());
  MICROGPT_ASSIGN_OR_RETURN(Wanted wanted, MakeWanted());
  if (settings_.stream_tokens) {
    steps_ = StepReader::Create(model, settings_.sampling);
    prefix_tokens_ = model->tokenizer().Encode(settings_.prefix)->size();
  }
  SampleSequence::Settings settings{
      .count = settings_.count,
      .max_attempts = settings_.max_attempts,
      .token_logprobs = settings_.logprobs || settings_.stream_tokens,
      .wanted = std::move(wanted)};
  if (!settings_.python) {
    sequence_ = SampleSequence::Indexed(std::move(generator), *settings_.seed,
                                        std::move(settings));
    return absl::OkStatus();
  }
  sequence_ = SampleSequence::InOneStream(
      std::move(generator),
      std::make_unique<PythonRandom>(
          settings_.seed ? PythonRandom(*settings_.seed) : model->random()),
      std::move(settings));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Generator>> GenerateStream::TakeGenerator()
    const {
  if (ready_.reference.empty()) {  // nobody else's model
    return Generator::Create(ready_.model, settings_.sampling,
                             settings_.prefix);
  }
  return parts_.generators.Take(ready_.model, settings_.sampling,
                                settings_.prefix);
}

// All texts that were sent are remembered.
absl::Status GenerateStream::CheckUnique() const {
  const uint64_t block_size = ready_.model->config()->block_size;
  const uint64_t most = kMaxUniqueCharacters / block_size;
  if (!settings_.unique || settings_.count <= most) return absl::OkStatus();
  return FieldError("count",
                    fmt::format("{} unique strings of up to {} characters are "
                                "above the maximum {}",
                                settings_.count, block_size, most));
}

absl::StatusOr<Wanted> GenerateStream::MakeWanted() {
  MICROGPT_RETURN_IF_ERROR(CheckUnique());
  Wanted wanted{.documents = std::move(ready_.documents),
                .novel = settings_.novel,
                .unique = settings_.unique};
  if (settings_.where.empty()) return wanted;
  absl::StatusOr<Condition> condition =
      Condition::Create(settings_.where, ready_.model->tokenizer(),
                        ready_.model->config()->block_size, settings_.prefix);
  if (!condition.ok()) return InWhere(condition.status());
  wanted.condition = *std::move(condition);
  return wanted;
}

// The first sample leaves at once; then as many as one slice makes. With
// stream_tokens a single one, into of_sample_.
absl::Status GenerateStream::AddSamples(Clock::time_point end,
                                        v1::GenerateResponse& message) {
  const int most = made_ == 0 ? 1 : kBatchSamples;
  size_t bytes = 0;
  while (!sequence_->exhausted() && message.samples_size() < most &&
         bytes < kBatchBytes) {
    if (stop_.stop_requested()) return absl::CancelledError();
    if (std::optional<Sample> sample = sequence_->Take()) {
      bytes += sample->text.size() + 8 * sample->token_logprobs.size();
      if (settings_.stream_tokens) {
        MICROGPT_RETURN_IF_ERROR(PutTokens(*sample));
        Add(*sample, of_sample_.emplace_back());
        break;
      }
      Add(*sample, message);
    } else if (Clock::now() >= end || !sequence_->Draw(stop_)) {
      break;
    }
  }
  return absl::OkStatus();
}

absl::Status GenerateStream::PutTokens(const Sample& sample) {
  const auto steps = steps_->Read(sample, prefix_tokens_, stop_);
  if (!steps) return absl::CancelledError();
  for (const TokenStep& step : *steps) {
    *of_sample_.emplace_back().mutable_token() = MakeToken(step);
  }
  return absl::OkStatus();
}

v1::Token GenerateStream::MakeToken(const TokenStep& step) const {
  const Tokenizer& tokenizer = ready_.model->tokenizer();
  const auto text_of = [&](Token token) {
    return token == tokenizer.bos() ? std::string()
                                    : tokenizer.alphabet()[token];
  };
  v1::Token message;
  message.set_index(made_);
  message.set_text(text_of(step.drawn.token));
  message.set_probability(step.drawn.probability);
  for (const TokenStep::Choice& choice : step.alternatives) {
    v1::Token::Alternative& added = *message.add_alternatives();
    added.set_text(text_of(choice.token));
    added.set_probability(choice.probability);
  }
  return message;
}

void GenerateStream::Add(const Sample& sample, v1::GenerateResponse& message) {
  v1::Sample& added = *message.add_samples();
  added.set_text(sample.text);  // into the memory of an earlier one
  added.set_logprob(sample.logprob);
  added.set_truncated(sample.truncated);
  added.set_index(made_);
  if (sample.novel) added.set_novel(*sample.novel);
  if (settings_.logprobs) {
    added.mutable_token_logprobs()->Assign(sample.token_logprobs.begin(),
                                           sample.token_logprobs.end());
  }
  ++made_;
}

void GenerateStream::AddSummary(v1::GenerateResponse& message) const {
  v1::Summary& summary = *message.mutable_summary();
  summary.set_count(made_);
  summary.set_attempts(static_cast<uint32_t>(std::min<uint64_t>(
      sequence_->attempts(), std::numeric_limits<uint32_t>::max())));
  summary.set_shortfall(settings_.count - made_);
  if (settings_.seed) summary.set_seed(*settings_.seed);
  summary.set_model(ready_.reference);
  *summary.mutable_elapsed() = ToProto(Clock::now() - start_);
}

}  // namespace microgpt::server
