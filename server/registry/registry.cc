// SPDX-License-Identifier: MIT
#include "server/registry/registry.h"

#include <fmt/format.h>

#include <utility>

#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

absl::Status NoSuchVersion(std::string_view reference,
                           const ModelVersion& newest) {
  return absl::NotFoundError(
      fmt::format("model \"{}\" not found: the newest version is \"{}\"",
                  reference, newest.Reference()));
}

}  // namespace

absl::StatusOr<ModelVersion> Registry::Look(
    const ModelReference& reference) const {
  if (!reference.alias.empty()) {
    return store_.GetAlias(reference.name, reference.alias);
  }
  return store_.GetVersion(reference.name, reference.version);
}

absl::StatusOr<ModelVersion> Registry::Find(std::string_view text) const {
  MICROGPT_ASSIGN_OR_RETURN(const ModelReference reference,
                            ParseReference(text));
  absl::StatusOr<ModelVersion> found = Look(reference);
  if (!absl::IsNotFound(found.status())) return found;
  const absl::StatusOr<ModelVersion> newest =
      store_.GetVersion(reference.name, 0);
  absl::Status why = newest.status();
  if (absl::IsNotFound(newest.status())) {
    why = WhyUntrained(reference.name);
  } else if (newest.ok()) {
    why =
        reference.alias.empty() ? NoSuchVersion(text, *newest) : found.status();
  }
  // Looked up again: it may have come in between.
  found = Look(reference);
  return absl::IsNotFound(found.status()) ? why : found;
}

absl::StatusOr<Registry::Snapshot> Registry::Resolve(
    std::string_view reference) const {
  MICROGPT_ASSIGN_OR_RETURN(ModelVersion version, Find(reference));
  const std::string key = version.Reference();
  if (auto model = models_.Find(key)) {
    return Snapshot{std::move(version), std::move(model)};
  }
  MICROGPT_ASSIGN_OR_RETURN(auto model, store_.LoadModel(version.sha256));
  return Snapshot{std::move(version), models_.Insert(key, std::move(model))};
}

absl::StatusOr<std::vector<ModelVersion>> Registry::ListVersions(
    std::string_view name, uint32_t before, size_t limit) const {
  MICROGPT_RETURN_IF_ERROR(ValidateModelName(name));
  MICROGPT_ASSIGN_OR_RETURN(std::vector<ModelVersion> versions,
                            store_.ListVersions(name, before, limit));
  if (versions.empty()) MICROGPT_RETURN_IF_ERROR(Find(name).status());
  return versions;
}

void Registry::Add(const ModelVersion& version,
                   std::shared_ptr<const Model> model,
                   Store::Done<ModelVersion> done) {
  store_.AddVersion(version, model,
                    [this, model, done = std::move(done)](
                        absl::StatusOr<ModelVersion> added) {
                      if (added.ok()) {
                        models_.Insert(added->Reference(), model);
                      }
                      done(std::move(added));
                    });
}

void Registry::Delete(std::string_view text, Store::Done<Deleted> done) {
  const absl::StatusOr<ModelReference> reference = ParseReference(text);
  if (!reference.ok()) return done(reference.status());
  if (!reference->alias.empty()) {
    return done(FieldError(
        "model",
        fmt::format("\"{}\" is an alias: delete it as one, or give the "
                    "version that it points to",
                    text)));
  }
  // "names@latest" is one version, though its number is to be looked up.
  if (text.find('@') == std::string_view::npos) {
    return store_.DeleteModel(
        reference->name, [this, name = reference->name, done = std::move(done)](
                             const absl::StatusOr<Store::DeletedModel>& gone) {
          if (!gone.ok()) return done(gone.status());
          jobs_.Withdraw(gone->cancelled_jobs);
          checkpoints_.ForgetModel(name);
          for (const uint32_t version : gone->versions) {
            models_.Erase(ReferenceTo(name, version));
          }
          done(Deleted{static_cast<uint32_t>(gone->versions.size()),
                       static_cast<uint32_t>(gone->cancelled_jobs.size())});
        });
  }
  const absl::StatusOr<ModelVersion> version = Find(text);
  if (!version.ok()) return done(version.status());
  store_.DeleteVersion(
      version->name, version->version,
      [this, done = std::move(done)](const absl::StatusOr<ModelVersion>& gone) {
        if (!gone.ok()) return done(gone.status());
        models_.Erase(gone->Reference());
        checkpoints_.Forget(gone->job);
        done(Deleted{.versions = 1});
      });
}

void Registry::SetAlias(std::string_view alias, uint32_t version,
                        std::optional<uint32_t> expected,
                        Store::Done<ModelVersion> done) {
  const absl::StatusOr<ModelReference> parsed = ParseAlias(alias);
  if (!parsed.ok()) return done(parsed.status());
  // Says why there is no such version, as for any reference.
  const absl::StatusOr<ModelVersion> target =
      Find(version == 0 ? parsed->name : ReferenceTo(parsed->name, version));
  if (!target.ok()) return done(target.status());
  store_.SetAlias(parsed->name, parsed->alias, version, expected,
                  std::move(done));
}

void Registry::DeleteAlias(std::string_view alias,
                           std::optional<uint32_t> expected,
                           Store::Done<ModelVersion> done) {
  const absl::StatusOr<ModelReference> parsed = ParseAlias(alias);
  if (!parsed.ok()) return done(parsed.status());
  if (const auto found = Find(alias); !found.ok()) return done(found.status());
  store_.DeleteAlias(parsed->name, parsed->alias, expected, std::move(done));
}

absl::Status Registry::WhyUntrained(std::string_view name) const {
  MICROGPT_ASSIGN_OR_RETURN(const JobRecord job, jobs_.Newest(name));
  std::string why;
  switch (job.state) {
    case JobState::kSucceeded:
      return absl::NotFoundError(
          fmt::format("model \"{}\" has no version: they were deleted", name));
    case JobState::kFailed:
      why = fmt::format("its job {} failed: {}", job.id,
                        std::string(job.error.message()));
      break;
    case JobState::kCancelled:
      why = fmt::format("its job {} was cancelled", job.id);
      break;
    case JobState::kQueued:
      why = fmt::format("its job {} is number {} in the queue", job.id,
                        job.queue_position);
      break;
    default:
      why = fmt::format("its job {} is at step {} of {}", job.id, job.step,
                        job.training_config->steps);
  }
  return WithReason(absl::FailedPreconditionError(fmt::format(
                        "model \"{}\" has no finished version: {}", name, why)),
                    "NOT_TRAINED");
}

}  // namespace microgpt::server
