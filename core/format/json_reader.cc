// SPDX-License-Identifier: MIT
#include "core/format/json_reader.h"

#include <fmt/format.h>

#include <cassert>
#include <cstdint>
#include <utility>

#include "core/errors/errors.h"
#include "core/format/json_text.h"
#include "core/text/utf8.h"

namespace microgpt {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxDepth = 32;
// More than Unicode has code points, for an alphabet of them all.
constexpr size_t kMaxValues = 2'000'000;

// What Python and JavaScript programs write for numbers that JSON has not.
std::string_view NotANumber(std::string_view text, size_t position) {
  for (const std::string_view name : {"NaN", "-Infinity", "Infinity"}) {
    // The parser stops after the first letter that cannot be.
    const size_t read = name.front() == '-' ? 2 : 1;
    if (position >= read && text.substr(position - read).starts_with(name)) {
      return name;
    }
  }
  return {};
}

}  // namespace

// Keeps the first error, which ends the parser's work.
class JsonReader::Events : public nlohmann::json_sax<Json> {
 public:
  Events(JsonReader& reader, std::string_view text)
      : reader_(reader), text_(text) {}

  const absl::Status& status() const { return status_; }

  bool null() override { return Keep(reader_.Take(nullptr)); }
  bool boolean(bool value) override { return Keep(reader_.Take(value)); }
  bool number_integer(int64_t value) override {
    return Keep(reader_.Take(value));
  }
  bool number_unsigned(uint64_t value) override {
    return Keep(reader_.Take(value));
  }
  bool number_float(double value, const std::string& /*text*/) override {
    return Keep(reader_.Take(value));
  }
  bool string(std::string& value) override {
    return Keep(reader_.Take(std::move(value)));
  }
  bool start_object(size_t /*unknown*/) override {
    return Keep(reader_.Enter(Json::value_t::object));
  }
  bool start_array(size_t /*unknown*/) override {
    return Keep(reader_.Enter(Json::value_t::array));
  }
  bool key(std::string& key) override { return Keep(reader_.EnterKey(key)); }
  bool end_object() override { return Keep(reader_.Leave()); }
  bool end_array() override { return Keep(reader_.Leave()); }
  bool binary(Json::binary_t& /*value*/) override { return false; }  // no JSON

  bool parse_error(size_t position, const std::string& token,
                   const Json::exception& error) override {
    constexpr int kNumberOverflow = 406;
    return Keep(reader_.SyntaxError(text_, position, token,
                                    error.id == kNumberOverflow));
  }

 private:
  bool Keep(absl::Status status) {
    status_ = std::move(status);
    return status_.ok();
  }

  JsonReader& reader_;
  std::string_view text_;
  absl::Status status_;
};

absl::Status JsonReader::Read(std::string_view text) {
  // The parser would take a NUL for the end, whatever follows.
  if (const size_t nul = text.find('\0'); nul != text.npos) {
    return FieldError(Path(), fmt::format("not JSON at byte {}", nul + 1));
  }
  MICROGPT_RETURN_IF_ERROR(ValidateUtf8(Path(), text));
  Events events(*this, text);
  Json::sax_parse(text, &events);
  return events.status();
}

std::string JsonReader::Path() const {
  std::string path = root_;
  for (const Level& level : levels_) {
    if (level.kind == Json::value_t::array) {
      path += fmt::format("[{}]", level.index);
    } else if (!level.key.empty()) {
      path += fmt::format("{}{}", path.empty() ? "" : ".", Excerpt(level.key));
    }
  }
  return path.empty() ? "file" : path;
}

absl::Status JsonReader::Enter(Json::value_t kind) {
  if (depth() == kMaxDepth) {
    return FieldError(Path(), fmt::format("more than {} levels", kMaxDepth));
  }
  MICROGPT_RETURN_IF_ERROR(Begin(kind));
  levels_.push_back({.kind = kind, .key = {}, .keys = {}});
  return absl::OkStatus();
}

absl::Status JsonReader::EnterKey(const std::string& key) {
  Level& level = levels_.back();
  level.key = key;
  if (Ignores() || level.keys.insert(key).second) return absl::OkStatus();
  return FieldError(Path(), "stands there twice");
}

absl::Status JsonReader::Leave() {
  levels_.pop_back();
  MICROGPT_RETURN_IF_ERROR(End());
  if (depth() > 0) ++levels_.back().index;
  return absl::OkStatus();
}

absl::Status JsonReader::Take(Json value) {
  MICROGPT_RETURN_IF_ERROR(Scalar(std::move(value)));
  if (depth() > 0) ++levels_.back().index;
  return absl::OkStatus();
}

// position: how many bytes the parser has taken, one more at the end.
absl::Status JsonReader::SyntaxError(std::string_view text, size_t position,
                                     std::string_view token,
                                     bool overflow) const {
  if (overflow) {
    return FieldError(Path(),
                      fmt::format("{} is too large a number", Excerpt(token)));
  }
  if (const std::string_view name = NotANumber(text, position); !name.empty()) {
    return FieldError(Path(), fmt::format("{} is not a finite number", name));
  }
  if (position > text.size()) {
    return FieldError(Path(),
                      fmt::format("ends too soon, after byte {}", text.size()));
  }
  return FieldError(Path(), fmt::format("not JSON at byte {}", position));
}

absl::Status JsonTreeReader::Begin(Json::value_t kind) {
  MICROGPT_ASSIGN_OR_RETURN(Json* const added, Add(Json(kind)));
  open_.push_back(added);
  return absl::OkStatus();
}

absl::Status JsonTreeReader::End() {
  open_.pop_back();
  return absl::OkStatus();
}

absl::Status JsonTreeReader::Scalar(Json value) {
  return Add(std::move(value)).status();
}

absl::StatusOr<Json*> JsonTreeReader::Add(Json value) {
  if (++values_ > kMaxValues) {
    return FieldError(Path(), fmt::format("more than {} values", kMaxValues));
  }
  if (open_.empty()) return &(root_ = std::move(value));
  Json& parent = *open_.back();
  if (parent.is_object()) {
    return &(parent[key(depth() - 1)] = std::move(value));
  }
  parent.push_back(std::move(value));
  return &parent.back();
}

absl::StatusOr<Json> ParseJson(std::string_view root, std::string_view text) {
  JsonTreeReader reader{std::string(root)};
  MICROGPT_RETURN_IF_ERROR(reader.Read(text));
  return reader.TakeTree();
}

}  // namespace microgpt
