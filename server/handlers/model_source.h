// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_MODEL_SOURCE_H_
#define MICROGPT_SERVER_HANDLERS_MODEL_SOURCE_H_

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "core/model/model.h"
#include "core/text/document_set.h"
#include "microgpt/v1/microgpt.pb.h"
#include "server/datasets/datasets.h"
#include "server/registry/registry.h"

namespace microgpt::server {

// A model to draw from, with what a call may say of it.
struct ReadyModel {
  std::shared_ptr<const Model> model;
  std::string reference;                         // "names@3"; empty: none
  std::shared_ptr<const DocumentSet> documents;  // null: not known
  std::optional<v1::QuickTraining> training;
};

// Where a Generate call has its model from. Used by one thread at a time.
class ModelSource {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~ModelSource() = default;

  // The model; nullopt if it is not ready at `end`: then asked again, later.
  // CANCELLED if `stop` was requested. Not called again after an answer.
  virtual absl::StatusOr<std::optional<ReadyModel>> Get(
      Clock::time_point end, const std::stop_token& stop) = 0;
};

// A model of the registry, by its reference. The registry and the datasets must
// outlive the source.
//   novel: the model's documents have to be known.
std::unique_ptr<ModelSource> FromRegistry(const std::string& reference,
                                          bool novel, const Registry& registry,
                                          Datasets& datasets);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_MODEL_SOURCE_H_
