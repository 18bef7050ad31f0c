// SPDX-License-Identifier: MIT
#include <atomic>
#include <latch>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "server/benchmark/callers.h"
#include "server/benchmark/child.h"
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

void AddTimes(const std::string& of, const std::vector<double>& times,
              Row& row) {
  row[of + "p50_us"] = Rounded(Quantile(times, 0.5));
  row[of + "p99_us"] = Rounded(Quantile(times, 0.99));
  row[of + "max_us"] = Rounded(Quantile(times, 1));
}

}  // namespace

void MeasureBeside(const Options& options) {
  Child echo({"echo"});
  const std::string echo_address = echo.ReadLine();
  const Callers::Limits limits{std::numeric_limits<int>::max(),
                               options.seconds / 4};
  for (const int count : {1, 4}) {
    Callers callers(options.server, count);
    Callers echo_callers(echo_address, count);
    callers.Run(GenerateOne, {10, 1});
    echo_callers.Run(GenerateOne, {10, 1});
    const Others others(options);
    Row row = NewRow("beside");
    row["callers"] = count;
    row["others"] = kOthers;
    const std::vector<double> times = callers.Run(GenerateOne, limits);
    AddTimes("", times, row);
    AddTimes("echo_", echo_callers.Run(GenerateOne, limits), row);
    row["calls"] = times.size();
    Print(row);
  }
}

}  // namespace microgpt::benchmark
