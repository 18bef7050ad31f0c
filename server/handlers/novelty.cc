// SPDX-License-Identifier: MIT
#include "server/handlers/novelty.h"

#include <fmt/format.h>

#include "core/errors/errors.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

absl::Status NotKnown(const ModelVersion& version, std::string_view why) {
  return WithReason(
      absl::FailedPreconditionError(fmt::format(
          "novel: the text that model \"{}\" learned is not known: it was {}",
          version.Reference(), why)),
      "TEXT_NOT_KNOWN");
}

}  // namespace

absl::StatusOr<std::shared_ptr<const DocumentSet>> LoadDocuments(
    const ModelVersion& version, Datasets& datasets) {
  if (!version.dataset) return NotKnown(version, "imported without it");
  if (version.dataset->forgotten) return NotKnown(version, "deleted");
  auto documents = datasets.LoadDocuments(version.dataset->id);
  if (absl::IsNotFound(documents.status())) {
    return NotKnown(version, "imported without it");
  }
  return documents;
}

std::shared_ptr<const DocumentSet> DocumentsAtHand(const ModelVersion& version,
                                                   Datasets& datasets) {
  if (!version.dataset || version.dataset->documents > kMaxDocumentsAtHand) {
    return nullptr;
  }
  return LoadDocuments(version, datasets).value_or(nullptr);
}

}  // namespace microgpt::server
