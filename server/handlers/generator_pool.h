// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_GENERATOR_POOL_H_
#define MICROGPT_SERVER_HANDLERS_GENERATOR_POOL_H_

#include <cstddef>
#include <list>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/generation/generator.h"
#include "core/generation/sampling.h"
#include "core/model/model.h"
#include "server/threads/mutex.h"

namespace microgpt::server {

// Generators of small models, kept from one call for the next like it: to make
// one, and to learn again how strings begin, takes several times as long as to
// draw a string. A generator holds a few MiB, and its model even if that was
// deleted; so few are kept, those used last. Thread-safe.
class GeneratorPool {
 public:
  // most: that wait for a call.
  explicit GeneratorPool(size_t most) : most_(most) {}

  // As Generator::Create. It comes back when it is destroyed, unless a stop cut
  // a draw of its short; the pool must outlive it.
  absl::StatusOr<std::unique_ptr<Generator>> Take(
      std::shared_ptr<const Model> model, const SamplingConfig& sampling,
      const std::string& prefix) ABSL_LOCKS_EXCLUDED(mutex_);

  // Generators that wait for a call.
  size_t waiting() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Of larger ones a string takes long itself, and so do their states.
  static constexpr size_t kMaxModelBytes = size_t{1} << 20;

  struct Entry {
    std::shared_ptr<const Model> model;
    SamplingConfig sampling;
    std::string prefix;
    std::unique_ptr<Generator> generator;

    bool IsFor(const Model& other, const SamplingConfig& settings,
               const std::string& text) const;
  };
  class Lent;

  void Keep(Entry entry) ABSL_LOCKS_EXCLUDED(mutex_);

  const size_t most_;
  mutable Mutex mutex_;
  std::list<Entry> waiting_ ABSL_GUARDED_BY(mutex_);  // used last first
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_GENERATOR_POOL_H_
