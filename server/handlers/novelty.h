// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_NOVELTY_H_
#define MICROGPT_SERVER_HANDLERS_NOVELTY_H_

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/text/corpus.h"
#include "core/text/document_set.h"
#include "server/datasets/datasets.h"
#include "server/store/records.h"

namespace microgpt::server {

// The documents that a model learned, to tell which strings are novel.
// FAILED_PRECONDITION (reason TEXT_NOT_KNOWN), field "novel": it was imported
// without them, or they were deleted. Takes time with their number, unless they
// are in memory.
absl::StatusOr<std::shared_ptr<const DocumentSet>> LoadDocuments(
    const ModelVersion& version, Datasets& datasets);

// The text itself, for measuring the model against it. Statuses as above, with
// field "model".
absl::StatusOr<std::shared_ptr<const Corpus>> LoadText(
    const ModelVersion& version, Datasets& datasets);

// FAILED_PRECONDITION (reason TEXT_NOT_KNOWN).
//   field: what it was wanted for.  why: "deleted", what became of it.
absl::Status TextNotKnown(std::string_view field, const ModelVersion& version,
                          std::string_view why);

// As LoadDocuments for those who would like to tell and need not: null if they
// are not known, cannot be read, or are so many that it would take long to find
// out.
std::shared_ptr<const DocumentSet> DocumentsAtHand(const ModelVersion& version,
                                                   Datasets& datasets);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_NOVELTY_H_
