// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_HTTP_CODEC_H_
#define MICROGPT_SERVER_HTTP_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"

namespace microgpt::server {

// How a message is written.
enum class Codec { kJson, kProto };

// Fills `message`. INVALID_ARGUMENT, naming the field where that can be told:
// bytes that are no such message, text that is not UTF-8, a field that the
// message does not have (with the nearest that it has).
absl::Status Decode(std::string_view bytes, Codec codec,
                    google::protobuf::Message& message);

// The message's bytes; proto3 JSON has the names in lowerCamelCase and leaves
// out what is not set.
absl::StatusOr<std::string> Encode(const google::protobuf::Message& message,
                                   Codec codec);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_CODEC_H_
