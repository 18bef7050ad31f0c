// SPDX-License-Identifier: MIT
//
// What is wrong with a message that came over the wire, for all transports.
#ifndef MICROGPT_SERVER_CALLS_MESSAGE_H_
#define MICROGPT_SERVER_CALLS_MESSAGE_H_

#include <google/protobuf/io/zero_copy_stream.h>

#include <cstddef>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace microgpt::server {

// Why `bytes`, `size` of them, did not parse as a message of this type:
// INVALID_ARGUMENT that names the string that is not UTF-8 (with line and
// byte), or says that they are no such message.
absl::Status WhyNoMessage(google::protobuf::io::ZeroCopyInputStream& bytes,
                          size_t size,
                          const google::protobuf::Descriptor& type);

// OK, or INVALID_ARGUMENT for the first field, at any depth, that the message's
// type does not have.
absl::Status RefuseUnknownFields(const google::protobuf::Message& message);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_CALLS_MESSAGE_H_
