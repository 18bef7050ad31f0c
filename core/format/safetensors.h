// SPDX-License-Identifier: MIT
//
// Models as safetensors files: the length of a header (8 bytes, little-endian),
// the header (JSON: of each tensor its type, shape and place), and the values,
// little-endian, one tensor after another. Config, tokenizer and what is our
// own stand in the header's __metadata__, each as a JSON text.
#ifndef MICROGPT_CORE_FORMAT_SAFETENSORS_H_
#define MICROGPT_CORE_FORMAT_SAFETENSORS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/format/model_card.h"
#include "core/format/model_file.h"
#include "core/format/model_metadata.h"
#include "core/model/model.h"

namespace microgpt {

// Tensors may come in any order, F32 or F64 all alike. Errors as ReadModel's.
// bytes: more than 8.
absl::StatusOr<UncheckedModel> ReadSafetensors(std::string_view bytes);

// Without a sum if `sha256` is empty.
class SafetensorsWriter : public ModelWriter {
 public:
  SafetensorsWriter(std::shared_ptr<const Model> model, const ModelCard& card,
                    std::string_view sha256);

 protected:
  void Append(std::string& out) override;

 private:
  std::shared_ptr<const Model> model_;
  std::string head_;   // empty when written
  size_t values_ = 0;  // written so far
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_SAFETENSORS_H_
