// SPDX-License-Identifier: MIT
#ifndef MICROGPT_SERVER_RPC_MESSAGE_H_
#define MICROGPT_SERVER_RPC_MESSAGE_H_

#include <grpcpp/support/byte_buffer.h>

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace microgpt::server {

// Fills `message` from the wire. INVALID_ARGUMENT, naming the field where that
// can be told: bytes that are no such message, a string that is not UTF-8 (with
// line and byte), a field that the message does not have.
//
// gRPC would answer the first two with UNIMPLEMENTED and no message, and
// protobuf would ignore the third; that is why methods are registered raw.
absl::Status Decode(const grpc::ByteBuffer& bytes,
                    google::protobuf::Message& message);

// The wire form of `message`.
grpc::ByteBuffer Encode(const google::protobuf::Message& message);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_RPC_MESSAGE_H_
