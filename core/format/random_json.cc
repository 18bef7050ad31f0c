// SPDX-License-Identifier: MIT
#include "core/format/random_json.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "core/format/json_text.h"

namespace microgpt {
namespace {

absl::Status ParseWords(std::string_view text, std::span<uint32_t> words) {
  constexpr size_t kDigits = 8;  // of a word
  if (text.size() != kDigits * words.size()) {
    return FieldError("words", fmt::format("{} digits, not {}", text.size(),
                                           kDigits * words.size()));
  }
  for (size_t i = 0; i < words.size(); ++i) {
    const char* const begin = text.data() + i * kDigits;
    const char* const end = begin + kDigits;
    const auto [stop, error] = std::from_chars(begin, end, words[i], 16);
    if (error != std::errc() || stop != end) {
      return FieldError("words", fmt::format("word {} is not hexadecimal", i));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string RandomJson(const PythonRandom& random) {
  const PythonRandom::State& state = random.state();
  std::string words;
  for (const uint32_t word : state.words) words += fmt::format("{:08x}", word);
  JsonObjectText object;
  object.AddText("words", words);
  object.Add("used", fmt::to_string(state.used));
  object.AddNumber("next_gauss", state.next_gauss);
  return object.Finish();
}

absl::StatusOr<PythonRandom> ParseRandom(const JsonObject& object) {
  PythonRandom::State state;
  MICROGPT_ASSIGN_OR_RETURN(const std::string words, object.Text("words"));
  if (absl::Status status = ParseWords(words, state.words); !status.ok()) {
    return PrefixField(object.Path(""), status);
  }
  MICROGPT_ASSIGN_OR_RETURN(state.used, object.Whole("used"));
  MICROGPT_RETURN_IF_ERROR(
      CheckRange(object.Path("used"), state.used, 0,
                 static_cast<uint32_t>(state.words.size())));
  if (object.Has("next_gauss")) {
    MICROGPT_ASSIGN_OR_RETURN(state.next_gauss, object.Number("next_gauss"));
  }
  return PythonRandom(state);
}

}  // namespace microgpt
