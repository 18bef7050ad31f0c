// SPDX-License-Identifier: MIT
#include <chrono>
#include <string>
#include <vector>

#include "server/benchmark/figures.h"
#include "server/benchmark/measurements.h"
#include "server/benchmark/stub.h"

namespace microgpt::benchmark {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kTexts = 10'000;  // of a Score call, at most

// Texts as they come from the model that is to score them.
v1::ScoreRequest ManyTexts(v1::MicroGpt::Stub& stub) {
  v1::GenerateRequest generate;
  generate.set_model("names");
  generate.set_count(kTexts);
  generate.set_temperature(1);
  generate.set_seed(1);
  grpc::ClientContext context;
  const auto reader = stub.Generate(&context, generate);
  v1::ScoreRequest request;
  request.set_model("names");
  v1::GenerateResponse response;
  while (reader->Read(&response)) {
    for (const v1::Sample& sample : response.samples()) {
      request.add_texts(sample.text());
    }
  }
  Require(reader->Finish());
  return request;
}

// What `work` does a second, of `units` each time: once to warm up, then for
// so long, and at least three times.
template <typename Work>
std::vector<double> Repeat(double seconds, double units, const Work& work) {
  work();
  std::vector<double> rates;
  const Clock::time_point begin = Clock::now();
  Clock::time_point now = begin;
  do {
    const Clock::time_point before = now;
    work();
    now = Clock::now();
    rates.push_back(units /
                    std::chrono::duration<double>(now - before).count());
  } while (rates.size() < 3 ||
           std::chrono::duration<double>(now - begin).count() < seconds);
  return rates;
}

void PrintRates(const char* what, double units, const std::string& key,
                const std::vector<double>& rates) {
  Row row = NewRow(what);
  row["count"] = static_cast<int>(units);
  AddFigure(key, rates, row);
  row["best"] = Rounded(Quantile(rates, 1));
  row["calls"] = rates.size();
  Print(row);
}

}  // namespace

void MeasureThroughput(const Options& options) {
  const auto stub = v1::MicroGpt::NewStub(Connect(options.server));
  PrintRates("strings", options.strings, "strings_per_s",
             Repeat(options.seconds / 2, options.strings,
                    [&] { GenerateMany(*stub, options.strings); }));
  const v1::ScoreRequest request = ManyTexts(*stub);
  PrintRates("texts", kTexts, "texts_per_s",
             Repeat(options.seconds / 2, kTexts, [&] {
               grpc::ClientContext context;
               v1::ScoreResponse response;
               Require(stub->Score(&context, request, &response));
             }));
}

}  // namespace microgpt::benchmark
