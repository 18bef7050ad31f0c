// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_COMMANDS_TRAIN_SOURCE_H_
#define MICROGPT_CLIENT_COMMANDS_TRAIN_SOURCE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "client/output/output.h"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::client {

// What `mgpt train X`, and `mgpt import --dataset X`, mean by X.
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

// The error where `source`, a file or standard input, is to be called as a
// model and has no name for one.
absl::Status NamesNoModel(std::string_view source);

// `not_found`, an error about a dataset, where there is no such file either.
absl::Status NoFileEither(const absl::Status& not_found);

// Reads a file or standard input into request->text(). What makes the request
// larger than a message may be is INVALID_ARGUMENT, before anything is sent.
absl::Status ReadTrainingText(const TrainSource& source, Console* console,
                              v1::TrainRequest* request);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_TRAIN_SOURCE_H_
