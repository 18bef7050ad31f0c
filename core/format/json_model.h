// SPDX-License-Identifier: MIT
//
// Models as JSON, the form of microgpt.py_analysis's model.json:
//   {"config": {…}, "tokenizer": {…},
//    "state_dict": {"wte": [[0.1, …], …], …},
//    "microgpt_server": {…}}
#ifndef MICROGPT_CORE_FORMAT_JSON_MODEL_H_
#define MICROGPT_CORE_FORMAT_JSON_MODEL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/format/model_card.h"
#include "core/format/model_file.h"
#include "core/format/model_metadata.h"
#include "core/model/model.h"
#include "core/model/parameters.h"

namespace microgpt {

// Keys may come in any order; others are ignored. Numbers are float64 unless
// our own key says float32. Errors as ReadModel's.
absl::StatusOr<UncheckedModel> ReadJsonModel(std::string_view text);

// Spells all but our own key, which comes last, as Python's json.dump does.
class JsonModelWriter : public ModelWriter {
 public:
  JsonModelWriter(std::shared_ptr<const Model> model, const ModelCard& card,
                  std::string_view sha256);

 protected:
  void Append(std::string& out) override;

 private:
  // Appends the next row of weights; false if there is none.
  template <typename T>
  bool AppendRow(const Parameters<T>& parameters, std::string& out);

  std::shared_ptr<const Model> model_;
  std::string head_, tail_;  // before and after the tensors; empty when written
  size_t tensor_ = 0, row_ = 0;  // to be written next
};

}  // namespace microgpt

#endif  // MICROGPT_CORE_FORMAT_JSON_MODEL_H_
