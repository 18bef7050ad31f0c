// SPDX-License-Identifier: MIT
//
// Models as files, both ways, in two formats that others read:
//   JSON         model.json of microgpt.py_analysis; what it has no place for
//                stands below a key of our own, which its readers ignore
//   safetensors  the same tensors; the rest is JSON in its __metadata__
// docs/model-files.md describes both to the byte. A file gives back the very
// model that was written, bit for bit, or an error.
#ifndef MICROGPT_CORE_FORMAT_MODEL_FILE_H_
#define MICROGPT_CORE_FORMAT_MODEL_FILE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/format/model_card.h"
#include "core/model/model.h"

namespace microgpt {

enum class ModelFormat { kJson, kSafetensors };

// Writes a model as a file, a piece at a time: what it holds does not grow with
// the weights, whose values must be finite. Not thread-safe.
class ModelWriter {
 public:
  // Reads all weights once, for their sum. Keeps `model` until it is destroyed.
  static std::unique_ptr<ModelWriter> Create(ModelFormat format,
                                             std::shared_ptr<const Model> model,
                                             const ModelCard& card);
  virtual ~ModelWriter() = default;

  // The next piece of the file, 1 byte to 256 KiB; nullopt at its end.
  std::optional<std::string> Next();

 protected:
  // Appends some more of the file; nothing at its end.
  virtual void Append(std::string& out) = 0;

 private:
  // Appends until there is a piece, or no more.
  void Fill();

  std::string appended_;
  size_t given_ = 0;  // out, of appended_
};

// The whole file at once.
std::string WriteModel(ModelFormat format, const Model& model,
                       const ModelCard& card = {});

struct ModelFile {
  std::shared_ptr<const Model> model;
  ModelCard card;
};

// The model of a file in either format, told apart by the first bytes. Takes
// memory in proportion to the bytes that are there, whatever they claim.
//
// INVALID_ARGUMENT: it is neither, damaged, or not of a microgpt model. The
// field is a path in the file ("config.n_embd", "state_dict.wte[3][0]", "wte").
absl::StatusOr<ModelFile> ReadModel(std::string_view bytes);

// "sha256:<hex>" over the model as a safetensors file without card and sum: of
// config, tokenizer, weights with their precision, and the generator's state.
// Equal models have equal sums. A file carries its model's, and ReadModel
// compares it.
std::string ModelSha256(const Model& model);

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_MODEL_FILE_H_
