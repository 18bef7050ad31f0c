// SPDX-License-Identifier: MIT
#include "server/handlers/inspection/inspected_model.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "core/errors/errors.h"
#include "server/handlers/defaults.h"
#include "server/handlers/training.h"

namespace microgpt::server {
namespace {

absl::StatusOr<InspectedModel> FindVersion(const std::string& reference,
                                           const Registry& registry) {
  MICROGPT_ASSIGN_OR_RETURN(Registry::Snapshot snapshot,
                            registry.Resolve(reference));
  const ModelVersion& version = snapshot.version;
  return InspectedModel{
      .model = std::move(snapshot.model),
      .reference = version.Reference(),
      .job = version.job,
      .step = version.training_config ? (*version.training_config)->steps : 0,
      .dataset = version.dataset};
}

absl::Status CheckpointGone(const JobRecord& job,
                            const std::optional<uint32_t>& step) {
  const std::string until = step ? fmt::format(" up to step {}", *step) : "";
  return WithReason(
      absl::FailedPreconditionError(fmt::format(
          "job {} keeps no checkpoint{}: it is at step {} of {}{}", job.id,
          until, job.step, job.training_config->steps,
          job.version == 0 ? ""
                           : fmt::format(" and made \"{}\"",
                                         ReferenceTo(job.model, job.version)))),
      "CHECKPOINT_GONE");
}

}  // namespace

absl::Status Validate(const SnapshotName& name) {
  MICROGPT_RETURN_IF_ERROR(CheckOneOf(name.job, name.model));
  if (name.step && name.job.empty()) {
    return FieldError("step",
                      fmt::format("{} given without a job", *name.step));
  }
  return absl::OkStatus();
}

absl::StatusOr<InspectedModel> FindSnapshot(const SnapshotName& name,
                                            const SnapshotSources& sources) {
  if (name.job.empty()) {
    return FindVersion(NameOrDefault(name.model), sources.registry);
  }
  MICROGPT_ASSIGN_OR_RETURN(const JobRecord job, sources.jobs.Get(name.job));
  if (job.version != 0 && name.step.value_or(job.step) >= job.step) {
    auto version =
        FindVersion(ReferenceTo(job.model, job.version), sources.registry);
    if (!absl::IsNotFound(version.status())) return version;
  }
  auto checkpoint = sources.checkpoints.Find(
      job.id, name.step.value_or(std::numeric_limits<uint32_t>::max()));
  if (!checkpoint) return CheckpointGone(job, name.step);
  return InspectedModel{.model = std::move(checkpoint->model),
                        .reference = {},
                        .job = job.id,
                        .step = checkpoint->step,
                        .dataset = job.dataset};
}

}  // namespace microgpt::server
