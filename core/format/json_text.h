// SPDX-License-Identifier: MIT
//
// Pieces of JSON as Python's json.dumps spells them, to the byte; and text of a
// file in an error.
#ifndef MICROGPT_CORE_FORMAT_JSON_TEXT_H_
#define MICROGPT_CORE_FORMAT_JSON_TEXT_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace microgpt {

// Appends the fewest digits that read back as `value`, which is finite: "0.1",
// "1.0", "-0.0", "1e-05", "1e+16".
void AppendJsonNumber(double value, std::string& out);
std::string JsonNumber(double value);

// `text`, which is UTF-8, in quotes; what is not ASCII as \u4e00, beyond the
// first 65,536 code points as two surrogates.
std::string JsonString(std::string_view text);

// ["a", "b"]
std::string JsonStrings(std::span<const std::string> texts);

// An object that grows member by member: {"a": 1, "b": "2"}.
class JsonObjectText {
 public:
  void Add(std::string_view key, std::string_view json);
  void AddText(std::string_view key, std::string_view text);
  // Adds nothing unless there is a number, and it is finite.
  void AddNumber(std::string_view key, std::optional<double> number);

  std::string Finish() const;

 private:
  std::string members_;
};

// `text`, which is UTF-8, cut to what an error has room for; what cannot be
// seen, such as a line feed, as \u000a.
std::string Excerpt(std::string_view text);
// So cut, and spelled by JsonString.
std::string QuotedExcerpt(std::string_view text);

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_JSON_TEXT_H_
