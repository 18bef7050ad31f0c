// SPDX-License-Identifier: MIT
#include "server/http/codec.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/errors/errors.h"
#include "core/text/utf8.h"
#include "server/calls/message.h"
#include "server/errors/errors.h"
#include "server/http/exchange.h"

namespace microgpt::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::Status DecodeProto(std::string_view bytes, Message& message) {
  const int size = static_cast<int>(bytes.size());
  if (message.ParseFromArray(bytes.data(), size)) {
    return RefuseUnknownFields(message);
  }
  google::protobuf::io::ArrayInputStream again(bytes.data(), size);
  return WhyNoMessage(again, bytes.size(), *message.GetDescriptor());
}

// The type of the message at "config" or "points[3]"; null if there is none.
const Descriptor* TypeAt(const Descriptor& root, std::string_view path) {
  const Descriptor* type = &root;
  for (std::string_view part : SplitList(path, '.')) {
    part = part.substr(0, part.find('['));
    const FieldDescriptor* field = type->FindFieldByName(std::string(part));
    type = field == nullptr ? nullptr : field->message_type();
    if (type == nullptr) return nullptr;
  }
  return type;
}

std::string Join(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

absl::Status NoSuchField(const Descriptor& root, std::string_view path,
                         std::string_view name) {
  const std::string field = Join(path, name);
  const Descriptor* type = TypeAt(root, path);
  if (type == nullptr) return FieldError(field, "there is no such field");
  // As they are written in JSON, or in a .proto file: like the one sent.
  const bool snake = name.find('_') != std::string_view::npos;
  std::vector<std::string> known;
  for (int i = 0; i < type->field_count(); ++i) {
    known.push_back(snake ? type->field(i)->name()
                          : type->field(i)->json_name());
  }
  const std::string_view nearest = Nearest(name, known);
  return FieldError(
      field,
      fmt::format(
          "{} has no field of this name{}", type->full_name(),
          nearest.empty() ? "" : fmt::format(": did you mean {}?", nearest)));
}

// The beginning of a value that may be of any length.
std::string Abbreviate(std::string_view value) {
  constexpr size_t kMost = 100;
  return BeginningOf(value, kMost);
}

// TYPE_UINT32, or type.googleapis.com/google.protobuf.Duration.
absl::Status BadValue(std::string_view field, std::string_view value,
                      std::string_view type) {
  // "Field 'wait', Illegal duration format; …"
  constexpr std::string_view kReason = "Field '";
  if (value.starts_with(kReason)) {
    const size_t comma = value.find("', ");
    if (comma != std::string_view::npos) value.remove_prefix(comma + 3);
    if (value.starts_with("Illegal duration format")) {
      return FieldError(field,
                        "this is no duration: seconds with an s, as in "
                        "\"90s\" or \"0.5s\"");
    }
    return FieldError(field, Abbreviate(value));
  }
  constexpr std::string_view kScalar = "TYPE_";
  const std::string name = type.starts_with(kScalar)
                               ? Lower(type.substr(kScalar.size()))
                               : std::string(type.substr(type.rfind('/') + 1));
  return FieldError(field,
                    fmt::format("{} is not a {}", Abbreviate(value), name));
}

// Takes "(path)" off the front of protobuf's sentence; empty if it has none.
std::string_view TakePath(std::string_view& problem) {
  if (!problem.starts_with('(')) return {};
  const size_t end = problem.find(')');
  if (end == std::string_view::npos) return {};
  const std::string_view path = problem.substr(1, end - 1);
  problem.remove_prefix(end + 1);
  return path;
}

// protobuf says what is wrong in a sentence that has the field in it; this
// finds it there. What is no such sentence concerns the JSON itself.
absl::Status Explain(std::string_view bytes, std::string_view problem,
                     const Descriptor& type) {
  constexpr std::string_view kUnknown = ": Cannot find field.";
  constexpr std::string_view kValue = ": invalid value ";
  constexpr std::string_view kOfType = " for type ";
  constexpr std::string_view kList = ": Proto field is not repeating";
  // An optional field is a oneof of its own.
  constexpr std::string_view kOneof = ": invalid value oneof field '";
  constexpr std::string_view kTwice = " is already set. Cannot set '";
  std::string_view rest = problem;
  const std::string_view path = TakePath(rest);
  if (rest.ends_with(kUnknown)) {
    rest.remove_suffix(kUnknown.size());
    return NoSuchField(type, path, Abbreviate(Trim(rest)));
  }
  const size_t twice = rest.find(kTwice);
  if (rest.starts_with(kOneof) && twice != std::string_view::npos) {
    rest.remove_prefix(twice + kTwice.size());
    return FieldError(Join(path, rest.substr(0, rest.find('\''))),
                      "it stands there twice");
  }
  const size_t of_type = rest.rfind(kOfType);
  if (rest.starts_with(kValue) && of_type != std::string_view::npos) {
    return BadValue(path, rest.substr(kValue.size(), of_type - kValue.size()),
                    rest.substr(of_type + kOfType.size()));
  }
  if (const size_t list = rest.find(kList); list != std::string_view::npos) {
    return FieldError(Join(path, Abbreviate(Trim(rest.substr(0, list)))),
                      "a list stands where one value is meant");
  }
  if (problem.starts_with(": ")) problem.remove_prefix(2);
  return absl::InvalidArgumentError(
      fmt::format("the {} bytes sent are not JSON of a {}: {}", bytes.size(),
                  type.full_name(), problem.substr(0, problem.find('\n'))));
}

absl::Status DecodeJson(std::string_view bytes, Message& message) {
  if (bytes.empty()) {
    return absl::InvalidArgumentError(
        "no bytes are no JSON: a request that sets nothing is {}");
  }
  // protobuf would not say where.
  if (const absl::Status valid = ValidateUtf8("the JSON sent", bytes);
      !valid.ok()) {
    return absl::InvalidArgumentError(valid.message());
  }
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(bytes.data(), bytes.size()), &message);
  if (parsed.ok()) return absl::OkStatus();
  return Explain(bytes, std::string(parsed.message()),
                 *message.GetDescriptor());
}

}  // namespace

absl::Status Decode(std::string_view bytes, Codec codec, Message& message) {
  return codec == Codec::kJson ? DecodeJson(bytes, message)
                               : DecodeProto(bytes, message);
}

absl::StatusOr<std::string> Encode(const Message& message, Codec codec) {
  if (codec == Codec::kProto) return message.SerializeAsString();
  std::string json;
  const auto written =
      google::protobuf::util::MessageToJsonString(message, &json);
  if (written.ok()) return json;
  return absl::InternalError(fmt::format("a {} has no JSON form: {}",
                                         message.GetTypeName(),
                                         std::string(written.message())));
}

}  // namespace microgpt::server
