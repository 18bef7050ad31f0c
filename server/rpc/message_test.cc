// SPDX-License-Identifier: MIT
#include "server/rpc/message.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/errors/errors.h"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::server {
namespace {

using google::protobuf::util::MessageDifferencer;

// In slices of that many bytes, as they come from the network.
grpc::ByteBuffer ToBytes(std::string_view wire, size_t slice_bytes = SIZE_MAX) {
  std::vector<grpc::Slice> slices;
  do {
    const std::string_view slice = wire.substr(0, slice_bytes);
    slices.emplace_back(slice.data(), slice.size());
    wire.remove_prefix(slice.size());
  } while (!wire.empty());
  return grpc::ByteBuffer(slices.data(), slices.size());
}

std::string ToString(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(bytes.Dump(&slices).ok());
  std::string wire;
  for (const grpc::Slice& slice : slices) {
    wire.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return wire;
}

// A length-delimited field as it stands on the wire.
std::string Field(int number, std::string_view content) {
  std::string wire;
  google::protobuf::io::StringOutputStream stream(&wire);
  google::protobuf::io::CodedOutputStream coded(&stream);
  constexpr int kLengthDelimited = 2;
  coded.WriteTag(static_cast<uint32_t>(number << 3 | kLengthDelimited));
  coded.WriteVarint32(static_cast<uint32_t>(content.size()));
  coded.WriteString(std::string(content));
  coded.Trim();
  return wire;
}

template <typename Message = v1::TrainRequest>
absl::Status DecodeWire(std::string_view wire) {
  Message message;
  return Decode(ToBytes(wire), message);
}

v1::TrainRequest FullRequest() {
  v1::TrainRequest request;
  request.set_model("names");
  for (int i = 0; i < 50; ++i)
    request.add_documents("zoë " + std::to_string(i));
  request.mutable_config()->set_n_layer(0);
  request.mutable_config()->set_learning_rate(0.1);
  request.mutable_wait()->set_seconds(60);
  request.set_request_id("r");
  return request;
}

TEST(MessageTest, WhatIsEncodedIsDecoded) {
  const v1::TrainRequest request = FullRequest();
  const grpc::ByteBuffer bytes = Encode(request);
  EXPECT_EQ(ToString(bytes), request.SerializeAsString());
  v1::TrainRequest decoded;
  ASSERT_TRUE(Decode(bytes, decoded).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(decoded, request));
}

TEST(MessageTest, AMessageOfMegabytesIsDecoded) {
  v1::TrainRequest request;
  request.set_text(std::string(5 << 20, 'a'));
  v1::TrainRequest decoded;
  ASSERT_TRUE(Decode(Encode(request), decoded).ok());
  EXPECT_EQ(decoded.text(), request.text());
}

TEST(MessageTest, BytesMayComeInAnySlices) {
  const v1::TrainRequest request = FullRequest();
  for (const size_t slice_bytes : {1, 2, 7, 64}) {
    v1::TrainRequest decoded;
    const absl::Status status =
        Decode(ToBytes(request.SerializeAsString(), slice_bytes), decoded);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_TRUE(MessageDifferencer::Equals(decoded, request));
  }
}

TEST(MessageTest, DecodingLeavesTheBytesToBeDecodedAgain) {
  const grpc::ByteBuffer bytes = Encode(FullRequest());
  v1::TrainRequest first, second;
  ASSERT_TRUE(Decode(bytes, first).ok());
  ASSERT_TRUE(Decode(bytes, second).ok());
  EXPECT_TRUE(MessageDifferencer::Equals(first, second));
}

TEST(MessageTest, NoBytesAreAnEmptyMessage) {
  EXPECT_EQ(Encode(v1::TrainRequest()).Length(), 0u);
  v1::TrainRequest decoded;
  const absl::Status status = Decode(Encode(decoded), decoded);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(MessageDifferencer::Equals(decoded, v1::TrainRequest()));
  EXPECT_TRUE(DecodeWire("").ok());
}

TEST(MessageTest, GarbageIsNoMessage) {
  const absl::Status status = DecodeWire("\xff\xff\xff\xff");
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message(),
            "the 4 bytes sent are not a microgpt.v1.TrainRequest");
  EXPECT_EQ(FieldOf(status), "");
}

TEST(MessageTest, AMessageCutOffAnywhereInAFieldIsNoMessage) {
  const std::string wire = Field(1, "names");
  for (size_t size = 1; size < wire.size(); ++size) {
    const absl::Status status = DecodeWire(wire.substr(0, size));
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(FieldOf(status), "");
  }
}

// Every prefix and every flipped bit of a good request is answered with a
// status: nothing that comes from the network crashes.
TEST(MessageTest, DamagedMessagesAreDecodedOrRefused) {
  const google::protobuf::LogSilencer silence;  // a line each otherwise
  const std::string wire = FullRequest().SerializeAsString();
  int refused = 0;
  const auto decode = [&](const std::string& damaged) {
    const absl::Status status = DecodeWire(damaged);
    if (status.ok()) return;
    ++refused;
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  };
  for (size_t size = 0; size < wire.size(); ++size) {
    decode(wire.substr(0, size));
  }
  for (size_t bit = 0; bit < 8 * wire.size(); ++bit) {
    std::string damaged = wire;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    decode(damaged);
  }
  EXPECT_GT(refused, 0);
}

TEST(MessageTest, TextThatIsNotUtf8IsNamedWithLineAndByte) {
  const absl::Status status = DecodeWire(Field(3, "emma\nav\xff"));
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(status.message(), "text: not UTF-8 at line 2, byte 3 (0xFF)");
  EXPECT_EQ(FieldOf(status), "text");
}

TEST(MessageTest, TheDocumentThatIsNotUtf8IsNamed) {
  const std::string wire = Field(1, "names") + Field(2, "emma") +
                           Field(2, "ava") + Field(2, "zoë") +
                           Field(2, "an\xc3") + Field(2, "\xff");
  const absl::Status status = DecodeWire(wire);
  EXPECT_EQ(status.message(),
            "documents[3]: not UTF-8 at line 1, byte 3 (0xC3)");
  EXPECT_EQ(FieldOf(status), "documents[3]");
}

TEST(MessageTest, TextThatIsNotUtf8InANestedMessageIsNamedByItsPath) {
  // No request has a string in a message of its own; a Job has several.
  const absl::Status nested =
      DecodeWire<v1::Job>(Field(17, Field(6, "\xc0\x80")));
  EXPECT_EQ(FieldOf(nested), "dataset.alphabet") << nested;
  const absl::Status element = DecodeWire<v1::GenerateResponse>(
      Field(1, Field(1, "ava")) + Field(1, Field(1, "a\xed\xa0\x80")));
  EXPECT_EQ(FieldOf(element), "samples[1].text");
  EXPECT_EQ(element.message(),
            "samples[1].text: not UTF-8 at line 1, byte 2 (0xED)");
}

TEST(MessageTest, AnUnknownFieldIsRefusedByItsNumber) {
  const absl::Status status =
      DecodeWire<v1::GetStatusRequest>(Field(1, "a") + Field(15, "x"));
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(FieldOf(status), "15");
  EXPECT_EQ(status.message(),
            "15: microgpt.v1.GetStatusRequest has no field with this number");
}

TEST(MessageTest, AnUnknownFieldInANestedMessageIsRefusedByItsPath) {
  EXPECT_EQ(FieldOf(DecodeWire(Field(5, Field(99, "x")))), "config.99");
  const absl::Status wait = DecodeWire(Field(6, Field(9, "x")));
  EXPECT_EQ(FieldOf(wait), "wait.9");
  EXPECT_EQ(wait.message(),
            "wait.9: google.protobuf.Duration has no field with this number");
  const absl::Status element = DecodeWire<v1::GenerateResponse>(
      Field(1, Field(1, "ava")) + Field(1, Field(9, "x")));
  EXPECT_EQ(FieldOf(element), "samples[1].9");
}

TEST(MessageTest, AReservedFieldIsUnknown) {
  // 8 was resume_job.
  EXPECT_EQ(FieldOf(DecodeWire(Field(8, "x"))), "8");
}

TEST(MessageTest, AKnownFieldOfAnotherTypeIsUnknown) {
  // model as a number: what a client of another version of the API may send.
  EXPECT_EQ(FieldOf(DecodeWire("\x08\x01")), "1");
}

}  // namespace
}  // namespace microgpt::server
