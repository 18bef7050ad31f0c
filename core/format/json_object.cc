// SPDX-License-Identifier: MIT
#include "core/format/json_object.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "core/errors/errors.h"
#include "core/format/json_text.h"

namespace microgpt {
namespace {

using Json = nlohmann::json;

absl::Status WrongType(std::string_view path, const Json& value,
                       std::string_view wanted) {
  return FieldError(
      path, fmt::format("{} where {} belongs", DescribeJson(value), wanted));
}

absl::StatusOr<std::string> TextOf(const Json& value, std::string_view path) {
  if (!value.is_string()) return WrongType(path, value, "a text");
  return value.get<std::string>();
}

template <typename T>
absl::StatusOr<T> WholeOf(const Json& value, std::string_view path) {
  constexpr T kMax = std::numeric_limits<T>::max();
  if (!value.is_number_unsigned() || value.get<uint64_t>() > kMax) {
    return WrongType(path, value,
                     fmt::format("a whole number from 0 to {}", kMax));
  }
  return value.get<T>();
}

// Every element of a list as element(value, path) has it.
template <typename T>
absl::StatusOr<std::vector<T>> ListOf(
    const Json& value, std::string_view path,
    absl::StatusOr<T> (*element)(const Json&, std::string_view)) {
  if (!value.is_array()) return WrongType(path, value, "a list");
  std::vector<T> list;
  list.reserve(value.size());
  for (const Json& one : value) {
    MICROGPT_ASSIGN_OR_RETURN(
        T taken, element(one, fmt::format("{}[{}]", path, list.size())));
    list.push_back(std::move(taken));
  }
  return list;
}

}  // namespace

std::string DescribeJson(const Json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "a text";
  return value.dump();
}

absl::StatusOr<JsonObject> JsonObject::Of(const Json& value, std::string path) {
  if (!value.is_object()) {
    return WrongType(path.empty() ? "file" : path, value, "an object");
  }
  return JsonObject(value, std::move(path));
}

bool JsonObject::Has(std::string_view key) const {
  return value_->contains(key);
}

std::string JsonObject::Path(std::string_view key) const {
  const std::string excerpt = Excerpt(key);
  return path_.empty() ? excerpt : fmt::format("{}.{}", path_, excerpt);
}

absl::StatusOr<const Json*> JsonObject::Find(std::string_view key) const {
  const auto found = value_->find(key);
  if (found == value_->end()) return FieldError(Path(key), "is missing");
  return &*found;
}

absl::StatusOr<JsonObject> JsonObject::Object(std::string_view key) const {
  MICROGPT_ASSIGN_OR_RETURN(const Json* value, Find(key));
  return Of(*value, Path(key));
}

absl::StatusOr<uint32_t> JsonObject::Whole(std::string_view key) const {
  MICROGPT_ASSIGN_OR_RETURN(const Json* value, Find(key));
  return WholeOf<uint32_t>(*value, Path(key));
}

absl::StatusOr<double> JsonObject::Number(std::string_view key) const {
  MICROGPT_ASSIGN_OR_RETURN(const Json* value, Find(key));
  if (!value->is_number()) return WrongType(Path(key), *value, "a number");
  return value->get<double>();
}

absl::StatusOr<std::string> JsonObject::Text(std::string_view key) const {
  MICROGPT_ASSIGN_OR_RETURN(const Json* value, Find(key));
  return TextOf(*value, Path(key));
}

absl::StatusOr<std::vector<std::string>> JsonObject::Texts(
    std::string_view key) const {
  MICROGPT_ASSIGN_OR_RETURN(const Json* value, Find(key));
  return ListOf<std::string>(*value, Path(key), TextOf);
}

absl::StatusOr<std::vector<uint64_t>> JsonObject::Sizes(
    std::string_view key) const {
  MICROGPT_ASSIGN_OR_RETURN(const Json* value, Find(key));
  return ListOf<uint64_t>(*value, Path(key), WholeOf<uint64_t>);
}

}  // namespace microgpt
