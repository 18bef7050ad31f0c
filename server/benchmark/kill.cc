// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "microgpt/v1/registry.grpc.pb.h"
#include "server/benchmark/child.h"
#include "server/benchmark/figures.h"
#include "server/benchmark/measurements.h"
#include "server/benchmark/stub.h"

namespace microgpt::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

constexpr uint32_t kStrings = 1'000'000;  // more than are read before the end
constexpr int kMessagesBefore = 50;  // that a client reads before it is killed
constexpr size_t kMaxKills = 100;

uint32_t CallsUnderWay(v1::Registry::Stub& stub) {
  grpc::ClientContext context;
  v1::ServerInfo info;
  Require(stub.GetServerInfo(&context, {}, &info));
  return info.calls();
}

// Milliseconds from the kill until the server has no call under way, which is
// when the last thread has let go of the work.
double KillOne(v1::Registry::Stub& stub, const Options& options) {
  Child reader({"reader", "--server", options.server});
  reader.ReadLine();
  if (CallsUnderWay(stub) != 1) {
    Require({grpc::StatusCode::INTERNAL, "another client is at the server"});
  }
  const Clock::time_point begin = Clock::now();
  reader.Kill();
  while (CallsUnderWay(stub) > 0) {
  }
  return std::chrono::duration<double, std::milli>(Clock::now() - begin)
      .count();
}

}  // namespace

void MeasureKill(const Options& options) {
  const auto stub = v1::Registry::NewStub(Connect(options.server));
  std::vector<double> times;
  const Clock::time_point begin = Clock::now();
  do {
    times.push_back(KillOne(*stub, options));
  } while (times.size() < kMaxKills &&
           std::chrono::duration<double>(Clock::now() - begin).count() <
               options.seconds / 2);
  Row row = NewRow("kill");
  AddFigure("stop_ms", times, row);
  row["max_ms"] = Rounded(Quantile(times, 1));
  row["kills"] = times.size();
  Print(row);
}

void ReadUntilKilled(const Options& options) {
  const auto stub = v1::MicroGpt::NewStub(Connect(options.server));
  grpc::ClientContext context;
  v1::GenerateRequest request;
  request.set_model("names");
  request.set_count(kStrings);
  const auto reader = stub->Generate(&context, request);
  v1::GenerateResponse response;
  for (int messages = 0; reader->Read(&response); ++messages) {
    if (messages != kMessagesBefore) continue;
    fmt::print("reading\n");
    std::fflush(stdout);
  }
  Require(reader->Finish());
}

}  // namespace microgpt::benchmark
