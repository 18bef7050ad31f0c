// SPDX-License-Identifier: MIT
#include "server/handlers/model_source.h"

#include "core/errors/errors.h"
#include "server/handlers/novelty.h"

namespace microgpt::server {
namespace {

class RegistrySource : public ModelSource {
 public:
  RegistrySource(std::string reference, bool novel, const Registry& registry,
                 Datasets& datasets)
      : reference_(std::move(reference)),
        novel_(novel),
        registry_(registry),
        datasets_(datasets) {}

  absl::StatusOr<std::optional<ReadyModel>> Get(
      Clock::time_point, const std::stop_token&) override {
    MICROGPT_ASSIGN_OR_RETURN(Registry::Snapshot snapshot,
                              registry_.Resolve(reference_));
    ReadyModel ready;
    if (novel_) {
      MICROGPT_ASSIGN_OR_RETURN(ready.documents,
                                LoadDocuments(snapshot.version, datasets_));
    } else {
      ready.documents = DocumentsAtHand(snapshot.version, datasets_);
    }
    ready.model = std::move(snapshot.model);
    ready.reference = snapshot.version.Reference();
    return ready;
  }

 private:
  const std::string reference_;
  const bool novel_;
  const Registry& registry_;
  Datasets& datasets_;
};

}  // namespace

std::unique_ptr<ModelSource> FromRegistry(const std::string& reference,
                                          bool novel, const Registry& registry,
                                          Datasets& datasets) {
  return std::make_unique<RegistrySource>(reference, novel, registry, datasets);
}

}  // namespace microgpt::server
