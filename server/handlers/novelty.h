// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HANDLERS_NOVELTY_H_
#define MICROGPT_SERVER_HANDLERS_NOVELTY_H_

#include <memory>

#include "absl/status/statusor.h"
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

// The same for those who would like to tell and need not: null if they are not
// known, cannot be read, or are so many that it would take long to find out.
std::shared_ptr<const DocumentSet> DocumentsAtHand(const ModelVersion& version,
                                                   Datasets& datasets);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_NOVELTY_H_
