// SPDX-License-Identifier: MIT
#include "core/format/json_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "core/errors/errors.h"
#include "core/format/json_object.h"
#include "core/format/json_reader.h"
#include "core/format/json_text.h"
#include "core/format/tensor_map.h"
#include "core/model/config.h"

namespace microgpt {
namespace {

constexpr char kWeightsKey[] = "state_dict";

// A tensor as the file has it; its shape is compared when all has been read,
// since config and tokenizer may come last.
struct Tensor {
  size_t rows = 0;
  size_t cols = 0;
  std::vector<double> values;
};
using Tensors = TensorMap<Tensor>;

// Of the tensors of all models, which are those of the deepest.
const absl::flat_hash_set<std::string>& TensorNames() {
  static const auto* const names = [] {
    const ModelConfig deepest =
        ModelConfig::Create({.n_layer = kMaxLayers}).value();
    auto* const set = new absl::flat_hash_set<std::string>;
    for (const TensorSpec& spec : TensorSpecs(deepest, 1)) {
      set->insert(spec.name);
    }
    return set;
  }();
  return *names;
}

// Keeps the metadata as a tree, the weights as plain numbers, and nothing of
// what stands below other keys.
class ModelReader : public JsonTreeReader {
 public:
  ModelReader() : JsonTreeReader("") {}

  Tensors TakeTensors() { return std::move(tensors_); }

 protected:
  absl::Status Begin(Json::value_t kind) override;
  absl::Status End() override;
  absl::Status Scalar(Json value) override;
  bool Ignores() const override {
    return depth() > 1 && !InMetadata() && !InWeights();
  }

 private:
  // How deep within the weights the value is: it is all of them, a tensor, a
  // row, a number.
  enum Depth : size_t { kAll = 1, kTensor, kRow, kNumber };

  bool InWeights() const { return depth() > 0 && key(0) == kWeightsKey; }
  bool InMetadata() const {
    return depth() == 0 || key(0) == kConfigKey || key(0) == kTokenizerKey ||
           key(0) == kOwnKey;
  }
  absl::Status WrongType(const Json& value) const;
  absl::Status BeginTensor(const std::string& name);
  absl::Status EndRow();

