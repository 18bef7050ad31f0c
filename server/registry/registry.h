// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_REGISTRY_REGISTRY_H_
#define MICROGPT_SERVER_REGISTRY_REGISTRY_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/jobs/jobs.h"
#include "server/store/store.h"

namespace microgpt::server {

// Names to models. A version that was handed out stays alive and unchanged for
// as long as somebody holds it. Thread-safe.
class Registry {
 public:
  // Both must outlive this.
  Registry(const Store& store, const Jobs& jobs) : store_(store), jobs_(jobs) {}

  // "names", its newest version, or "names@3".
  //
  // INVALID_ARGUMENT, field "model": not of that form. NOT_FOUND: no such
  // model, naming the nearest, or no such version. FAILED_PRECONDITION, reason
  // NOT_TRAINED: the model has a job but no version yet.
  absl::StatusOr<ModelVersion> Resolve(std::string_view reference) const;

  // As Store::ListModels.
  std::vector<ModelVersion> List(std::string_view after, size_t limit) const {
    return store_.ListModels(after, limit);
  }

  size_t size() const { return store_.model_count(); }

 private:
  absl::Status WhyMissing(std::string_view name) const;

  const Store& store_;
  const Jobs& jobs_;
};

// OK, or a FieldError for "model": a name must match
// [a-z0-9][a-z0-9._-]{0,62}.
absl::Status ValidateModelName(std::string_view name);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_REGISTRY_REGISTRY_H_
