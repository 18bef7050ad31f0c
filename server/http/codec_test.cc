// SPDX-License-Identifier: MIT
#include "server/http/codec.h"

#include <gtest/gtest.h>

#include <string>

#include "core/errors/errors.h"
#include "microgpt/v1/microgpt.pb.h"

namespace microgpt::server {
namespace {

absl::Status DecodeTrain(const std::string& json) {
  v1::TrainRequest request;
  return Decode(json, Codec::kJson, request);
}

void ExpectRefused(const std::string& json, const std::string& field,
                   const std::string& problem) {
  const absl::Status status = DecodeTrain(json);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << json << ": " << status;
  EXPECT_EQ(FieldOf(status), field) << json;
  EXPECT_EQ(status.message(), field.empty() ? problem : field + ": " + problem);
}

TEST(CodecTest, WhatIsEncodedIsDecoded) {
  v1::TrainRequest request;
  request.set_model("pets");
  request.add_documents("zoë \"\n");
  request.mutable_config()->set_learning_rate(0.1);
  request.mutable_wait()->set_seconds(60);
  for (const Codec codec : {Codec::kJson, Codec::kProto}) {
    const auto bytes = Encode(request, codec);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    v1::TrainRequest decoded;
    ASSERT_TRUE(Decode(*bytes, codec, decoded).ok());
    EXPECT_EQ(decoded.SerializeAsString(), request.SerializeAsString());
  }
  EXPECT_EQ(*Encode(request, Codec::kJson),
            R"({"model":"pets","documents":["zoë \"\n"],)"
            R"("config":{"learningRate":0.1},"wait":"60s"})");
}

TEST(CodecTest, NamesOfFieldsMayBeWrittenEitherWay) {
  for (const std::string name : {"learningRate", "learning_rate"}) {
    v1::TrainRequest request;
    ASSERT_TRUE(
        Decode("{\"config\":{\"" + name + "\":0.5}}", Codec::kJson, request)
            .ok());
    EXPECT_EQ(request.config().learning_rate(), 0.5);
  }
}

TEST(CodecTest, AnUnknownFieldIsNamedWithTheNearest) {
  ExpectRefused(R"({"modle":"x"})", "modle",
                "microgpt.v1.TrainRequest has no field of this name: did you "
                "mean model?");
  ExpectRefused(R"({"config":{"nEmbdd":1}})", "config.nEmbdd",
                "microgpt.v1.Config has no field of this name: did you mean "
                "nEmbd?");
  ExpectRefused(R"({"config":{"n_embdd":1}})", "config.n_embdd",
                "microgpt.v1.Config has no field of this name: did you mean "
                "n_embd?");
  ExpectRefused(R"({"config":{"x":1}})", "config.x",
                "microgpt.v1.Config has no field of this name");
}

TEST(CodecTest, AValueOfAnotherTypeIsNamed) {
  ExpectRefused(R"({"model":5})", "model", "5 is not a string");
  ExpectRefused(R"({"documents":["a",1]})", "documents[1]",
                "1 is not a string");
  ExpectRefused(R"({"config":{"nEmbd":-1}})", "config.n_embd",
                "-1 is not a uint32");
  ExpectRefused(R"({"config":{"nEmbd":"many"}})", "config.n_embd",
                "\"many\" is not a uint32");
  ExpectRefused(R"({"config":{"optimizer":"FOO"}})", "config.optimizer",
                "\"FOO\" is not a microgpt.v1.Optimizer");
  ExpectRefused(R"({"config":5})", "config", "5 is not a microgpt.v1.Config");
  ExpectRefused(R"({"wait":"30"})", "wait",
                "this is no duration: seconds with an s, as in \"90s\" or "
                "\"0.5s\"");
  ExpectRefused(R"({"config":[{}]})", "config",
                "a list stands where one value is meant");
}

TEST(CodecTest, WhatStandsThereTwiceIsNamed) {
  ExpectRefused(R"({"config":{"nEmbd":8,"nEmbd":16}})", "config.nEmbd",
                "it stands there twice");
}

TEST(CodecTest, WhatIsNoJsonIsToldSo) {
  ExpectRefused("", "",
                "no bytes are no JSON: a request that sets nothing is {}");
  ExpectRefused("[]", "",
                "the 2 bytes sent are not JSON of a microgpt.v1.TrainRequest: "
                "Root element must be a message.");
  ExpectRefused("{", "",
                "the 1 bytes sent are not JSON of a microgpt.v1.TrainRequest: "
                "Unexpected end of string. Expected an object key or }.");
  ExpectRefused("{} {}", "",
                "the 5 bytes sent are not JSON of a microgpt.v1.TrainRequest: "
                "Parsing terminated before end of input.");
}

TEST(CodecTest, TextThatIsNotUtf8IsToldWithLineAndByte) {
  ExpectRefused("{\n\"model\":\"\xff\"}", "",
                "the JSON sent: not UTF-8 at line 2, byte 10 (0xFF)");
  EXPECT_TRUE(absl::IsInvalidArgument(DecodeTrain(R"({"model":"\ud800"})")));
  v1::TrainRequest request;
  const absl::Status status =
      Decode(std::string("\x0a\x01\xff", 3), Codec::kProto, request);
  EXPECT_EQ(FieldOf(status), "model") << status;
}

TEST(CodecTest, OfALongValueTheBeginningIsQuoted) {
  std::string value;
  while (value.size() < 1 << 20) value += "é";
  const absl::Status status =
      DecodeTrain("{\"config\":{\"nEmbd\":\"" + value + "\"}}");
  EXPECT_EQ(FieldOf(status), "config.n_embd");
  EXPECT_LT(status.message().size(), 200u);
  EXPECT_TRUE(std::string(status.message()).ends_with("… is not a uint32"));
}

TEST(CodecTest, JsonCutOffAnywhereOrNestedDeeplyIsRefused) {
  const std::string json =
      R"({"model":"pets","config":{"nEmbd":8},"documents":["é"]})";
  for (size_t size = 0; size < json.size(); ++size) {
    EXPECT_TRUE(absl::IsInvalidArgument(DecodeTrain(json.substr(0, size))));
  }
  EXPECT_TRUE(DecodeTrain(json).ok());
  std::string deep = "{\"config\":";
  for (int i = 0; i < 100'000; ++i) deep += "[";
  EXPECT_TRUE(absl::IsInvalidArgument(DecodeTrain(deep)));
}

TEST(CodecTest, AnUnknownFieldInBinaryIsRefused) {
  v1::GetStatusRequest request;
  const absl::Status status =
      Decode(std::string("\xf8\x07\x01", 3), Codec::kProto, request);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_EQ(FieldOf(status), "127");
}

}  // namespace
}  // namespace microgpt::server
