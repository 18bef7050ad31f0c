// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_INSPECTION_INSPECTED_MODEL_H_
#define MICROGPT_SERVER_HANDLERS_INSPECTION_INSPECTED_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/model.h"
#include "server/jobs/checkpoints.h"
#include "server/jobs/jobs.h"
#include "server/registry/registry.h"
#include "server/store/records.h"

namespace microgpt::server {

// How a request names a snapshot: a model, or a job and maybe one of its steps.
struct SnapshotName {
  std::string model = {};
  std::string job = {};
  std::optional<uint32_t> step = {};
};

template <typename Request>
SnapshotName SnapshotNameOf(const Request& request) {
  return {.model = request.model(),
          .job = request.job(),
          .step = request.has_step() ? std::optional(request.step())
                                     : std::nullopt};
}

// OK, or a FieldError: model and job both, or a step of neither.
absl::Status Validate(const SnapshotName& name);

// A snapshot, and what an answer says of it.
struct InspectedModel {
  std::shared_ptr<const Model> model;
  std::string reference;  // "names@3"; empty: a checkpoint
  std::string job;        // that made it; empty: it was imported
  uint32_t step = 0;      // that it was made after; 0: not known
  std::optional<DatasetSummary> dataset;  // nullopt: not known
};

// Where snapshots are.
struct SnapshotSources {
  const Registry& registry;
  const Jobs& jobs;
  const Checkpoints& checkpoints;
};

// The one door from names to snapshots. A job that has made a version stands
// for that, unless a step before its last is asked for.
//
// As Registry::Resolve, or, of a job, NOT_FOUND, and FAILED_PRECONDITION,
// reason CHECKPOINT_GONE, where nothing is left of the step. Takes time.
absl::StatusOr<InspectedModel> FindSnapshot(const SnapshotName& name,
                                            const SnapshotSources& sources);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_INSPECTION_INSPECTED_MODEL_H_
