// SPDX-License-Identifier: MIT
#include "server/handlers/datasets.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/errors/errors.h"
#include "core/text/corpus_builder.h"
#include "server/handlers/convert.h"
#include "server/handlers/defaults.h"
#include "server/handlers/limits.h"
#include "server/handlers/paging.h"
#include "server/handlers/upload.h"

namespace microgpt::server {
namespace {

constexpr size_t kExamples = 5;

// A text on its way in, cleaned chunk by chunk.
class AddDatasetStream
    : public RequestStream<v1::AddDatasetRequest, v1::Dataset>,
      public std::enable_shared_from_this<AddDatasetStream> {
 public:
  AddDatasetStream(const DatasetHandlers::Parts& parts, RunQueue::Ticket ticket,
                   std::stop_token stop)
      : parts_(parts), ticket_(std::move(ticket)), stop_(std::move(stop)) {}

  void Push(v1::AddDatasetRequest request,
            std::function<void(absl::Status)> taken) override {
    parts_.transfers.Submit([self = shared_from_this(),
                             request = std::move(request),
                             taken = std::move(taken)] {
      taken(self->Take(request));
      return false;
    });
  }

  void Finish(Done<v1::Dataset> done) override {
    parts_.transfers.Submit(
        [self = shared_from_this(), done = std::move(done)] {
          absl::StatusOr<Corpus> corpus = std::move(self->builder_).Finish();
          if (!corpus.ok()) {
            done(corpus.status());
          } else if (self->stop_.stop_requested()) {
            done(absl::CancelledError());
          } else {
            self->Add(std::make_shared<const Corpus>(*std::move(corpus)), done);
          }
          return false;
        });
  }

 private:
  absl::Status Take(const v1::AddDatasetRequest& request) {
    MICROGPT_RETURN_IF_ERROR(CheckOnlyInFirst(first_, "name", request.name()));
    if (first_ && !request.name().empty()) {
      MICROGPT_RETURN_IF_ERROR(ValidateDatasetName(request.name()));
      name_ = request.name();
    }
    first_ = false;
    MICROGPT_RETURN_IF_ERROR(limit_.Add(request.chunk()));
    return builder_.Append(request.chunk());
  }

  void Add(std::shared_ptr<const Corpus> corpus, Done<v1::Dataset> done) {
    parts_.datasets.Add(name_, std::move(corpus),
                        [ticket = ticket_, done = std::move(done)](
                            const absl::StatusOr<Datasets::Entry>& added) {
                          added.ok() ? done(ToProto(*added))
                                     : done(added.status());
                        });
  }

  const DatasetHandlers::Parts parts_;
  const RunQueue::Ticket ticket_;
  const std::stop_token stop_;
  bool first_ = true;
  std::string name_;
  UploadLimit limit_{"a dataset", kMaxDatasetBytes};
  CorpusBuilder builder_{"chunk"};
};

absl::StatusOr<v1::ListDatasetsResponse> Page(
    const Datasets& datasets, const v1::ListDatasetsRequest& request) {
  MICROGPT_ASSIGN_OR_RETURN(const size_t size,
                            ParsePageSize(request.page_size()));
  MICROGPT_ASSIGN_OR_RETURN(
      const uint64_t before,
      ParseNumericPageToken(request.page_token(), INT64_MAX));
  MICROGPT_ASSIGN_OR_RETURN(const std::vector<Datasets::Entry> stored,
                            datasets.List(before, size + 1));
  v1::ListDatasetsResponse response;
  if (before == 0) {  // the first page has them beside its own
    for (const Datasets::Entry& entry : datasets.BuiltIn()) {
      *response.add_datasets() = ToProto(entry);
    }
  }
  for (size_t i = 0; i < std::min(size, stored.size()); ++i) {
    *response.add_datasets() = ToProto(stored[i]);
  }
  if (stored.size() > size) {
    response.set_next_page_token(
        std::to_string(stored[size - 1].record.sequence));
  }
  return response;
}

// What only `full` asks for.
absl::Status AddDetails(Datasets& datasets, const DatasetRecord& record,
                        v1::Dataset& message) {
  message.set_alphabet(record.alphabet);
  message.set_longest(static_cast<uint32_t>(record.longest));
  if (record.forgotten) return absl::OkStatus();
  MICROGPT_ASSIGN_OR_RETURN(const auto corpus, datasets.Load(record.id));
  for (size_t i = 0; i < std::min(kExamples, corpus->size()); ++i) {
    message.add_examples(std::string((*corpus)[i]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RequestStreamPtr<v1::AddDatasetRequest, v1::Dataset>>
DatasetHandlers::AddDataset(const CallContext& context) {
  MICROGPT_ASSIGN_OR_RETURN(RunQueue::Ticket ticket, parts_.transfers.Admit());
  return std::make_shared<AddDatasetStream>(parts_, std::move(ticket),
                                            context.stop);
}

void DatasetHandlers::GetDataset(v1::GetDatasetRequest request,
                                 const CallContext&, Done<v1::Dataset> done) {
  const absl::StatusOr<Datasets::Entry> entry =
      parts_.datasets.Get(NameOrDefault(request.dataset()));
  if (!entry.ok()) return done(entry.status());
  if (!request.full()) return done(ToProto(*entry));
  absl::StatusOr<Admission::Ticket> ticket = parts_.changes.Admit();
  if (!ticket.ok()) return done(ticket.status());
  parts_.transfers.Submit([this, entry = *entry, done = std::move(done),
                           ticket = *std::move(ticket)] {
    v1::Dataset message = ToProto(entry);
    const absl::Status status =
        AddDetails(parts_.datasets, entry.record, message);
    status.ok() ? done(std::move(message)) : done(status);
    return false;
  });
}

void DatasetHandlers::ListDatasets(v1::ListDatasetsRequest request,
                                   const CallContext&,
                                   Done<v1::ListDatasetsResponse> done) {
  done(Page(parts_.datasets, request));
}

void DatasetHandlers::DeleteDataset(v1::DeleteDatasetRequest request,
                                    const CallContext&,
                                    Done<v1::DeleteDatasetResponse> done) {
  if (request.dataset().empty()) {
    return done(FieldError("dataset", "a name or an id must be given"));
  }
  absl::StatusOr<Admission::Ticket> ticket = parts_.changes.Admit();
  if (!ticket.ok()) return done(ticket.status());
  parts_.datasets.Delete(request.dataset(),
                         [ticket = *std::move(ticket), done = std::move(done)](
                             const absl::StatusOr<bool>& forgotten) {
                           if (!forgotten.ok()) return done(forgotten.status());
                           v1::DeleteDatasetResponse response;
                           response.set_forgotten(*forgotten);
                           done(std::move(response));
                         });
}

}  // namespace microgpt::server
