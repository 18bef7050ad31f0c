// SPDX-License-Identifier: MIT
#include "server/handlers/generator_pool.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/errors/errors.h"

namespace microgpt::server {

// A generator that goes back to its pool.
class GeneratorPool::Lent : public Generator {
 public:
  Lent(GeneratorPool& pool, Entry entry)
      : pool_(pool), entry_(std::move(entry)) {}
  ~Lent() override {
    if (!stopped_) pool_.Keep(std::move(entry_));
  }

  std::optional<Sample> Draw(RandomSource& random,
                             const std::stop_token& stop) override {
    auto sample = entry_.generator->Draw(random, stop);
    if (!sample) stopped_ = true;
    return sample;
  }

  std::optional<std::vector<Sample>> DrawMany(
      uint32_t seed, std::span<const Attempt> attempts, bool token_logprobs,
      const std::stop_token& stop) override {
    auto samples =
        entry_.generator->DrawMany(seed, attempts, token_logprobs, stop);
    if (!samples) stopped_ = true;
    return samples;
  }

  size_t StringsAtOnce() const override {
    return entry_.generator->StringsAtOnce();
  }

 private:
  GeneratorPool& pool_;
  Entry entry_;
  bool stopped_ = false;
};

bool GeneratorPool::Entry::IsFor(const Model& other,
                                 const SamplingConfig& settings,
                                 const std::string& text) const {
  return model.get() == &other &&
         sampling->temperature == settings->temperature &&
         sampling->top_k == settings->top_k &&
         sampling->top_p == settings->top_p && prefix == text;
}

absl::StatusOr<std::unique_ptr<Generator>> GeneratorPool::Take(
    std::shared_ptr<const Model> model, const SamplingConfig& sampling,
    const std::string& prefix) {
  if (model->memory_bytes() > kMaxModelBytes) {
    return Generator::Create(std::move(model), sampling, prefix);
  }
  std::list<Entry> found;
  {
    MutexLock lock(mutex_);
    const auto entry = std::ranges::find_if(waiting_, [&](const Entry& e) {
      return e.IsFor(*model, sampling, prefix);
    });
    if (entry != waiting_.end()) found.splice(found.end(), waiting_, entry);
  }
  if (found.empty()) {
    MICROGPT_ASSIGN_OR_RETURN(auto generator,
                              Generator::Create(model, sampling, prefix));
    found.push_back({std::move(model), sampling, prefix, std::move(generator)});
  }
  return std::make_unique<Lent>(*this, std::move(found.front()));
}

size_t GeneratorPool::waiting() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

void GeneratorPool::Keep(Entry entry) {
  std::list<Entry> leaving;  // destroyed after the lock is released
  MutexLock lock(mutex_);
  waiting_.push_front(std::move(entry));
  if (waiting_.size() > most_) {
    leaving.splice(leaving.end(), waiting_, std::prev(waiting_.end()));
  }
}

}  // namespace microgpt::server
