// SPDX-License-Identifier: MIT
#include "server/http/methods.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

std::string OfMicroGpt(const char* method) {
  return std::string("/microgpt.v1.MicroGpt/") + method;
}

std::string OfRegistry(const char* method) {
  return std::string("/microgpt.v1.Registry/") + method;
}

std::string OfInspector(const char* method) {
  return std::string("/microgpt.v1.Inspector/") + method;
}

}  // namespace

absl::Status Methods::Unknown(std::string_view path) const {
  std::vector<std::string> known;
  for (const auto& [name, method] : methods_) known.push_back(name);
  const std::string_view nearest = Nearest(path, known);
  return absl::UnimplementedError(
      nearest.empty() ? fmt::format("there is no method {}", path)
                      : fmt::format("there is no method {}: did you mean {}?",
                                    path, nearest));
}

Methods AllMethods(const HandlersOfAll& all) {
  Methods methods;
  methods.Add(OfMicroGpt("Train"), all.training, &TrainingHandlers::Train);
  methods.Add(OfMicroGpt("GetStatus"), all.training,
              &TrainingHandlers::GetStatus);
  methods.Add(OfMicroGpt("WatchStatus"), all.training,
              &TrainingHandlers::WatchStatus);
  methods.Add(OfMicroGpt("CancelTraining"), all.training,
              &TrainingHandlers::CancelTraining);
  methods.Add(OfMicroGpt("Generate"), all.generation,
              &GenerationHandlers::Generate);
  methods.Add(OfMicroGpt("GenerateLike"), all.generation,
              &GenerationHandlers::GenerateLike);
  methods.Add(OfMicroGpt("Score"), all.generation, &GenerationHandlers::Score);
  methods.Add(OfMicroGpt("Evaluate"), all.evaluation,
              &EvaluationHandlers::Evaluate);

  methods.Add(OfRegistry("ListModels"), all.models, &ModelHandlers::ListModels);
  methods.Add(OfRegistry("GetModel"), all.models, &ModelHandlers::GetModel);
  methods.Add(OfRegistry("DeleteModel"), all.models,
              &ModelHandlers::DeleteModel);
  methods.Add(OfRegistry("SetAlias"), all.models, &ModelHandlers::SetAlias);
  methods.Add(OfRegistry("DeleteAlias"), all.models,
              &ModelHandlers::DeleteAlias);
  methods.Add(OfRegistry("ExportModel"), all.models,
              &ModelHandlers::ExportModel);
  methods.Add(OfRegistry("ImportModel"), all.models,
              &ModelHandlers::ImportModel);
  methods.Add(OfRegistry("AddDataset"), all.datasets,
              &DatasetHandlers::AddDataset);
  methods.Add(OfRegistry("GetDataset"), all.datasets,
              &DatasetHandlers::GetDataset);
  methods.Add(OfRegistry("ListDatasets"), all.datasets,
              &DatasetHandlers::ListDatasets);
  methods.Add(OfRegistry("DeleteDataset"), all.datasets,
              &DatasetHandlers::DeleteDataset);
  methods.Add(OfRegistry("ListJobs"), all.housekeeping,
              &HousekeepingHandlers::ListJobs);
  methods.Add(OfRegistry("GetLosses"), all.housekeeping,
              &HousekeepingHandlers::GetLosses);
  methods.Add(OfRegistry("GetServerInfo"), all.housekeeping,
              &HousekeepingHandlers::GetServerInfo);

  methods.Add(OfInspector("GetMetrics"), all.metrics,
              &MetricsHandlers::GetMetrics);
  methods.Add(OfInspector("Trace"), all.inspection, &InspectionHandlers::Trace);
  methods.Add(OfInspector("GetTensor"), all.inspection,
              &InspectionHandlers::GetTensor);
  methods.Add(OfInspector("Project"), all.inspection,
              &InspectionHandlers::Project);
  methods.Add(OfInspector("NextTokens"), all.inspection,
              &InspectionHandlers::NextTokens);
  return methods;
}

}  // namespace microgpt::server
