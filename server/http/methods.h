// SPDX-License-Identifier: MIT
//
// The API's methods by their paths, as functions from bytes to bytes: the
// handlers that gRPC has too, behind one of two codecs.
#ifndef MICROGPT_SERVER_HTTP_METHODS_H_
#define MICROGPT_SERVER_HTTP_METHODS_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/handlers/call.h"
#include "server/handlers/datasets.h"
#include "server/handlers/evaluation.h"
#include "server/handlers/generation.h"
#include "server/handlers/housekeeping.h"
#include "server/handlers/inspection/inspection.h"
#include "server/handlers/metrics.h"
#include "server/handlers/models.h"
#include "server/handlers/training.h"
#include "server/http/codec.h"

namespace microgpt::server {

// What a ResponseStream gives, as bytes.
struct Pulled {
  absl::StatusOr<std::optional<std::string>> message;
  bool last = false;  // nothing comes after this message, as of ended()
};

// A ResponseStream of bytes, with its rules.
class BytesOut {
 public:
  virtual ~BytesOut() = default;
  virtual void Pull(std::function<void(Pulled)> next) = 0;
};

// A RequestStream of bytes, with its rules. An undecodable message is an error
// of Push.
class BytesIn {
 public:
  virtual ~BytesIn() = default;
  virtual void Push(std::string_view message,
                    std::function<void(absl::Status)> taken) = 0;
  virtual void Finish(Done<std::string> done) = 0;
};

// A unary call whose request is read; to be called at most once.
using UnaryCall =
    std::function<void(const CallContext& context, Done<std::string> done)>;

// Exactly one of the three is set. `bytes` are read before they return.
struct Method {
  std::function<absl::StatusOr<UnaryCall>(std::string_view bytes, Codec codec)>
      unary;
  std::function<absl::StatusOr<std::shared_ptr<BytesOut>>(
      std::string_view bytes, Codec codec, const CallContext& context)>
      response_stream;
  std::function<absl::StatusOr<std::shared_ptr<BytesIn>>(
      Codec codec, const CallContext& context)>
      request_stream;
};

class Methods {
 public:
  // Adds what `handlers` do for "/microgpt.v1.MicroGpt/Train". `handlers` must
  // outlive every call.
  template <typename Handlers, typename Request, typename Response>
  void Add(std::string path, Handlers& handlers,
           void (Handlers::*method)(Request, const CallContext&,
                                    Done<Response>));
  template <typename Handlers, typename Request, typename Response>
  void Add(std::string path, Handlers& handlers,
           absl::StatusOr<ResponseStreamPtr<Response>> (Handlers::*method)(
               Request, const CallContext&));
  template <typename Handlers, typename Request, typename Response>
  void Add(std::string path, Handlers& handlers,
           absl::StatusOr<RequestStreamPtr<Request, Response>> (
               Handlers::*method)(const CallContext&));

  // Null if there is none.
  const Method* Find(std::string_view path) const {
    const auto found = methods_.find(path);
    return found == methods_.end() ? nullptr : &found->second;
  }

  // UNIMPLEMENTED: that there is no such method; names the nearest.
  absl::Status Unknown(std::string_view path) const;

 private:
  std::map<std::string, Method, std::less<>> methods_;
};

// Every method of the API. All must outlive every call.
struct HandlersOfAll {
  TrainingHandlers& training;
  GenerationHandlers& generation;
  EvaluationHandlers& evaluation;
  ModelHandlers& models;
  DatasetHandlers& datasets;
  HousekeepingHandlers& housekeeping;
  MetricsHandlers& metrics;
  InspectionHandlers& inspection;
};
Methods AllMethods(const HandlersOfAll& handlers);

// --- Implementation.

template <typename Response>
class EncodedStream : public BytesOut {
 public:
  EncodedStream(ResponseStreamPtr<Response> stream, Codec codec)
      : stream_(std::move(stream)), codec_(codec) {}

