// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CORE_FORMAT_JSON_OBJECT_H_
#define MICROGPT_CORE_FORMAT_JSON_OBJECT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace microgpt {

// What a value is, for errors: "a text", "3.5".
std::string DescribeJson(const nlohmann::json& value);

// The members of a JSON object of a file, by key and type: borrowed from the
// tree, which must outlive it. Errors are FieldErrors whose field is the path
// of the member, "config.n_embd": it is not there, or of another type.
class JsonObject {
 public:
  // path: of `value` in the file; empty for the file itself.
  static absl::StatusOr<JsonObject> Of(const nlohmann::json& value,
                                       std::string path);

  bool Has(std::string_view key) const;
  std::string Path(std::string_view key) const;

  absl::StatusOr<JsonObject> Object(std::string_view key) const;
  absl::StatusOr<uint32_t> Whole(std::string_view key) const;
  absl::StatusOr<double> Number(std::string_view key) const;
  absl::StatusOr<std::string> Text(std::string_view key) const;
  absl::StatusOr<std::vector<std::string>> Texts(std::string_view key) const;
  absl::StatusOr<std::vector<uint64_t>> Sizes(std::string_view key) const;

 private:
  JsonObject(const nlohmann::json& value, std::string path)
      : value_(&value), path_(std::move(path)) {}

  absl::StatusOr<const nlohmann::json*> Find(std::string_view key) const;

  const nlohmann::json* value_;
  std::string path_;
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_JSON_OBJECT_H_
