// SPDX-License-Identifier: MIT
#include "server/handlers/inspection/tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/errors/errors.h"
#include "core/errors/ranges.h"
#include "core/inspection/projection.h"
#include "core/inspection/tensor_statistics.h"
#include "server/errors/errors.h"
#include "server/handlers/inspection/message_parts.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

constexpr uint32_t kDefaultBins = 40;
constexpr uint32_t kDefaultComponents = 2;
constexpr char kDefaultTensor[] = "wte";

std::string TensorOrDefault(const std::string& name) {
  return name.empty() ? kDefaultTensor : name;
}

// Calls `use` with the tensor number i of the model, in its precision.
auto WithTensor(const Model& model, size_t i, const auto& use) {
  return std::visit(
      [&](const auto& parameters) { return use(parameters.tensor(i)); },
      model.parameters());
}

const std::vector<TensorSpec>& SpecsOf(const Model& model) {
  return std::visit(
      [](const auto& parameters) -> const auto& { return parameters.specs(); },
      model.parameters());
}

absl::StatusOr<size_t> FindTensor(const Model& model, const std::string& name) {
  std::vector<std::string> names;
  for (const TensorSpec& spec : SpecsOf(model)) names.push_back(spec.name);
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return found - names.begin();
  // Of deep models the first layer's stand for all: a status is no place for
  // hundreds of names.
  constexpr size_t kListed = 9;
  const std::span<const std::string> listed(names.data(),
                                            std::min(kListed, names.size()));
  const std::string unknown(UnknownNameError("tensor", name, names).message());
  return absl::NotFoundError(
      fmt::format("{}{} There are {}{}", unknown,
                  unknown.ends_with('?') ? "" : ".", fmt::join(listed, ", "),
                  names.size() > kListed ? ", … up to " + names.back() : ""));
}

struct Rows {
  uint32_t first;
  uint32_t count;
};

absl::StatusOr<Rows> ParseRows(const v1::GetTensorRequest& request,
                               const TensorSpec& spec) {
  const auto all = static_cast<uint32_t>(spec.rows);
  MICROGPT_RETURN_IF_ERROR(
      CheckRange("first_row", request.first_row(), 0, all - 1));
  const uint32_t left = all - request.first_row();
  const Rows rows{.first = request.first_row(),
                  .count = request.has_rows() ? request.rows() : left};
  MICROGPT_RETURN_IF_ERROR(CheckRange("rows", rows.count, 0, left));
  const auto most = static_cast<uint32_t>(kMaxTensorValues / spec.cols);
  if (rows.count <= most) return rows;
  return FieldError("rows",
                    fmt::format("{} rows of {} values are more than "
                                "the maximum of {} values: ask for at "
                                "most {} at a time",
                                rows.count, spec.cols, kMaxTensorValues, most));
}

template <typename T>
void SetRows(Matrix<const T> tensor, v1::Array* array) {
  array->add_shape(static_cast<uint32_t>(tensor.rows));
  array->add_shape(static_cast<uint32_t>(tensor.cols));
  const std::span<const T> values = tensor.values();
  array->mutable_values()->Assign(values.begin(), values.end());
}

void SetStatistics(const TensorStatistics& statistics,
                   v1::GetTensorResponse& response) {
  response.set_mean(statistics.mean);
  response.set_standard_deviation(statistics.standard_deviation);
  response.set_min(statistics.min);
  response.set_max(statistics.max);
  response.set_norm(statistics.norm);
  response.mutable_histogram()->Assign(statistics.histogram.begin(),
                                       statistics.histogram.end());
}

absl::Status CheckSize(const Tokenizer& tokenizer, size_t rows,
                       uint32_t components) {
  MessageSize size(tokenizer);
  size.AddValues(static_cast<double>(rows) * components);
  size.AddTokens(1, rows, 0);
  return size.Check("components", "ask for fewer components");
}

// field: what names this model.
absl::StatusOr<Projection> ProjectTensor(const Model& model, size_t tensor,
                                         uint32_t components,
                                         std::string_view field) {
  const TensorSpec& spec = SpecsOf(model)[tensor];
  const double rows = static_cast<double>(spec.rows);
  const double cols = static_cast<double>(spec.cols);
  // The eigenvectors take some four times the cube of the columns.
  MICROGPT_RETURN_IF_ERROR(CheckCost(
      field, rows * cols * cols + 4 * cols * cols * cols,
      8 * (2 * rows * cols + 4 * cols * cols), "this embedding is too large"));
  absl::StatusOr<Projection> projection = WithTensor(
      model, tensor,
      [&](const auto& values) { return Project(values, components); });
  if (projection.ok()) return projection;
  return WithReason(absl::FailedPreconditionError(fmt::format(
                        "tensor \"{}\": {}", spec.name,
                        std::string(projection.status().message()))),
                    "NOT_PROJECTABLE");
}