  void Pull(std::function<void(Pulled)> next) override {
    stream_->Pull([stream = stream_, codec = codec_, next = std::move(next)](
                      absl::StatusOr<std::optional<Response>> response) {
      if (!response.ok()) return next({.message = response.status()});
      if (!response->has_value()) return next({.message = std::nullopt});
      absl::StatusOr<std::string> bytes = Encode(**response, codec);
      stream->Recycle(**std::move(response));
      if (!bytes.ok()) return next({.message = bytes.status()});
      next({.message = *std::move(bytes), .last = stream->ended()});
    });
  }

 private:
  const ResponseStreamPtr<Response> stream_;
  const Codec codec_;
};

template <typename Request, typename Response>
class DecodedStream : public BytesIn {
 public:
  DecodedStream(RequestStreamPtr<Request, Response> stream, Codec codec)
      : stream_(std::move(stream)), codec_(codec) {}

  void Push(std::string_view message,
            std::function<void(absl::Status)> taken) override {
    Request request;
    if (const absl::Status status = Decode(message, codec_, request);
        !status.ok()) {
      return taken(status);
    }
    stream_->Push(std::move(request), std::move(taken));
  }

  void Finish(Done<std::string> done) override {
    stream_->Finish([codec = codec_, done = std::move(done)](
                        absl::StatusOr<Response> response) {
      if (!response.ok()) return done(response.status());
      done(Encode(*response, codec));
    });
  }

 private:
  const RequestStreamPtr<Request, Response> stream_;
  const Codec codec_;
};

template <typename Handlers, typename Request, typename Response>
void Methods::Add(std::string path, Handlers& handlers,
                  void (Handlers::*method)(Request, const CallContext&,
                                           Done<Response>)) {
  methods_[std::move(path)].unary =
      [&handlers, method](std::string_view bytes,
                          Codec codec) -> absl::StatusOr<UnaryCall> {
    const auto request = std::make_shared<Request>();
    if (absl::Status status = Decode(bytes, codec, *request); !status.ok()) {
      return status;
    }
    return [&handlers, method, request, codec](const CallContext& context,
                                               Done<std::string> done) {
      (handlers.*method)(
          std::move(*request), context,
          [codec, done = std::move(done)](absl::StatusOr<Response> response) {
            if (!response.ok()) return done(response.status());
            done(Encode(*response, codec));
          });
    };
  };
}

template <typename Handlers, typename Request, typename Response>
void Methods::Add(std::string path, Handlers& handlers,
                  absl::StatusOr<ResponseStreamPtr<Response>> (
                      Handlers::*method)(Request, const CallContext&)) {
  methods_[std::move(path)].response_stream =
      [&handlers, method](std::string_view bytes, Codec codec,
                          const CallContext& context)
      -> absl::StatusOr<std::shared_ptr<BytesOut>> {
    Request request;
    if (absl::Status status = Decode(bytes, codec, request); !status.ok()) {
      return status;
    }
    auto stream = (handlers.*method)(std::move(request), context);
    if (!stream.ok()) return stream.status();
    return std::make_shared<EncodedStream<Response>>(*std::move(stream), codec);
  };
}

template <typename Handlers, typename Request, typename Response>
void Methods::Add(std::string path, Handlers& handlers,
                  absl::StatusOr<RequestStreamPtr<Request, Response>> (
                      Handlers::*method)(const CallContext&)) {
  methods_[std::move(path)].request_stream =
      [&handlers, method](Codec codec, const CallContext& context)
      -> absl::StatusOr<std::shared_ptr<BytesIn>> {
    auto stream = (handlers.*method)(context);
    if (!stream.ok()) return stream.status();
    return std::make_shared<DecodedStream<Request, Response>>(
        *std::move(stream), codec);
  };
}

}  // namespace microgpt::server

#endif  // MICROGPT_SERVER_HTTP_METHODS_H_
