// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_TRAIN_SOURCE_H_
#define MICROGPT_CLIENT_COMMANDS_TRAIN_SOURCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/output/output.h"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::client {

// What `mgpt train X` means by X.
struct TrainSource {
  enum class Kind { kDataset, kFile, kStandardInput };

  Kind kind = Kind::kDataset;
  std::string value;

  bool operator==(const TrainSource&) const = default;
};

// What X may mean, to be tried in this order: "-" is standard input; with a
// '/' in it, or in no dataset's form, it is a file; else a dataset and then, if
// there is such a file, that.
std::vector<TrainSource> TrainSources(const std::string& argument);

// The model to train by default; nothing where the user has to say.
std::optional<std::string> DefaultModel(const TrainSource& source);

// Reads a file or standard input into request->text(). What makes the request
// larger than a message may be is INVALID_ARGUMENT, before anything is sent.
absl::Status ReadTrainingText(const TrainSource& source, Console* console,
                              v1::TrainRequest* request);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_TRAIN_SOURCE_H_
