// SPDX-License-Identifier: MIT
//
// Files that are streamed to the server, with their progress. Memory stays
// bounded whatever the size. Ctrl-C is CANCELLED with a sentence that says what
// became of this file; an empty one is INVALID_ARGUMENT.
#ifndef MICROGPT_CLIENT_COMMANDS_REGISTRY_UPLOAD_H_
#define MICROGPT_CLIENT_COMMANDS_REGISTRY_UPLOAD_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/commands/files/input_file.h"
#include "client/commands/session.h"

namespace microgpt::client {

// `name`: empty for a dataset that is known by its id.
absl::StatusOr<v1::Dataset> UploadDataset(Session& session, InputFile* file,
                                          const std::string& name);

// Makes the file the next version of `model`. `dataset`: as ImportModelRequest
// has it.
absl::StatusOr<v1::Model> UploadModel(Session& session, InputFile* file,
                                      const std::string& model,
                                      const std::string& dataset);

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_COMMANDS_REGISTRY_UPLOAD_H_
