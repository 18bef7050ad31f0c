// SPDX-License-Identifier: MIT
#include "server/http/connect.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/escaping.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/status.pb.h"
#include "server/calls/error_details.h"
#include "server/errors/errors.h"
#include "server/handlers/limits.h"

namespace microgpt::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProto = "application/proto";
constexpr std::string_view kConnectJson = "application/connect+json";
constexpr std::string_view kConnectProto = "application/connect+proto";
constexpr uint8_t kEndOfStream = 2;
constexpr uint8_t kCompressed = 1;

// The media type without parameters; empty if its charset is not UTF-8.
std::string MediaType(const Request& request) {
  const auto parts = SplitList(request.Get("content-type"), ';');
  if (parts.empty()) return "";
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string parameter = Lower(parts[i]);
    if (parameter.starts_with("charset=") && parameter != "charset=utf-8" &&
        parameter != "charset=\"utf-8\"") {
      return "";
    }
  }
  return Lower(parts[0]);
}

// "NOT_FOUND" is "not_found", but there is one that Connect spells otherwise.
std::string ConnectCode(absl::StatusCode code) {
  return code == absl::StatusCode::kCancelled ? "canceled"
                                              : Lower(CodeName(code));
}

// The detail as JSON, for people; null if its type is not known here.
Json DebugOf(const google::protobuf::Any& detail) {
  std::string json;
  const auto written =
      google::protobuf::util::MessageToJsonString(detail, &json);
  if (!written.ok()) return nullptr;
  Json parsed = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_object()) parsed.erase("@type");
  return parsed;
}

Json ToJson(const google::protobuf::Any& detail) {
  const std::string& url = detail.type_url();
  std::string value = absl::Base64Escape(detail.value());
  value.erase(value.find_last_not_of('=') + 1);
  Json json = {{"type", url.substr(url.rfind('/') + 1)}, {"value", value}};
  if (Json debug = DebugOf(detail); !debug.is_null()) {
    json["debug"] = std::move(debug);
  }
  return json;
}

Json ToJson(const absl::Status& status) {
  const google::rpc::Status error = WithDetails(status);
  Json json = {{"code", ConnectCode(status.code())},
               {"message", error.message()}};
  for (const google::protobuf::Any& detail : error.details()) {
    json["details"].push_back(ToJson(detail));
  }
  return json;
}

// Whatever a message quotes, the JSON is UTF-8.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::optional<Form> FormOf(const Method& method, const Request& request) {
  const std::string type = MediaType(request);
  if (type == kJson) return Form{.codec = Codec::kJson, .envelopes = false};
  if (method.unary) {
    if (type == kProto) return Form{.codec = Codec::kProto, .envelopes = false};
    return std::nullopt;
  }
  if (type == kConnectJson)
    return Form{.codec = Codec::kJson, .envelopes = true};
  if (type == kConnectProto) {
    return Form{.codec = Codec::kProto, .envelopes = true};
  }
  return std::nullopt;
}

std::string ContentTypes(const Method& method) {
  if (method.unary) return fmt::format("{}, {}", kJson, kProto);
  return fmt::format("{}, {}, {}", kJson, kConnectJson, kConnectProto);
}

std::string AnswerType(const Method& method, Form form) {
  if (form.envelopes) {
    return std::string(form.codec == Codec::kJson ? kConnectJson
                                                  : kConnectProto);
  }
  if (method.response_stream) return "application/x-ndjson";
  return std::string(form.codec == Codec::kJson ? kJson : kProto);
}

absl::Status CheckProtocol(const Request& request, Form form) {
  const std::string_view version = request.Get("connect-protocol-version");
  if (!version.empty() && version != "1") {
    return absl::InvalidArgumentError(fmt::format(
        "Connect-Protocol-Version: \"{}\" is not 1, the only one there is",
        version));
  }
  for (const std::string_view field :
       {std::string_view("content-encoding"),
        std::string_view("connect-content-encoding")}) {
    const std::string_view encoding = request.Get(field);
    if (encoding.empty() || EqualsIgnoringCase(encoding, "identity")) continue;
    return absl::UnimplementedError(fmt::format(
        "{}: \"{}\" is not supported; supported encodings: identity",
        form.envelopes ? "Connect-Content-Encoding" : "Content-Encoding",
        encoding));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::chrono::milliseconds>> TimeoutOf(
    const Request& request) {
  if (request.Count("connect-timeout-ms") == 0) return std::nullopt;
  const std::string_view text = request.Get("connect-timeout-ms");
  const bool number = !text.empty() && text.size() <= 10 &&
                      std::all_of(text.begin(), text.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (!number) {
    return absl::InvalidArgumentError(fmt::format(
        "Connect-Timeout-Ms: \"{}\" is not a whole number of at most ten "
        "digits",
        text));
  }
  return std::chrono::milliseconds(std::stoll(std::string(text)));
}

std::string ErrorJson(const absl::Status& status) {
  return Dump(ToJson(status));
}

int HttpStatus(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kCancelled:
      return 499;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kUnavailable:
      return 503;
    case absl::StatusCode::kDeadlineExceeded:
      return 504;
    default:  // unknown, internal, data_loss
      return 500;
  }
}

Answer ErrorAnswer(const absl::Status& status, std::optional<int> http_status) {
  Answer answer{.status = http_status.value_or(HttpStatus(status.code())),
                .fields = {{"Content-Type", std::string(kJson)}},
                .body = ErrorJson(status)};
  if (const auto delay = RetryDelayOf(status)) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*delay);
    answer.fields.push_back({"Retry-After", std::to_string(seconds.count())});
  }
  return answer;
}

std::string EnvelopeHead(size_t size) {
  std::string head(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) {
    head += static_cast<char>(size >> shift & 0xFF);
  }
  return head;
}

absl::StatusOr<size_t> ParseEnvelopeHead(
    const std::array<char, kEnvelopeHead>& head) {
  const auto flags = static_cast<uint8_t>(head[0]);
  if (flags == kCompressed) {
    return absl::InvalidArgumentError(
        "an envelope is flagged as compressed, but no Connect-Content-Encoding "
        "says how; supported encodings: identity");
  }
  if (flags != 0) {
    return absl::InvalidArgumentError(fmt::format(
        "an envelope has the flags {}; a message of a request has 0", flags));
  }
  size_t size = 0;
  for (size_t i = 1; i < head.size(); ++i) {
    size = size << 8 | static_cast<uint8_t>(head[i]);
  }
  if (size > kMaxMessageBytes) return TooLarge();
  return size;
}

std::string EndOfStream(const absl::Status& status) {
  const std::string body =
      status.ok() ? "{}" : Dump(Json{{"error", ToJson(status)}});
  std::string envelope = EnvelopeHead(body.size()) + body;
  envelope[0] = kEndOfStream;
  return envelope;
}

absl::Status TooLarge() {
  return absl::ResourceExhaustedError(fmt::format(
      "a message is larger than the maximum of {} bytes", kMaxMessageBytes));
}

}  // namespace microgpt::server
