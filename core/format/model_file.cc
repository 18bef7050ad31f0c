// SPDX-License-Identifier: MIT
#include "core/format/model_file.h"

#include <fmt/format.h>

#include <utility>

#include "core/digest/sha256.h"
#include "core/errors/errors.h"
#include "core/format/json_model.h"
#include "core/format/json_text.h"
#include "core/format/model_metadata.h"
#include "core/format/safetensors.h"

namespace microgpt {
namespace {

constexpr size_t kPieceBytes = 256 * 1024;

// For what reads a model within a call.
std::shared_ptr<const Model> Borrowed(const Model& model) {
  return {std::shared_ptr<const Model>(), &model};
}

bool LooksLikeJson(std::string_view bytes) {
  const size_t first = bytes.find_first_not_of(" \t\r\n");
  // A safetensors file may begin with any byte, but there are zeros in the
  // eight that count its header's.
  return first != bytes.npos && bytes[first] == '{' &&
         bytes.substr(0, 8).find('\0') == bytes.npos;
}

bool LooksLikeSafetensors(std::string_view bytes) {
  return bytes.size() > 8 && bytes[8] == '{';
}

absl::StatusOr<UncheckedModel> ReadEither(std::string_view bytes) {
  if (bytes.empty()) return FieldError("file", "is empty");
  if (LooksLikeJson(bytes)) return ReadJsonModel(bytes);
  if (LooksLikeSafetensors(bytes)) return ReadSafetensors(bytes);
  return FieldError("file", "is neither JSON nor safetensors");
}

}  // namespace

std::unique_ptr<ModelWriter> ModelWriter::Create(
    ModelFormat format, std::shared_ptr<const Model> model,
    const ModelCard& card) {
  const std::string sha256 = ModelSha256(*model);
  if (format == ModelFormat::kJson) {
    return std::make_unique<JsonModelWriter>(std::move(model), card, sha256);
  }
  return std::make_unique<SafetensorsWriter>(std::move(model), card, sha256);
}

std::optional<std::string> ModelWriter::Next() {
  // A long header, which is appended at once, stays where it is until less than
  // a piece is left of it.
  if (appended_.size() - given_ < kPieceBytes) {
    appended_.erase(0, std::exchange(given_, 0));
    Fill();
  }
  if (appended_.empty()) return std::nullopt;
  std::string piece = appended_.substr(given_, kPieceBytes);
  given_ += piece.size();
  return piece;
}

void ModelWriter::Fill() {
  size_t before = 0;
  do {
    before = appended_.size();
    if (before < kPieceBytes) Append(appended_);
  } while (appended_.size() > before);
}

std::string WriteModel(ModelFormat format, const Model& model,
                       const ModelCard& card) {
  const auto writer = ModelWriter::Create(format, Borrowed(model), card);
  std::string file;
  while (const std::optional<std::string> piece = writer->Next()) {
    file += *piece;
  }
  return file;
}

absl::StatusOr<ModelFile> ReadModel(std::string_view bytes) {
  MICROGPT_ASSIGN_OR_RETURN(UncheckedModel read, ReadEither(bytes));
  ModelMetadata& metadata = read.metadata;
  auto model = std::make_shared<const Model>(
      metadata.config, std::move(metadata.tokenizer),
      std::move(read.parameters), metadata.random);
  if (!metadata.sha256.empty()) {
    const std::string sha256 = ModelSha256(*model);
    if (metadata.sha256 != sha256) {
      return FieldError(
          fmt::format("{}.sha256", kOwnKey),
          fmt::format("wrong checksum: the file says {}, but holds {}; it was"
                      " damaged or changed",
                      Excerpt(metadata.sha256), sha256));
    }
  }
  return ModelFile{std::move(model), std::move(metadata.card)};
}

std::string ModelSha256(const Model& model) {
  SafetensorsWriter writer(Borrowed(model), ModelCard(), "");
  Sha256 digest;
  while (const std::optional<std::string> piece = writer.Next()) {
    digest.Update(*piece);
  }
  return fmt::format("sha256:{}", std::move(digest).Hex());
}

}  // namespace microgpt
