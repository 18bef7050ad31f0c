// SPDX-License-Identifier: MIT
//
// What is too large or takes too long is refused, and what is not is as large
// as was counted.
#include "server/handlers/inspection/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/errors/errors.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

using Request = v1::TraceRequest;
using testing::HasSubstr;

InspectedModel ModelOf(const ModelSettings& settings,
                       std::vector<std::string> alphabet = {"a", "b"}) {
  const ModelConfig config = *ModelConfig::Create(settings);
  Tokenizer tokenizer(TokenizerKind::kCodePoint, std::move(alphabet));
  Parameters<float> parameters(config, tokenizer.vocab_size());
  PythonRandom random(1);
  parameters.Draw(0.1, random);
  return {.model = std::make_shared<const Model>(config, std::move(tokenizer),
                                                 std::move(parameters), random),
          .reference = "long@1",
          .job = "",
          .dataset = {}};
}

Request Ask(size_t length, std::vector<Request::Part> parts) {
  Request request;
  request.set_text(std::string(length, 'a'));
  request.mutable_parts()->Assign(parts.begin(), parts.end());
  return request;
}

TEST(TraceAnswerTest, WhatWouldBeLargerThanAMessageIsRefusedWithAdvice) {
  const InspectedModel model =
      ModelOf({.n_layer = 1, .n_embd = 4, .n_head = 4, .block_size = 1024});
  // 4 · 1001² scores of 4 bytes, and as many weights.
  Request request = Ask(1000, {Request::PART_QUERIES});
  const auto answer = Answer(request, model, {});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_LT(answer->ByteSizeLong(), kMaxMessageBytes);
  EXPECT_GT(answer->ByteSizeLong(), kMaxMessageBytes * 9 / 10);
  request.add_parts(Request::PART_ATTENTION);
  const absl::Status refused = Answer(request, model, {}).status();
  EXPECT_EQ(FieldOf(refused), "parts");
  EXPECT_EQ(refused.message(),
            "parts: the answer would have some 31 MiB, above the maximum 16 "
            "MiB of a message: ask for fewer parts or layers, or a shorter "
            "text");
}

// Whatever is asked for, the size that it is refused for is no less than it
// has: else a client would not get it.
TEST(TraceAnswerTest, NoAnswerIsLargerThanWhatIsCounted) {
  std::vector<std::string> alphabet = {"a"};
  for (char32_t c = 0; c < 500; ++c) {  // of three bytes each
    alphabet.push_back({static_cast<char>(0xE1),
                        static_cast<char>(0x80 | c >> 6),
                        static_cast<char>(0x80 | (c & 0x3F))});
  }
  const InspectedModel model = ModelOf(
      {.n_layer = 6, .n_embd = 8, .n_head = 8, .block_size = 512}, alphabet);
  size_t answered = 0, refused = 0;
  for (int part = 0; part <= 8; ++part) {
    for (const uint32_t top : {0u, 501u}) {
      for (const size_t length : {20, 280, 300}) {
        Request request = Ask(length, {Request::Part(part)});
        request.set_top(top);
        const auto answer = Answer(request, model, {});
        if (answer.ok()) {
          ++answered;
          EXPECT_LE(answer->ByteSizeLong(), kMaxMessageBytes);
        } else {
          ++refused;
          EXPECT_EQ(FieldOf(answer.status()), "parts") << answer.status();
        }
      }
    }
  }
  EXPECT_GT(answered, 40u);
  EXPECT_GT(refused, 5u);
}

TEST(TraceAnswerTest, WhatWouldTakeTooLongOrTooMuchMemoryIsRefused) {
  const InspectedModel model =
      ModelOf({.n_layer = 4, .n_embd = 512, .n_head = 64, .block_size = 1024});
  Request request = Ask(1000, {Request::PART_UNSPECIFIED});
  absl::Status refused = Answer(request, model, {}).status();
  EXPECT_EQ(FieldOf(refused), "parts");
  EXPECT_THAT(refused.message(),
              HasSubstr("million multiplications, above the maximum 10000 "
                        "million: ask for fewer"));
  request.set_text(std::string(500, 'a'));
  refused = Answer(request, model, {}).status();
  EXPECT_EQ(FieldOf(refused), "parts");
  EXPECT_THAT(refused.message(),
              HasSubstr("MiB of memory, above the maximum 128 MiB: ask for"));
  request.set_text(std::string(20, 'a'));
  request.add_layers(3);
  EXPECT_TRUE(Answer(request, model, {}).ok());
}

TEST(TraceAnswerTest, AStoppedCallIsCancelled) {
  std::stop_source source;
  source.request_stop();
  const InspectedModel model = ModelOf({.n_layer = 2});
  EXPECT_TRUE(absl::IsCancelled(
      Answer(Ask(3, {}), model, source.get_token()).status()));
}

}  // namespace
}  // namespace microgpt::server
