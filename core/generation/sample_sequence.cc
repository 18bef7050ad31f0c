// SPDX-License-Identifier: MIT
#include "core/generation/sample_sequence.h"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

namespace microgpt {
namespace {

class IndexedSequence : public SampleSequence {
 public:
  IndexedSequence(std::unique_ptr<Generator> generator,
                  const IndexedSettings& settings)
      : generator_(std::move(generator)), settings_(settings) {}

  bool Draw(const std::stop_token& stop) override {
    ChooseDraws();
    std::vector<StreamPlace> places;
    for (const uint32_t i : drawn_) places.push_back(waiting_[i].place);
    auto samples = generator_->DrawMany(settings_.seed, places,
                                        settings_.token_logprobs, stop);
    if (!samples) return false;
    for (size_t i = 0; i < drawn_.size(); ++i) {
      Waiting& waiting = waiting_[drawn_[i]];
      ++waiting.attempts;
      waiting.place = places[i];
      if (!(*samples)[i].text.empty())
        waiting.sample = std::move((*samples)[i]);
    }
    return true;
  }

  std::optional<Sample> Take() override {
    if (waiting_.empty() || !waiting_.front().sample) return std::nullopt;
    std::optional<Sample> sample = std::move(waiting_.front().sample);
    attempts_ += waiting_.front().attempts;
    waiting_.pop_front();
    ++taken_;
    return sample;
  }

  bool exhausted() const override {
    return taken_ == settings_.count || IsHopeless();
  }

  uint64_t attempts() const override {
    return attempts_ + (IsHopeless() ? settings_.max_attempts : 0);
  }

 private:
  // A sample that was not taken yet.
  struct Waiting {
    StreamPlace place;
    uint32_t attempts = 0;
    std::optional<Sample> sample = {};
  };

  bool IsHopeless() const {
    return !waiting_.empty() && !waiting_.front().sample &&
           waiting_.front().attempts == settings_.max_attempts;
  }

  // Sets drawn_ to what is drawn next: first what was not wanted. No more wait
  // than are drawn at once, so that one sample that is hard to find does not
  // pile up those behind it.
  void ChooseDraws() {
    const bool first = taken_ == 0 && waiting_.size() <= 1;
    const size_t most = first ? 1 : generator_->StringsAtOnce();
    const uint32_t left = settings_.count - taken_;
    while (waiting_.size() < std::min<size_t>(most, left)) {
      waiting_.push_back({.place = {.index = taken_ + static_cast<uint32_t>(
                                                          waiting_.size())}});
    }
    drawn_.clear();
    for (uint32_t i = 0; i < waiting_.size() && drawn_.size() < most; ++i) {
      const Waiting& waiting = waiting_[i];
      if (!waiting.sample && waiting.attempts < settings_.max_attempts) {
        drawn_.push_back(i);
      }
    }
  }

  const std::unique_ptr<Generator> generator_;
  const IndexedSettings settings_;
  std::deque<Waiting> waiting_;  // samples taken_, taken_ + 1, …
  std::vector<uint32_t> drawn_;  // places in waiting_
  uint32_t taken_ = 0;
  uint64_t attempts_ = 0;  // of those taken
};

class OneStreamSequence : public SampleSequence {
 public:
  OneStreamSequence(std::unique_ptr<Generator> generator,
                    std::unique_ptr<RandomSource> random, uint32_t count)
      : generator_(std::move(generator)),
        random_(std::move(random)),
        count_(count) {}

  bool Draw(const std::stop_token& stop) override {
    sample_ = generator_->Draw(*random_, stop);
    return sample_.has_value();
  }

  std::optional<Sample> Take() override {
    if (sample_) ++taken_;
    return std::exchange(sample_, std::nullopt);
  }

  bool exhausted() const override { return taken_ == count_; }
  uint64_t attempts() const override { return taken_; }

 private:
  const std::unique_ptr<Generator> generator_;
  const std::unique_ptr<RandomSource> random_;
  const uint32_t count_;
  uint32_t taken_ = 0;
  std::optional<Sample> sample_;
};

}  // namespace

std::unique_ptr<SampleSequence> SampleSequence::Indexed(
    std::unique_ptr<Generator> generator, const IndexedSettings& settings) {
  return std::make_unique<IndexedSequence>(std::move(generator), settings);
}

std::unique_ptr<SampleSequence> SampleSequence::InOneStream(
    std::unique_ptr<Generator> generator, std::unique_ptr<RandomSource> random,
    uint32_t count) {
  return std::make_unique<OneStreamSequence>(std::move(generator),
                                             std::move(random), count);
}

}  // namespace microgpt
