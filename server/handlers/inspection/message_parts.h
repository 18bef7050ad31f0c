// SPDX-License-Identifier: MIT
//
// What the Inspector's answers have in common: arrays, tokens, and how large a
// message of them would be.
#ifndef MICROGPT_SERVER_HANDLERS_INSPECTION_MESSAGE_PARTS_H_
#define MICROGPT_SERVER_HANDLERS_INSPECTION_MESSAGE_PARTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "core/inspection/array.h"
#include "core/model/model.h"
#include "core/text/tokenizer.h"
#include "microgpt/v1/inspector.pb.h"
#include "server/handlers/inspection/inspected_model.h"

namespace microgpt::server {

// `message` becomes `array`, in float.
void SetArray(const Array& array, v1::Array* message);

// BOS has no text.
void SetToken(const Tokenizer& tokenizer, Token token,
              v1::VocabularyToken* message);

// How many candidates the request asks for: 10, or all if there are fewer,
// where it does not say. A FieldError above the size of the vocabulary.
template <typename Request>
absl::StatusOr<uint32_t> ParseTop(const Request& request, uint32_t vocab_size) {
  constexpr uint32_t kDefault = 10;
  if (!request.has_top()) return std::min(kDefault, vocab_size);
  MICROGPT_RETURN_IF_ERROR(CheckRange("top", request.top(), 0, vocab_size));
  return request.top();
}

// What every answer says of its snapshot.
template <typename Response>
void SetSnapshot(const InspectedModel& inspected, Response& response) {
  response.set_model(inspected.reference);
  response.set_job(inspected.job);
  response.set_step(inspected.step);
}

// How many bytes a message of so much takes, about, and not less.
class MessageSize {
 public:
  explicit MessageSize(const Tokenizer& tokenizer);

  void AddValues(double count) { bytes_ += 4 * count; }
  // lists of so many tokens each, with `bytes_each` beside the token's own.
  void AddTokens(double lists, size_t count, size_t bytes_each);

  // OK, or a FieldError if that is more than a message may have.
  //   advice: "ask for fewer parts or layers"
  absl::Status Check(std::string_view field, std::string_view advice) const;

 private:
  size_t alphabet_bytes_ = 0;  // of all characters
  size_t longest_ = 0;         // bytes of one
  double bytes_ = 1024;        // what stands in every answer
};

// OK, or a FieldError if this would take more arithmetic, or more memory, than
// one call may.
absl::Status CheckCost(std::string_view field, double work, double bytes,
                       std::string_view advice);

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HANDLERS_INSPECTION_MESSAGE_PARTS_H_
