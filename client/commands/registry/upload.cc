// SPDX-License-Identifier: MIT
#include "client/commands/registry/upload.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <utility>

#include "client/output/byte_progress.h"

namespace microgpt::client {
namespace {

// A file, chunk by chunk.
class Chunks {
 public:
  Chunks(Session* session, InputFile* file)
      : file_(*file), progress_(&session->console, file->size()) {
    patience_.interrupt_fd = session->connection.interrupts()->fd();
    const Connection::Timeout timeout = session->connection.timeout();
    if (!timeout.has_value()) return;
    patience_.deadline = std::chrono::steady_clock::now() + *timeout;
  }

  // False at the end.
  absl::StatusOr<bool> Next(std::string* chunk) {
    const auto data = file_.Read(patience_);
    if (!data.ok()) return data.status();
    at_end_ = data->empty();
    if (std::exchange(is_first_, false) && at_end_) {
      return absl::InvalidArgumentError(
          fmt::format("{} is empty", file_.name()));
    }
    progress_.Add(data->size());
    chunk->assign(*data);
    return !at_end_;
  }

  void Finish() { progress_.Finish(); }

  // Whether all of it was sent.
  bool at_end() const { return at_end_; }

 private:
  InputFile& file_;
  ByteProgress progress_;
  InputFile::Patience patience_;
  bool is_first_ = true;
  bool at_end_ = false;
};

// Sends `first`, which has the file's first chunk too, and then chunks only.
//   what: it is, "the text"; list: where to look whether it is stored.
template <typename Request, typename Response>
absl::StatusOr<Response> UploadFile(
    Session& session, InputFile* file,
    std::unique_ptr<grpc::ClientWriter<Request>> (v1::Registry::Stub::*method)(
        grpc::ClientContext*, Response*),
    const Request& first, std::string_view what, std::string_view list) {
  Chunks chunks(&session, file);
  bool is_first = true;
  absl::StatusOr<Response> response = session.connection.Upload(
      session.connection.registry(), method, [&](Request* request) {
        if (std::exchange(is_first, false)) *request = first;
        return chunks.Next(request->mutable_chunk());
      });
  chunks.Finish();
  if (response.status().code() != absl::StatusCode::kCancelled) return response;
  // The server stores nothing of what it has not in full.
  if (!chunks.at_end()) {
    return absl::CancelledError(
        fmt::format("interrupted: {} was not stored", what));
  }
  return absl::CancelledError(
      fmt::format("interrupted before the server answered: {} may be stored, "
                  "{} has it then",
                  what, list));
}

}  // namespace

absl::StatusOr<v1::Dataset> UploadDataset(Session& session, InputFile* file,
                                          const std::string& name) {
  v1::AddDatasetRequest first;
  first.set_name(name);
  return UploadFile(session, file, &v1::Registry::Stub::AddDataset, first,
                    "the text", "mgpt dataset ls");
}

absl::StatusOr<v1::Model> UploadModel(Session& session, InputFile* file,
                                      const std::string& model,
                                      const std::string& dataset) {
  v1::ImportModelRequest first;
  first.set_model(model);
  first.set_dataset(dataset);
  return UploadFile(session, file, &v1::Registry::Stub::ImportModel, first,
                    "the model", fmt::format("mgpt ls {}", model));
}

}  // namespace microgpt::client
