// SPDX-License-Identifier: MIT
#include "server/calls/message.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/unknown_field_set.h>

#include <map>
#include <string>
#include <vector>

#include "core/errors/errors.h"
#include "core/text/utf8.h"

namespace microgpt::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

std::string ElementPath(const std::string& prefix, const FieldDescriptor& field,
                        int index) {
  return field.is_repeated()
             ? fmt::format("{}{}[{}]", prefix, field.name(), index)
             : prefix + field.name();
}

// Finds the string that is not UTF-8 in a message that does not parse, by
// reading its fields without their types.
absl::Status FindBadText(const Descriptor& type, const UnknownFieldSet& fields,
                         const std::string& prefix) {
  std::map<int, int> seen;  // elements of each repeated field
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    const FieldDescriptor* known = type.FindFieldByNumber(field.number());
    if (known == nullptr ||
        field.type() != UnknownField::TYPE_LENGTH_DELIMITED) {
      continue;
    }
    const std::string path =
        ElementPath(prefix, *known, seen[field.number()]++);
    if (known->type() == FieldDescriptor::TYPE_STRING) {
      MICROGPT_RETURN_IF_ERROR(ValidateUtf8(path, field.length_delimited()));
    } else if (known->type() == FieldDescriptor::TYPE_MESSAGE) {
      UnknownFieldSet nested;
      if (!nested.ParseFromString(field.length_delimited())) continue;
      MICROGPT_RETURN_IF_ERROR(
          FindBadText(*known->message_type(), nested, path + "."));
    }
  }
  return absl::OkStatus();
}

absl::Status RefuseUnknownFields(const Message& message,
                                 const std::string& prefix) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  const UnknownFieldSet& unknown = reflection.GetUnknownFields(message);
  if (unknown.field_count() > 0) {
    return FieldError(fmt::format("{}{}", prefix, unknown.field(0).number()),
                      fmt::format("{} has no field with this number",
                                  message.GetDescriptor()->full_name()));
  }
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count =
        field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const Message& nested =
          field->is_repeated()
              ? reflection.GetRepeatedMessage(message, field, i)
              : reflection.GetMessage(message, field);
      MICROGPT_RETURN_IF_ERROR(
          RefuseUnknownFields(nested, ElementPath(prefix, *field, i) + "."));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WhyNoMessage(google::protobuf::io::ZeroCopyInputStream& bytes,
                          size_t size, const Descriptor& type) {
  UnknownFieldSet fields;
  google::protobuf::io::CodedInputStream stream(&bytes);
  if (fields.MergeFromCodedStream(&stream) && stream.ConsumedEntireMessage()) {
    MICROGPT_RETURN_IF_ERROR(FindBadText(type, fields, ""));
  }
  return absl::InvalidArgumentError(
      fmt::format("the {} bytes sent are not a {}", size, type.full_name()));
}

absl::Status RefuseUnknownFields(const Message& message) {
  return RefuseUnknownFields(message, "");
}

}  // namespace microgpt::server
