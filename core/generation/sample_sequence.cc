// SPDX-License-Identifier: MIT
#include "core/generation/sample_sequence.h"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "core/generation/text_owners.h"

namespace microgpt {
namespace {

// Tells whether a sample is novel, and whether it is wanted by itself.
bool Accepts(const Wanted& wanted, Sample& sample) {
  if (sample.text.empty()) return false;
  if (wanted.condition && !wanted.condition->IsMetBy(sample.text)) return false;
  if (wanted.documents != nullptr) {
    sample.novel = !wanted.documents->Contains(sample.text);
  }
  return !wanted.novel || *sample.novel;
}

// How many draws a sequence may have made when it has taken so many samples.
uint64_t AttemptsAllowed(const SampleSequence::Settings& settings,
                         uint64_t taken) {
  return settings.max_attempts * (taken + SampleSequence::kSamplesBehind);
}

class IndexedSequence : public SampleSequence {
 public:
  IndexedSequence(std::unique_ptr<Generator> generator, uint32_t seed,
                  Settings settings)
      : generator_(std::move(generator)),
        seed_(seed),
        settings_(std::move(settings)) {}

  bool Draw(const std::stop_token& stop) override {
    if (offered_ == drawn_.size()) {
      ChooseAttempts();
      auto samples = generator_->DrawMany(seed_, attempts_,
                                          settings_.token_logprobs, stop);
      if (!samples) return false;
      drawn_ = *std::move(samples);
      offered_ = 0;
    }
    // An expression may take long to match: the rest at the next call.
    const size_t most = settings_.wanted.condition ? kOffers : drawn_.size();
    const size_t end = std::min(offered_ + most, drawn_.size());
    for (; offered_ < end; ++offered_) {
      Offer(std::move(drawn_[offered_]), attempts_[offered_]);
    }
    return true;
  }

  std::optional<Sample> Take() override {
    if (waiting_.empty() || !waiting_.front().sample || IsHopeless()) {
      return std::nullopt;
    }
    std::optional<Sample> sample = std::move(waiting_.front().sample);
    attempts_of_taken_ += waiting_.front().attempts;
    waiting_.pop_front();
    ++taken_;
    return sample;
  }

  bool exhausted() const override {
    return taken_ == settings_.count || IsHopeless();
  }

  uint64_t attempts() const override {
    return attempts_of_taken_ + (IsHopeless() ? AttemptsLeft() : 0);
  }

 private:
  static constexpr size_t kOffers = 32;

  // A sample that was not taken yet.
  struct Waiting {
    uint32_t attempts = 0;  // up to the one that gave the sample
    std::optional<Sample> sample = {};
  };

  // Of the next sample; those behind it know of no lower limit yet.
  uint64_t AttemptsLeft() const {
    return std::min<uint64_t>(
        AttemptsAllowed(settings_, taken_) - attempts_of_taken_,
        Attempt::kMaxAttempts);
  }

  bool IsUndecided(const Waiting& waiting) const {
    return !waiting.sample && waiting.attempts < AttemptsLeft();
  }

  // A sample that took more attempts than were left is none either: it was
  // drawn ahead.
  bool IsHopeless() const {
    if (waiting_.empty()) return false;
    const Waiting& next = waiting_.front();
    return next.sample ? next.attempts > AttemptsLeft()
                       : next.attempts >= AttemptsLeft();
  }

  // Sets attempts_ to what is drawn next. No more samples wait than strings are
  // drawn at once, so that one that is hard to find does not pile up those
  // behind it. If fewer have to be drawn, then of each as many attempts ahead
  // as have failed before: that wastes no more than was needed anyway.
  void ChooseAttempts() {
    const size_t most = generator_->StringsAtOnce();
    const size_t ahead = taken_ == 0 ? 1 : most;
    const uint32_t left = settings_.count - taken_;
    waiting_.resize(std::max(waiting_.size(), std::min<size_t>(ahead, left)));
    const auto undecided = static_cast<size_t>(
        std::count_if(waiting_.begin(), waiting_.end(),
                      [this](const Waiting& w) { return IsUndecided(w); }));
    const size_t share = most / std::max<size_t>(undecided, 1);
    attempts_.clear();
    for (uint32_t i = 0; i < waiting_.size(); ++i) {
      const uint32_t done = waiting_[i].attempts;
      if (!IsUndecided(waiting_[i])) continue;
      const size_t count = std::clamp<size_t>(done, 1, share);
      const size_t end = std::min<size_t>(done + count, AttemptsLeft());
      for (uint32_t attempt = done; attempt < end; ++attempt) {
        attempts_.push_back({.index = taken_ + i, .attempt = attempt});
      }
    }
  }

