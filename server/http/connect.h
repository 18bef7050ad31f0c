// SPDX-License-Identifier: MIT
//
// The Connect protocol (https://connectrpc.com/docs/protocol), version 1, as
// far as it is words and not bytes in motion: a unary call is a plain POST; a
// stream is a body of envelopes, each with five bytes before it. Beside it, for
// who has nothing but curl, a stream of responses as lines of JSON.
#ifndef MICROGPT_SERVER_HTTP_CONNECT_H_
#define MICROGPT_SERVER_HTTP_CONNECT_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/http/codec.h"
#include "server/http/exchange.h"
#include "server/http/methods.h"

namespace microgpt::server {

// How the messages of a call stand in the bodies.
struct Form {
  Codec codec = Codec::kJson;
  bool envelopes = false;  // else the body is one message
};

// The form that the request's Content-Type says; nullopt: none that the method
// has. ContentTypes lists those, for Accept-Post.
std::optional<Form> FormOf(const Method& method, const Request& request);
std::string ContentTypes(const Method& method);

// The Content-Type of what is answered.
std::string AnswerType(const Method& method, Form form);

// INVALID_ARGUMENT: Connect-Protocol-Version is not 1. UNIMPLEMENTED: the
// messages are compressed.
absl::Status CheckProtocol(const Request& request, Form form);

// How long the caller waits, by Connect-Timeout-Ms; nullopt: for ever.
// INVALID_ARGUMENT: it is no number of at most ten digits.
absl::StatusOr<std::optional<std::chrono::milliseconds>> TimeoutOf(
    const Request& request);

// --- Errors.

// {"code": "not_found", "message": …, "details": […]}: the details that gRPC
// has too.
std::string ErrorJson(const absl::Status& status);

// The HTTP status of a code.
int HttpStatus(absl::StatusCode code);

// An error as an answer, by default with the code's status.
Answer ErrorAnswer(const absl::Status& status,
                   std::optional<int> http_status = std::nullopt);

// --- Envelopes.

inline constexpr size_t kEnvelopeHead = 5;

// What stands before a message of this many bytes.
std::string EnvelopeHead(size_t size);

// How many bytes follow this head of a request's message. INVALID_ARGUMENT:
// flags that a request does not have. RESOURCE_EXHAUSTED: too many.
absl::StatusOr<size_t> ParseEnvelopeHead(
    const std::array<char, kEnvelopeHead>& head);

// The envelope that ends a stream of responses, with OK or an error.
std::string EndOfStream(const absl::Status& status);

// RESOURCE_EXHAUSTED: a message is larger than kMaxMessageBytes.
absl::Status TooLarge();

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_CONNECT_H_
