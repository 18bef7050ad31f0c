// SPDX-License-Identifier: MIT
#include "client/commands/config_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "client/command_line/values.h"
#include "client/output/utf8.h"
#include "google/protobuf/descriptor.h"

namespace microgpt::client {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

struct Help {
  const char* field;
  const char* text;
};

constexpr char kGroup[] = "Model and training (default; range)";

// In the order of the proto, which says more.
constexpr std::array<Help, 17> kHelp = {{
    {"n_layer", "layers (1; 1..64)"},
    {"n_embd", "width, a multiple of n_head (16; 1..1024)"},
    {"n_head", "attention heads a layer (4; 1..64)"},
    {"block_size", "longest string, with its end mark (16; 1..1024)"},
    {"steps", "training steps (1000; 1..1000000)"},
    {"batch_size", "documents a step (1; 1..4096)"},
    {"learning_rate", "at the first step (0.01, SGD 0.1; >0..10)"},
    {"seed", "same seed, same model (42)"},
    {"validation", "share of documents held out (0; 0..0.5)"},
    {"beta1", "Adam (0.85; 0..<1)"},
    {"beta2", "Adam (0.99; 0..<1)"},
    {"eps", "Adam (1e-8; >0..1)"},
    {"init_std", "spread of the first weights (0.08; 0..10)"},
    {"optimizer", "adam or sgd (adam)"},
    {"precision", "float32 or float64 (float32)"},
    {"tokenizer", "code-point or grapheme (code-point)"},
    {"threads", "of the server's workers; the same bits for any (1; 1..64)"},
}};

std::string Kebab(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

// The values of an enum as flags spell them, "code-point" for
// TOKENIZER_CODE_POINT, with their numbers; not the UNSPECIFIED one.
std::vector<std::pair<std::string, int>> Choices(const EnumDescriptor& type) {
  std::vector<std::pair<std::string, int>> choices;
  for (int i = 1; i < type.value_count(); ++i) {
    const EnumValueDescriptor& value = *type.value(i);
    choices.emplace_back(
        Kebab(Lower(value.name().substr(type.name().size() + 1))),
        value.number());
  }
  return choices;
}

void AddChoice(CLI::App& command, const std::string& flag,
               const FieldDescriptor* field, v1::Config* config,
               const char* help) {
  const auto set = [flag, field, config](const std::string& text) {
    std::vector<std::string> names;
    for (const auto& [name, number] : Choices(*field->enum_type())) {
      if (name == text) {
        config->GetReflection()->SetEnumValue(config, field, number);
        return;
      }
      names.push_back(name);
    }
    throw CLI::ValidationError(
        flag, fmt::format("\"{}\" is not {}", text, fmt::join(names, " or ")));
  };
  command.add_option_function<std::string>(flag, set, help)
      ->option_text("NAME")
      ->group(kGroup);
}

void AddFlag(CLI::App& command, const FieldDescriptor* field,
             v1::Config* config, const char* help) {
  const std::string flag = "--" + Kebab(field->name());
  CLI::Option* option = nullptr;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return AddChoice(command, flag, field, config, help);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      option = AddReal(
          command, flag,
          [config, field](double value) {
            config->GetReflection()->SetDouble(config, field, value);
          },
          help);
      break;
    default:
      option = AddWhole(
          command, flag,
          [config, field](std::uint32_t value) {
            config->GetReflection()->SetUInt32(config, field, value);
          },
          help);
  }
  option->group(kGroup);
}

const char* HelpFor(const std::string& field) {
  for (const Help& help : kHelp) {
    if (field == help.field) return help.text;
  }
  return "";
}

}  // namespace

void AddConfigFlags(CLI::App& command, v1::Config* config) {
  const auto& fields = *v1::Config::descriptor();
  for (int i = 0; i < fields.field_count(); ++i) {
    AddFlag(command, fields.field(i), config, HelpFor(fields.field(i)->name()));
  }
}

}  // namespace microgpt::client