  Tensors tensors_;
  Tensor* tensor_ = nullptr;  // the one at hand
  size_t row_begin_ = 0;      // in its values
};

absl::Status ModelReader::Begin(Json::value_t kind) {
  if (InMetadata()) return JsonTreeReader::Begin(kind);
  if (!InWeights()) return absl::OkStatus();
  const bool is_object = kind == Json::value_t::object;
  if (is_object != (depth() == kAll) || depth() == kNumber) {
    return WrongType(Json(kind));
  }
  if (depth() == kTensor) return BeginTensor(key(1));
  if (depth() == kRow) row_begin_ = tensor_->values.size();
  return absl::OkStatus();
}

absl::Status ModelReader::End() {
  if (InMetadata()) return JsonTreeReader::End();
  if (InWeights() && depth() == kRow) return EndRow();
  return absl::OkStatus();
}

absl::Status ModelReader::Scalar(Json value) {
  if (InMetadata()) return JsonTreeReader::Scalar(std::move(value));
  if (!InWeights()) return absl::OkStatus();
  if (depth() != kNumber || !value.is_number()) return WrongType(value);
  tensor_->values.push_back(value.get<double>());
  return absl::OkStatus();
}

absl::Status ModelReader::WrongType(const Json& value) const {
  const char* wanted = depth() == kAll      ? "an object of tensors"
                       : depth() == kTensor ? "a list of rows"
                       : depth() == kRow    ? "a row of numbers"
                                            : "a number";
  return FieldError(
      Path(), fmt::format("{} where {} belongs", DescribeJson(value), wanted));
}

absl::Status ModelReader::BeginTensor(const std::string& name) {
  // Before all of it is kept, even if the config comes last.
  if (!TensorNames().contains(name)) {
    return FieldError(Path(), "is no tensor of a microgpt model");
  }
  tensor_ = &tensors_[name];
  return absl::OkStatus();
}

absl::Status ModelReader::EndRow() {
  const size_t length = tensor_->values.size() - row_begin_;
  if (tensor_->rows == 0) tensor_->cols = length;
  if (length != tensor_->cols) {
    return FieldError(
        Path(), fmt::format("a row of {} numbers after rows of {}", length,
                            tensor_->cols));
  }
  ++tensor_->rows;
  return absl::OkStatus();
}

// Each of the shape it has in `specs`; the names are known to be the same.
absl::Status CheckShapes(const std::vector<TensorSpec>& specs,
                         const Tensors& tensors) {
  for (const TensorSpec& spec : specs) {
    const Tensor& tensor = tensors.find(spec.name)->second;
    if (tensor.rows == spec.rows && tensor.cols == spec.cols) continue;
    return FieldError(
        spec.name, fmt::format("{} rows of {} numbers where {} of {} belong",
                               tensor.rows, tensor.cols, spec.rows, spec.cols));
  }
  return absl::OkStatus();
}

template <typename T>
absl::StatusOr<ModelParameters> TakeWeights(const ModelMetadata& metadata,
                                            const Tensors& tensors) {
  const uint32_t vocab_size = metadata.tokenizer.vocab_size();
  const std::vector<TensorSpec> specs =
      TensorSpecs(metadata.config, vocab_size);
  // Only when the tensors are as config and tokenizer claim, memory is taken.
  MICROGPT_RETURN_IF_ERROR(CheckNames(specs, tensors));
  MICROGPT_RETURN_IF_ERROR(CheckShapes(specs, tensors));
  Parameters<T> parameters(metadata.config, vocab_size);
  for (const TensorSpec& spec : specs) {
    const std::vector<double>& values = tensors.find(spec.name)->second.values;
    for (size_t i = 0; i < values.size(); ++i) {
      if (std::abs(values[i]) > std::numeric_limits<T>::max()) {
        return FieldError(
            ValuePath(spec, i),
            fmt::format("{} is too large for float32", values[i]));
      }
      parameters.values()[spec.offset + i] = static_cast<T>(values[i]);
    }
  }
  return ModelParameters(std::move(parameters));
}

}  // namespace

absl::StatusOr<UncheckedModel> ReadJsonModel(std::string_view text) {
  ModelReader reader;
  MICROGPT_RETURN_IF_ERROR(reader.Read(text));
  MICROGPT_ASSIGN_OR_RETURN(ModelMetadata metadata,
                            ParseMetadata(reader.TakeTree()));
  const Tensors tensors = reader.TakeTensors();
  absl::StatusOr<ModelParameters> parameters =
      metadata.precision == Precision::kFloat32
          ? TakeWeights<float>(metadata, tensors)
          : TakeWeights<double>(metadata, tensors);
  if (!parameters.ok()) {
    return PrefixField(fmt::format("{}.", kWeightsKey), parameters.status());
  }
  return UncheckedModel{std::move(metadata), *std::move(parameters)};
}

JsonModelWriter::JsonModelWriter(std::shared_ptr<const Model> model,
                                 const ModelCard& card, std::string_view sha256)
    : model_(std::move(model)),
      head_(fmt::format("{{\"{}\": {}, \"{}\": {}, \"{}\": {{", kConfigKey,
                        ConfigJson(*model_), kTokenizerKey,
                        TokenizerJson(*model_), kWeightsKey)),
      tail_(fmt::format("}}, \"{}\": {}}}", kOwnKey,
                        OwnJson(*model_, card, sha256))) {}

void JsonModelWriter::Append(std::string& out) {
  out += std::exchange(head_, {});
  const bool weights_left = std::visit(
      [&](const auto& parameters) { return AppendRow(parameters, out); },
      model_->parameters());
  if (!weights_left) out += std::exchange(tail_, {});
}

template <typename T>
bool JsonModelWriter::AppendRow(const Parameters<T>& parameters,
                                std::string& out) {
  if (tensor_ == parameters.specs().size()) return false;
  const TensorSpec& spec = parameters.specs()[tensor_];
  if (row_ > 0) {
    out += ", ";
  } else {
    out += fmt::format("{}\"{}\": [", tensor_ > 0 ? ", " : "", spec.name);
  }
  const T* const row = parameters.tensor(tensor_).row(row_);
  for (size_t i = 0; i < spec.cols; ++i) {
    out += i == 0 ? "[" : ", ";
    AppendJsonNumber(static_cast<double>(row[i]), out);
  }
  out += "]";
  if (++row_ == spec.rows) {
    out += "]";
    row_ = 0;
    ++tensor_;
  }
  return true;
}

}  // namespace microgpt
