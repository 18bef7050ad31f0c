// SPDX-License-Identifier: MIT
#include "server/handlers/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/format/model_file.h"
#include "core/training/trainer.h"
#include "server/handlers/convert.h"
#include "server/handlers/defaults.h"
#include "server/handlers/limits.h"
#include "server/handlers/paging.h"
#include "server/handlers/upload.h"

namespace microgpt::server {
namespace {

// Of a SetAlias or DeleteAlias request; nullopt: any.
template <typename Request>
std::optional<uint32_t> ExpectedVersion(const Request& request) {
  if (!request.has_expected_version()) return std::nullopt;
  return request.expected_version();
}

// Answers with a version as a message, keeping the ticket until then.
Store::Done<ModelVersion> AnswerWithModel(Admission::Ticket ticket,
                                          Done<v1::Model> done) {
  return [ticket = std::move(ticket),
          done = std::move(done)](const absl::StatusOr<ModelVersion>& version) {
    version.ok() ? done(ToProto(*version)) : done(version.status());
  };
}

// The first `size` versions, and where the next page goes on if there are more.
v1::ListModelsResponse PageOf(const std::vector<ModelVersion>& versions,
                              size_t size,
                              std::string (*token)(const ModelVersion&)) {
  v1::ListModelsResponse response;
  for (size_t i = 0; i < std::min(size, versions.size()); ++i) {
    *response.add_models() = ToProto(versions[i]);
  }
  if (versions.size() > size) {
    response.set_next_page_token(token(versions[size - 1]));
  }
  return response;
}

absl::StatusOr<v1::ListModelsResponse> ModelPage(
    const Registry& registry, const v1::ListModelsRequest& request) {
  const std::string& token = request.page_token();
  MICROGPT_ASSIGN_OR_RETURN(const size_t size,
                            ParsePageSize(request.page_size()));
  if (!token.empty() && !ValidateModelName(token).ok()) {
    return BadPageToken(token);
  }
  MICROGPT_ASSIGN_OR_RETURN(const auto page, registry.List(token, size + 1));
  return PageOf(page, size,
                [](const ModelVersion& version) { return version.name; });
}

absl::StatusOr<v1::ListModelsResponse> VersionPage(
    const Registry& registry, const v1::ListModelsRequest& request) {
  MICROGPT_ASSIGN_OR_RETURN(const size_t size,
                            ParsePageSize(request.page_size()));
  MICROGPT_ASSIGN_OR_RETURN(
      const uint64_t before,
      ParseNumericPageToken(request.page_token(), UINT32_MAX));
  MICROGPT_ASSIGN_OR_RETURN(
      const auto page,
      registry.ListVersions(request.model(), static_cast<uint32_t>(before),
                            size + 1));
  return PageOf(page, size, [](const ModelVersion& version) {
    return std::to_string(version.version);
  });
}

absl::StatusOr<ModelFormat> ParseFormat(v1::ModelFormat format) {
  switch (format) {
    case v1::MODEL_FORMAT_UNSPECIFIED:
    case v1::MODEL_FORMAT_SAFETENSORS:
      return ModelFormat::kSafetensors;
    case v1::MODEL_FORMAT_JSON:
      return ModelFormat::kJson;
    default:
      return FieldError("format", fmt::format("{} is not a known value",
                                              static_cast<int>(format)));
  }
}

// What the file of a version tells of it beside the model.
ModelCard CardOf(const ModelVersion& version) {
  return {.base = version.Reference(),
          .dataset = version.dataset ? version.dataset->id : "",
          .training = version.training_config,
          .loss = version.loss,
          .validation_loss = version.validation_loss};
}

// A file, written a piece at a time as it is pulled.
class ExportStream : public ResponseStream<v1::ExportModelResponse>,
                     public std::enable_shared_from_this<ExportStream> {
 public:
  ExportStream(const Registry& registry, std::string model, ModelFormat format,
               RunQueue& transfers, RunQueue::Ticket ticket)
      : registry_(registry),
        model_(std::move(model)),
        format_(format),
        transfers_(transfers),
        ticket_(std::move(ticket)) {}

  void Pull(Next next) override {
    transfers_.Submit([self = shared_from_this(), next = std::move(next)] {
      next(self->NextPiece());
      return false;
    });
  }

 private:
  absl::StatusOr<std::optional<v1::ExportModelResponse>> NextPiece() {
    if (writer_ == nullptr) {
      MICROGPT_ASSIGN_OR_RETURN(const Registry::Snapshot snapshot,
                                registry_.Resolve(model_));
      writer_ = ModelWriter::Create(format_, snapshot.model,
                                    CardOf(snapshot.version));
    }
    std::optional<std::string> piece = writer_->Next();
    if (!piece) return std::nullopt;
    v1::ExportModelResponse message;
    message.set_chunk(*std::move(piece));
    return message;
  }

  const Registry& registry_;
  const std::string model_;
  const ModelFormat format_;
  RunQueue& transfers_;
  const RunQueue::Ticket ticket_;
  std::unique_ptr<ModelWriter> writer_;
};

// A file on its way in. It is read when all of it is here.
class ImportStream : public RequestStream<v1::ImportModelRequest, v1::Model>,
                     public std::enable_shared_from_this<ImportStream> {
 public:
  ImportStream(const ModelHandlers::Parts& parts, RunQueue::Ticket ticket,
               std::stop_token stop)
      : parts_(parts), ticket_(std::move(ticket)), stop_(std::move(stop)) {}

  void Push(v1::ImportModelRequest request,
            std::function<void(absl::Status)> taken) override {
    taken(Take(request));
  }

  void Finish(Done<v1::Model> done) override {
    parts_.transfers.Submit(
        [self = shared_from_this(), done = std::move(done)] {
          const absl::StatusOr<ModelFile> file = self->Read();
          const absl::StatusOr<ModelVersion> version =
              file.ok() ? self->Describe(*file) : file.status();
          if (!version.ok()) {
            done(version.status());
          } else if (self->stop_.stop_requested()) {
            done(absl::CancelledError());
          } else {
            self->parts_.registry.Add(*version, file->model,
                                      AnswerWithModel(self->ticket_, done));
          }
          return false;
        });
  }

 private:
  absl::Status Take(const v1::ImportModelRequest& request) {
    MICROGPT_RETURN_IF_ERROR(
        CheckOnlyInFirst(first_, "model", request.model()));
    MICROGPT_RETURN_IF_ERROR(
        CheckOnlyInFirst(first_, "dataset", request.dataset()));
    if (first_) {
      MICROGPT_RETURN_IF_ERROR(ValidateModelName(request.model()));
      version_.name = request.model();
      dataset_ = request.dataset();
      first_ = false;
    }
    MICROGPT_RETURN_IF_ERROR(limit_.Add(request.chunk()));
    bytes_ += request.chunk();
    return absl::OkStatus();
  }

  absl::StatusOr<ModelFile> Read() {
    // Without any message there was no name.
    if (first_) return ValidateModelName("");
    absl::StatusOr<ModelFile> file = ReadModel(bytes_);
    std::string().swap(bytes_);
    return file;
  }

  absl::StatusOr<ModelVersion> Describe(const ModelFile& file) {
    ModelVersion version = version_;
    version.base = file.card.base;
    version.training_config = file.card.training;
    version.loss = file.card.loss;
    version.validation_loss = file.card.validation_loss;
    version.create_time = std::chrono::system_clock::now();
    if (dataset_.empty() && file.card.dataset.empty()) return version;
    const absl::StatusOr<DatasetSummary> summary = Summarize(file);
    if (!summary.ok() && !dataset_.empty()) return summary.status();
    // What the file alone claims is no more than its word.
    version.dataset =
        summary.ok() ? *summary : DatasetSummary{.id = file.card.dataset};
    return version;
  }

  absl::StatusOr<DatasetSummary> Summarize(const ModelFile& file) {
    const std::string& dataset =
        dataset_.empty() ? file.card.dataset : dataset_;
    MICROGPT_ASSIGN_OR_RETURN(const auto corpus, parts_.datasets.Load(dataset));
    const Tokenizer& tokenizer = file.model->tokenizer();
    for (size_t i = 0; i < corpus->size(); ++i) {
      const auto tokens = tokenizer.Encode((*corpus)[i]);
      if (tokens.ok()) continue;
      return FieldError("dataset",
                        fmt::format("\"{}\": document {}: {}", dataset, i + 1,
                                    std::string(tokens.status().message())));
    }
    return SummarizeDataset(*corpus, tokenizer.kind(),
                            file.model->config()->block_size);
  }

  const ModelHandlers::Parts parts_;
  const RunQueue::Ticket ticket_;
  const std::stop_token stop_;
  bool first_ = true;
  ModelVersion version_;
  std::string dataset_;
  UploadLimit limit_{"a model file", kMaxModelFileBytes};
  std::string bytes_;
};

}  // namespace

void ModelHandlers::ListModels(v1::ListModelsRequest request,
                               const CallContext&,
                               Done<v1::ListModelsResponse> done) {
  done(request.model().empty() ? ModelPage(parts_.registry, request)
                               : VersionPage(parts_.registry, request));
}

void ModelHandlers::GetModel(v1::GetModelRequest request, const CallContext&,
                             Done<v1::Model> done) {
  const absl::StatusOr<ModelVersion> version =
      parts_.registry.Find(NameOrDefault(request.model()));
  version.ok() ? done(ToProto(*version)) : done(version.status());
}

void ModelHandlers::DeleteModel(v1::DeleteModelRequest request,
                                const CallContext&,
                                Done<v1::DeleteModelResponse> done) {
  absl::StatusOr<Admission::Ticket> ticket = parts_.changes.Admit();
  if (!ticket.ok()) return done(ticket.status());
  parts_.registry.Delete(request.model(),
                         [ticket = *std::move(ticket), done = std::move(done)](
                             const absl::StatusOr<Registry::Deleted>& deleted) {
                           if (!deleted.ok()) return done(deleted.status());
                           v1::DeleteModelResponse response;
                           response.set_versions(deleted->versions);
                           response.set_cancelled_jobs(deleted->cancelled_jobs);
                           done(std::move(response));
                         });
}

void ModelHandlers::SetAlias(v1::SetAliasRequest request, const CallContext&,
                             Done<v1::Model> done) {
  absl::StatusOr<Admission::Ticket> ticket = parts_.changes.Admit();
  if (!ticket.ok()) return done(ticket.status());
  parts_.registry.SetAlias(
      request.alias(), request.version(), ExpectedVersion(request),
      AnswerWithModel(*std::move(ticket), std::move(done)));
}

void ModelHandlers::DeleteAlias(v1::DeleteAliasRequest request,
                                const CallContext&, Done<v1::Model> done) {
  absl::StatusOr<Admission::Ticket> ticket = parts_.changes.Admit();
  if (!ticket.ok()) return done(ticket.status());
  parts_.registry.DeleteAlias(
      request.alias(), ExpectedVersion(request),
      AnswerWithModel(*std::move(ticket), std::move(done)));
}

absl::StatusOr<ResponseStreamPtr<v1::ExportModelResponse>>
ModelHandlers::ExportModel(v1::ExportModelRequest request, const CallContext&) {
  MICROGPT_ASSIGN_OR_RETURN(const ModelFormat format,
                            ParseFormat(request.format()));
  MICROGPT_ASSIGN_OR_RETURN(RunQueue::Ticket ticket, parts_.transfers.Admit());
  return std::make_shared<ExportStream>(parts_.registry,
                                        NameOrDefault(request.model()), format,
                                        parts_.transfers, std::move(ticket));
}

absl::StatusOr<RequestStreamPtr<v1::ImportModelRequest, v1::Model>>
ModelHandlers::ImportModel(const CallContext& context) {
  MICROGPT_ASSIGN_OR_RETURN(RunQueue::Ticket ticket, parts_.transfers.Admit());
  return std::make_shared<ImportStream>(parts_, std::move(ticket),
                                        context.stop);
}

}  // namespace microgpt::server
