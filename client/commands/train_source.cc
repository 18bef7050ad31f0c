// SPDX-License-Identifier: MIT
#include "client/commands/train_source.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "client/command_line/names.h"
#include "client/commands/files/input.h"
#include "client/connection/connection.h"

namespace microgpt::client {
namespace {

// Tag and length of the text field.
constexpr std::size_t kTextFieldOverheadBytes = 8;

bool IsDatasetName(const std::string& text) {
  return IsModelName(text) || text.starts_with("sha256:");
}

bool IsThere(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) &&
         !std::filesystem::is_directory(path, error);
}

}  // namespace

std::vector<TrainSource> TrainSources(const std::string& argument) {
  using Kind = TrainSource::Kind;
  if (argument == "-") return {{Kind::kStandardInput, argument}};
  const bool is_path = argument.find('/') != std::string::npos;
  if (is_path || !IsDatasetName(argument)) return {{Kind::kFile, argument}};
  std::vector<TrainSource> sources = {{Kind::kDataset, argument}};
  if (IsThere(argument)) sources.push_back({Kind::kFile, argument});
  return sources;
}

std::optional<std::string> DefaultModel(const TrainSource& source) {
  switch (source.kind) {
    case TrainSource::Kind::kFile:
      return ModelNameFromFile(source.value);
    case TrainSource::Kind::kDataset:
      if (IsModelName(source.value)) return source.value;
      return std::nullopt;
    case TrainSource::Kind::kStandardInput:
      return std::nullopt;
  }
  return std::nullopt;
}

absl::Status NamesNoModel(std::string_view source) {
  return absl::InvalidArgumentError(
      fmt::format("{} names no model: choose one with --model NAME", source));
}

absl::Status NoFileEither(const absl::Status& not_found) {
  return WithNextStep(absl::NotFoundError(fmt::format(
                          "{} There is no file of this name either",
                          Sentence(std::string(not_found.message())))),
                      "mgpt dataset ls");
}

absl::Status ReadTrainingText(const TrainSource& source, Console* console,
                              v1::TrainRequest* request) {
  const std::size_t others = request->ByteSizeLong() + kTextFieldOverheadBytes;
  absl::StatusOr<std::string> text =
      ReadText(source.value, kMaxMessageBytes - others, console);
  if (!text.ok()) return text.status();
  if (text->empty()) {
    return absl::InvalidArgumentError(
        fmt::format("{} is empty: one string a line is wanted",
                    source.value == "-" ? "standard input" : source.value));
  }
  request->set_text(*std::move(text));
  return absl::OkStatus();
}

}  // namespace microgpt::client
