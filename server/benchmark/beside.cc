// SPDX-License-Identifier: MIT
#include <atomic>
#include <latch>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "server/benchmark/callers.h"
#include "server/benchmark/figures.h"
#include "server/benchmark/measurements.h"
#include "server/benchmark/stub.h"

namespace microgpt::benchmark {
namespace {

constexpr int kOthers = 4;

// Clients that read one large call after the other, until their end.
class Others {
 public:
  explicit Others(const Options& options) {
    for (int i = 0; i < kOthers; ++i) {
      threads_.emplace_back([this, &options] { Read(options); });
    }
    reading_.wait();
  }
  ~Others() { ended_ = true; }

 private:
  void Read(const Options& options) {
    const auto stub = v1::MicroGpt::NewStub(Connect(options.server));
    for (bool first = true; !ended_;) {
      grpc::ClientContext context;
      v1::GenerateRequest request;
      request.set_model("names");
      request.set_count(options.strings);
      const auto reader = stub->Generate(&context, request);
      v1::GenerateResponse response;
      while (!ended_ && reader->Read(&response)) {
        if (std::exchange(first, false)) reading_.count_down();
      }
      if (ended_) context.TryCancel();
      const grpc::Status status = reader->Finish();
      if (!ended_) Require(status);
    }
  }

  std::atomic<bool> ended_ = false;
  std::latch reading_{kOthers};
  std::vector<std::jthread> threads_;  // the first to go
};

}  // namespace

void MeasureBeside(const Options& options) {
  for (const int count : {1, 4}) {
    Callers callers(options.server, count);
    callers.Run(GenerateOne, {10, 1});
    const Others others(options);
    const std::vector<double> times = callers.Run(
        GenerateOne, {std::numeric_limits<int>::max(), options.seconds / 2});
    Row row = NewRow("beside");
    row["callers"] = count;
    row["others"] = kOthers;
    for (const auto& [key, share] :
         {std::pair("p50_us", 0.5), {"p99_us", 0.99}, {"max_us", 1.0}}) {
      row[key] = Rounded(Quantile(times, share));
    }
    row["calls"] = times.size();
    Print(row);
  }
}

}  // namespace microgpt::benchmark
