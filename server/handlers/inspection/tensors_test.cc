// SPDX-License-Identifier: MIT
//
// Projections of models that no training makes.
#include "server/handlers/inspection/tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/errors/errors.h"
#include "core/random/python_random.h"

namespace microgpt::server {
namespace {

using testing::StartsWith;

// Of so many characters; all weights are 0 but for the first.
InspectedModel ModelOf(uint32_t n_embd, uint32_t characters, float first) {
  const ModelConfig config =
      *ModelConfig::Create({.n_embd = n_embd, .block_size = 4});
  std::vector<std::string> alphabet;
  for (uint32_t c = 0; c < characters; ++c) {  // of three bytes each
    alphabet.push_back({static_cast<char>(0xE1 + (c >> 12)),
                        static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                        static_cast<char>(0x80 | (c & 0x3F))});
  }
  Tokenizer tokenizer(TokenizerKind::kCodePoint, std::move(alphabet));
  Parameters<float> parameters(config, tokenizer.vocab_size());
  parameters.values()[0] = first;
  return {
      .model = std::make_shared<const Model>(
          config, std::move(tokenizer), std::move(parameters), PythonRandom(1)),
      .reference = "odd@1",
      .job = "",
      .dataset = {}};
}

TEST(ProjectAnswerTest, NumbersWhoseSquaresAreInfiniteAreRefusedByName) {
  v1::ProjectRequest request;
  const InspectedModel large = ModelOf(16, 3, 1e38F);
  EXPECT_TRUE(Answer(request, large, nullptr).ok()) << "squares are doubles";
  const InspectedModel infinite =
      ModelOf(16, 3, std::numeric_limits<float>::infinity());
  const absl::Status refused = Answer(request, infinite, nullptr).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_EQ(ReasonOf(refused), "NOT_PROJECTABLE");
  EXPECT_EQ(refused.message(),
            "tensor \"wte\": its numbers are not finite, or so large that "
            "their squares are not");
}

TEST(ProjectAnswerTest, AnEmbeddingThatIsTooLargeIsRefusedWhereItIsNamed) {
  v1::ProjectRequest request;
  const InspectedModel small = ModelOf(1024, 3, 0);
  const InspectedModel large = ModelOf(1024, 6000, 0);
  absl::Status refused = Answer(request, large, nullptr).status();
  EXPECT_THAT(std::string(refused.message()),
              StartsWith("tensor: this would take 10"));
  request.set_align_model("large");
  refused = Answer(request, small, &large).status();
  EXPECT_THAT(std::string(refused.message()),
              StartsWith("align_model: this would take 10"));
}

}  // namespace
}  // namespace microgpt::server
