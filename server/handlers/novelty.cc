// SPDX-License-Identifier: MIT
#include "server/handlers/novelty.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "core/errors/errors.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

constexpr std::string_view kImportedWithout = "imported without it";

// What `load` answers for the id of the text that the model learned.
template <typename Load>
auto LoadKnown(std::string_view field, const ModelVersion& version,
               const Load& load) -> decltype(load(version.dataset->id)) {
  if (!version.dataset) return TextNotKnown(field, version, kImportedWithout);
  if (version.dataset->forgotten) {
    return TextNotKnown(field, version, "deleted");
  }
  auto loaded = load(version.dataset->id);
  if (absl::IsNotFound(loaded.status())) {
    return TextNotKnown(field, version, kImportedWithout);
  }
  return loaded;
}

}  // namespace

absl::Status TextNotKnown(std::string_view field, const ModelVersion& version,
                          std::string_view why) {
  return WithReason(absl::FailedPreconditionError(fmt::format(
                        "{}: the text that model \"{}\" learned is not known: "
                        "it was {}",
                        field, version.Reference(), why)),
                    "TEXT_NOT_KNOWN");
}

absl::StatusOr<std::shared_ptr<const DocumentSet>> LoadDocuments(
    const ModelVersion& version, Datasets& datasets) {
  return LoadKnown("novel", version, [&](const std::string& id) {
    return datasets.LoadDocuments(id);
  });
}

absl::StatusOr<std::shared_ptr<const Corpus>> LoadText(
    const ModelVersion& version, Datasets& datasets) {
  return LoadKnown("model", version,
                   [&](const std::string& id) { return datasets.Load(id); });
}

std::shared_ptr<const DocumentSet> DocumentsAtHand(const ModelVersion& version,
                                                   Datasets& datasets) {
  if (!version.dataset || version.dataset->documents > kMaxDocumentsAtHand) {
    return nullptr;
  }
  return LoadDocuments(version, datasets).value_or(nullptr);
}

}  // namespace microgpt::server