  // What an attempt gave, for the sample that it is of. Of each sample they
  // come in order; one that is not the next is behind one that was wanted.
  void Offer(Sample sample, const Attempt& attempt) {
    if (attempt.index < taken_) return;
    Waiting& waiting = waiting_[attempt.index - taken_];
    if (waiting.sample || waiting.attempts != attempt.attempt) return;
    ++waiting.attempts;
    if (!Accepts(settings_.wanted, sample)) return;
    if (settings_.wanted.unique && !Claim(sample.text, attempt.index)) return;
    waiting.sample = std::move(sample);
  }

  // False if a sample before `index` has this text. One behind it that has it
  // is drawn again.
  bool Claim(std::string_view text, uint32_t index) {
    const uint32_t before = owners_.Claim(text, index);
    if (before == TextOwners::kNobody) return true;
    if (before <= index) return false;
    waiting_[before - taken_].sample.reset();
    return true;
  }

  const std::unique_ptr<Generator> generator_;
  const uint32_t seed_;
  const Settings settings_;
  std::deque<Waiting> waiting_;  // samples taken_, taken_ + 1, …
  std::vector<Attempt> attempts_;
  std::vector<Sample> drawn_;  // by attempts_, of which
  size_t offered_ = 0;         // so many were looked at
  TextOwners owners_;          // if they are to be unique
  uint32_t taken_ = 0;
  uint64_t attempts_of_taken_ = 0;
};

class OneStreamSequence : public SampleSequence {
 public:
  OneStreamSequence(std::unique_ptr<Generator> generator,
                    std::unique_ptr<RandomSource> random, Settings settings)
      : generator_(std::move(generator)),
        random_(std::move(random)),
        settings_(std::move(settings)) {}

  bool Draw(const std::stop_token& stop) override {
    sample_ = generator_->Draw(*random_, stop);
    if (!sample_) return false;
    ++attempts_;
    const bool wanted = Accepts(settings_.wanted, *sample_);
    if (!settings_.wanted.anything()) return true;
    if (!wanted ||
        (settings_.wanted.unique &&
         owners_.Claim(sample_->text, taken_) != TextOwners::kNobody)) {
      sample_.reset();
    }
    return true;
  }

  std::optional<Sample> Take() override {
    if (!sample_) return std::nullopt;
    ++taken_;
    return std::exchange(sample_, std::nullopt);
  }

  bool exhausted() const override {
    return taken_ == settings_.count ||
           (!sample_ && attempts_ >= AttemptsAllowed(settings_, taken_));
  }

  uint64_t attempts() const override { return attempts_; }

 private:
  const std::unique_ptr<Generator> generator_;
  const std::unique_ptr<RandomSource> random_;
  const Settings settings_;
  TextOwners owners_;  // if they are to be unique
  std::optional<Sample> sample_;
  uint32_t taken_ = 0;
  uint64_t attempts_ = 0;
};

}  // namespace

std::unique_ptr<SampleSequence> SampleSequence::Indexed(
    std::unique_ptr<Generator> generator, uint32_t seed, Settings settings) {
  return std::make_unique<IndexedSequence>(std::move(generator), seed,
                                           std::move(settings));
}

std::unique_ptr<SampleSequence> SampleSequence::InOneStream(
    std::unique_ptr<Generator> generator, std::unique_ptr<RandomSource> random,
    Settings settings) {
  return std::make_unique<OneStreamSequence>(
      std::move(generator), std::move(random), std::move(settings));
}

}  // namespace microgpt
