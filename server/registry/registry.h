// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_REGISTRY_REGISTRY_H_
#define MICROGPT_SERVER_REGISTRY_REGISTRY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/model/model.h"
#include "server/cache/lru_cache.h"
#include "server/jobs/checkpoints.h"
#include "server/jobs/jobs.h"
#include "server/registry/reference.h"
#include "server/store/store.h"

namespace microgpt::server {

// Names to models. A model that was handed out stays alive and unchanged for as
// long as somebody holds it, whatever becomes of its name. Those that were used
// last stay in memory; others are loaded when they are asked for. Thread-safe.
class Registry {
 public:
  // All must outlive this. models: by "names@3".
  Registry(Store& store, Jobs& jobs, LruCache<Model>& models,
           Checkpoints& checkpoints)
      : store_(store),
        jobs_(jobs),
        models_(models),
        checkpoints_(checkpoints) {}

  // The version that a reference names.
  //
  // INVALID_ARGUMENT, field "model": not a reference. NOT_FOUND: no such model,
  // naming the nearest, or no such version or alias. FAILED_PRECONDITION,
  // reason NOT_TRAINED: the model has a job but no version yet.
  absl::StatusOr<ModelVersion> Find(std::string_view reference) const;

  struct Snapshot {
    ModelVersion version;
    std::shared_ptr<const Model> model;
  };
  // The same with the model itself. DATA_LOSS: what is stored of it is damaged.
  // Takes time with the model's size, unless that is in memory.
  absl::StatusOr<Snapshot> Resolve(std::string_view reference) const;

  // As Store::ListModels.
  absl::StatusOr<std::vector<ModelVersion>> List(std::string_view after,
                                                 size_t limit) const {
    return store_.ListModels(after, limit);
  }

  // As Store::ListVersions; a model without any is as for Find.
  absl::StatusOr<std::vector<ModelVersion>> ListVersions(std::string_view name,
                                                         uint32_t before,
                                                         size_t limit) const;

  // As Store::AddVersion.
  void Add(const ModelVersion& version, std::shared_ptr<const Model> model,
           Store::Done<ModelVersion> done);

  struct Deleted {
    uint32_t versions = 0;
    uint32_t cancelled_jobs = 0;  // that had not ended
  };
  // Deletes "names@3", or "names" with all its versions and jobs; an alias is
  // INVALID_ARGUMENT. See Store::DeleteVersion and DeleteModel.
  void Delete(std::string_view reference, Store::Done<Deleted> done);

  // See Store::SetAlias and DeleteAlias. INVALID_ARGUMENT, field "alias": not
  // of the form "names@prod".
  void SetAlias(std::string_view alias, uint32_t version,
                std::optional<uint32_t> expected,
                Store::Done<ModelVersion> done);
  void DeleteAlias(std::string_view alias, std::optional<uint32_t> expected,
                   Store::Done<ModelVersion> done);

 private:
  absl::StatusOr<ModelVersion> Look(const ModelReference& reference) const;
  absl::Status WhyUntrained(std::string_view name) const;

  Store& store_;
  Jobs& jobs_;
  LruCache<Model>& models_;
  Checkpoints& checkpoints_;  // to let go of what is deleted
};

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_REGISTRY_REGISTRY_H_