// The field that names the snapshot to align with.
std::string_view AlignField(const v1::ProjectRequest& request) {
  return request.has_align_step() ? "align_step" : "align_model";
}

// Turns the signs to those of another snapshot's projection.
absl::Status Align(const v1::ProjectRequest& request, const Model& other,
                   size_t tensor, Projection& projection) {
  const size_t n_embd = projection.components.shape[1];
  if (other.config()->n_embd != n_embd) {
    return FieldError(
        AlignField(request),
        fmt::format("n_embd {} is not the {} of the model that is projected",
                    other.config()->n_embd, n_embd));
  }
  const auto components = static_cast<uint32_t>(projection.components.shape[0]);
  MICROGPT_ASSIGN_OR_RETURN(
      const Projection aligned,
      ProjectTensor(other, tensor, components, AlignField(request)));
  AlignSigns(aligned, projection);
  return absl::OkStatus();
}

}  // namespace

absl::Status Validate(const v1::GetTensorRequest& request) {
  if (request.has_bins()) {
    MICROGPT_RETURN_IF_ERROR(CheckRange("bins", request.bins(), 1, 1000));
  }
  return Validate(SnapshotNameOf(request));
}

absl::StatusOr<v1::GetTensorResponse> Answer(
    const v1::GetTensorRequest& request, const InspectedModel& inspected) {
  const Model& model = *inspected.model;
  const std::string name = TensorOrDefault(request.tensor());
  MICROGPT_ASSIGN_OR_RETURN(const size_t i, FindTensor(model, name));
  const TensorSpec& spec = SpecsOf(model)[i];
  MICROGPT_ASSIGN_OR_RETURN(const Rows rows, ParseRows(request, spec));
  v1::GetTensorResponse response;
  SetSnapshot(inspected, response);
  response.set_tensor(name);
  response.add_shape(static_cast<uint32_t>(spec.rows));
  response.add_shape(static_cast<uint32_t>(spec.cols));
  response.set_first_row(rows.first);
  const uint32_t bins = request.has_bins() ? request.bins() : kDefaultBins;
  WithTensor(model, i, [&](const auto& tensor) {
    SetRows(tensor.Rows(rows.first, rows.count), response.mutable_values());
    SetStatistics(Describe(tensor.values(), bins), response);
  });
  for (const TensorSpec& each : SpecsOf(model)) response.add_tensors(each.name);
  if (name == "wte" || name == "lm_head") {
    for (uint32_t row = rows.first; row < rows.first + rows.count; ++row) {
      SetToken(model.tokenizer(), row, response.add_tokens());
    }
  }
  return response;
}

absl::Status Validate(const v1::ProjectRequest& request) {
  const std::string tensor = TensorOrDefault(request.tensor());
  if (tensor != "wte" && tensor != "wpe") {
    return FieldError(
        "tensor",
        fmt::format("\"{}\" is no embedding: \"wte\" or \"wpe\"", tensor));
  }
  if (request.has_components()) {
    MICROGPT_RETURN_IF_ERROR(
        CheckRange("components", request.components(), 1, 16));
  }
  if (!request.has_align_step()) return Validate(SnapshotNameOf(request));
  if (!request.align_model().empty()) {
    return FieldError("align_step", "given together with align_model");
  }
  if (request.job().empty()) {
    return FieldError("align_step", fmt::format("{} given without a job",
                                                request.align_step()));
  }
  return Validate(SnapshotNameOf(request));
}

absl::StatusOr<v1::ProjectResponse> Answer(const v1::ProjectRequest& request,
                                           const InspectedModel& inspected,
                                           const InspectedModel* align) {
  const Model& model = *inspected.model;
  const std::string name = TensorOrDefault(request.tensor());
  MICROGPT_ASSIGN_OR_RETURN(const size_t i, FindTensor(model, name));
  const TensorSpec& spec = SpecsOf(model)[i];
  const uint32_t n_embd = model.config()->n_embd;
  const uint32_t components = request.has_components()
                                  ? request.components()
                                  : std::min(kDefaultComponents, n_embd);
  MICROGPT_RETURN_IF_ERROR(CheckRange("components", components, 1, n_embd));
  MICROGPT_RETURN_IF_ERROR(CheckSize(model.tokenizer(), spec.rows, components));
  MICROGPT_ASSIGN_OR_RETURN(Projection projection,
                            ProjectTensor(model, i, components, "tensor"));
  if (align != nullptr) {
    MICROGPT_RETURN_IF_ERROR(Align(request, *align->model, i, projection));
  }
  v1::ProjectResponse response;
  SetSnapshot(inspected, response);
  response.set_tensor(name);
  SetArray(projection.points, response.mutable_points());
  response.mutable_variance()->Assign(projection.variance.begin(),
                                      projection.variance.end());
  for (Token row = 0; name == "wte" && row < spec.rows; ++row) {
    SetToken(model.tokenizer(), row, response.add_tokens());
  }
  return response;
}

}  // namespace microgpt::server
