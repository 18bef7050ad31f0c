// SPDX-License-Identifier: MIT
#include "server/rpc/message.h"

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>

#include "server/calls/message.h"

namespace microgpt::server {

using google::protobuf::Message;

absl::Status Decode(const grpc::ByteBuffer& bytes, Message& message) {
  grpc::ByteBuffer copy = bytes;  // shares the slices; the reader takes them
  grpc::ProtoBufferReader reader(&copy);
  if (reader.status().ok() && message.ParseFromZeroCopyStream(&reader)) {
    return RefuseUnknownFields(message);
  }
  grpc::ByteBuffer again = bytes;
  grpc::ProtoBufferReader rereader(&again);
  return WhyNoMessage(rereader, bytes.Length(), *message.GetDescriptor());
}

grpc::ByteBuffer Encode(const Message& message) {
  grpc::ByteBuffer bytes;
  bool own_buffer = false;
  // Fails only for a message above 2 GiB, which no limit of ours allows.
  grpc::SerializationTraits<Message>::Serialize(message, &bytes, &own_buffer);
  return bytes;
}

}  // namespace microgpt::server
