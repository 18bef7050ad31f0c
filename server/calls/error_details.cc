// SPDX-License-Identifier: MIT
#include "server/calls/error_details.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/errors/errors.h"
#include "core/text/utf8.h"
#include "google/rpc/error_details.pb.h"
#include "server/errors/errors.h"

namespace microgpt::server {
namespace {

// gRPC's statuses travel as HTTP/2 trailers, which clients limit to 8 KB in
// all; a value that somebody sent may be longer.
constexpr size_t kMaxSentenceBytes = 1024;

std::string Shorten(std::string_view sentence) {
  return BeginningOf(sentence, kMaxSentenceBytes);
}

void AddBadRequest(const absl::Status& status, google::rpc::Status& out) {
  const std::string field = FieldOf(status);
  if (field.empty()) return;
  google::rpc::BadRequest details;
  auto& violation = *details.add_field_violations();
  violation.set_field(field);
  // The message is "<field>: <problem>".
  violation.set_description(
      Shorten(std::string(status.message()).substr(field.size() + 2)));
  out.add_details()->PackFrom(details);
}

void AddReason(const absl::Status& status, google::rpc::Status& out) {
  const std::string reason = ReasonOf(status);
  if (reason.empty()) return;
  google::rpc::ErrorInfo details;
  details.set_reason(reason);
  details.set_domain("microgpt");
  out.add_details()->PackFrom(details);
}

void AddRetryDelay(const absl::Status& status, google::rpc::Status& out) {
  const auto delay = RetryDelayOf(status);
  if (!delay) return;
  google::rpc::RetryInfo details;
  details.mutable_retry_delay()->set_seconds(delay->count() / 1000);
  details.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(delay->count() % 1000 * 1'000'000));
  out.add_details()->PackFrom(details);
}

}  // namespace

google::rpc::Status WithDetails(const absl::Status& status) {
  google::rpc::Status out;
  if (status.ok()) return out;
  out.set_code(static_cast<int>(status.code()));
  out.set_message(Shorten(std::string(status.message())));
  AddBadRequest(status, out);
  AddReason(status, out);
  AddRetryDelay(status, out);
  return out;
}

}  // namespace microgpt::server
