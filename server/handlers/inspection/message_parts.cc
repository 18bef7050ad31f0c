// SPDX-License-Identifier: MIT
#include "server/handlers/inspection/message_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/errors/errors.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

constexpr double kMebibyte = 1 << 20;

}  // namespace

void SetArray(const Array& array, v1::Array* message) {
  message->mutable_shape()->Assign(array.shape.begin(), array.shape.end());
  message->mutable_values()->Assign(array.values.begin(), array.values.end());
}

void SetToken(const Tokenizer& tokenizer, Token token,
              v1::VocabularyToken* message) {
  message->set_id(token);
  if (token != tokenizer.bos()) message->set_text(tokenizer.alphabet()[token]);
}

MessageSize::MessageSize(const Tokenizer& tokenizer) {
  for (const std::string& character : tokenizer.alphabet()) {
    alphabet_bytes_ += character.size();
    longest_ = std::max(longest_, character.size());
  }
}

void MessageSize::AddTokens(double lists, size_t count, size_t bytes_each) {
  constexpr size_t kIdTextAndLengths = 12;
  const size_t text = std::min(count * longest_, alphabet_bytes_);
  bytes_ += lists * static_cast<double>(
                        text + count * (bytes_each + kIdTextAndLengths));
}

absl::Status MessageSize::Check(std::string_view field,
                                std::string_view advice) const {
  if (bytes_ <= kMaxMessageBytes) return absl::OkStatus();
  return FieldError(
      field,
      fmt::format("the answer would have some {:.0f} MiB, above the "
                  "maximum {:.0f} MiB of a message: {}",
                  bytes_ / kMebibyte, kMaxMessageBytes / kMebibyte, advice));
}

absl::Status CheckCost(std::string_view field, double work, double bytes,
                       std::string_view advice) {
  if (work > kMaxInspectionWork) {
    return FieldError(
        field, fmt::format("this would take {:.0f} million "
                           "multiplications, above the maximum "
                           "{:.0f} million: {}",
                           work / 1e6, kMaxInspectionWork / 1e6, advice));
  }
  if (bytes > kMaxInspectionBytes) {
    return FieldError(
        field, fmt::format("this would take {:.0f} MiB of "
                           "memory, above the maximum {:.0f} "
                           "MiB: {}",
                           bytes / kMebibyte, kMaxInspectionBytes / kMebibyte,
                           advice));
  }
  return absl::OkStatus();
}

}  // namespace microgpt::server
