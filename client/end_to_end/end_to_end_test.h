// SPDX-License-Identifier: MIT
#ifndef MICROGPT_CLIENT_END_TO_END_END_TO_END_TEST_H_
#define MICROGPT_CLIENT_END_TO_END_END_TO_END_TEST_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client/end_to_end/fake_server.h"
#include "client/end_to_end/mgpt_process.h"

namespace microgpt::client {

inline constexpr char kJobId[] = "01jb3z5k9qv8xw2r7t6y4n0mca";

// Sets `handlers`, then runs mgpt against a server that has them.
class EndToEndTest : public testing::Test {
 protected:
  EndToEndTest() {
    std::string path = testing::TempDir() + "mgpt_XXXXXX";
    folder_ = mkdtemp(path.data());
    server_ = std::make_unique<FakeServer>(&handlers);
    address_ = server_->address();
  }
  ~EndToEndTest() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  using Streams = MgptProcess::Streams;
  std::unique_ptr<MgptProcess> Start(const std::vector<std::string>& arguments,
                                     std::string_view input = "",
                                     Streams streams = Streams::kPipes) const {
    return std::make_unique<MgptProcess>(
        arguments, input,
        std::vector<std::string>{"MGPT_SERVER=" + address_, "TERM=xterm",
                                 "NO_COLOR=1"},
        streams);
  }
  MgptProcess::Result Run(const std::vector<std::string>& arguments,
                          std::string_view input = "") const {
    return Start(arguments, input)->Wait();
  }
  // As somebody sits at a terminal and types this.
  MgptProcess::Result RunAtTerminal(const std::vector<std::string>& arguments,
                                    std::string_view typed) const {
    return Start(arguments, typed, Streams::kTerminal)->Wait();
  }

  // The path of a file with this text, in a folder of the test's own.
  std::string File(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  const std::filesystem::path& folder() const { return folder_; }
  const std::string& address() const { return address_; }
  void StopServer() { server_.reset(); }

  Handlers handlers;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<FakeServer> server_;
  std::string address_;
};

// A version of the model "names".
inline v1::Model ModelAt(unsigned version) {
  v1::Model model;
  model.set_name("names");
  model.set_version(version);
  model.set_job(kJobId);
  model.mutable_config()->set_n_layer(1);
  model.mutable_config()->set_n_head(4);
  model.mutable_config()->set_n_embd(16);
  model.mutable_config()->set_block_size(16);
  model.mutable_config()->set_steps(1000);
  model.mutable_config()->set_seed(42);
  model.mutable_dataset()->set_id("sha256:ab");
  model.mutable_dataset()->set_documents(2104);
  model.mutable_dataset()->set_tokens(14949);
  model.mutable_dataset()->set_duplicates(71);
  model.mutable_dataset()->add_names("names");
  model.set_vocab_size(27);
  model.set_num_parameters(4192);
  model.set_loss(2.3165432109876543);
  model.set_sha256("sha256:cd");
  model.set_bytes(16768);
  return model;
}

// A job of the model "names" after `step` of 1000 steps.
inline v1::Job JobAt(unsigned step, v1::Job::State state) {
  v1::Job job;
  job.set_job(kJobId);
  job.set_model("names");
  job.set_state(state);
  job.set_step(step);
  job.set_steps(1000);
  job.set_loss(2.3165432109876543);
  job.set_vocab_size(27);
  job.set_num_parameters(4192);
  job.mutable_dataset()->set_id("sha256:ab");
  job.mutable_dataset()->set_documents(2104);
  job.mutable_config()->set_n_layer(1);
  job.mutable_config()->set_n_head(4);
  job.mutable_config()->set_n_embd(16);
  job.mutable_config()->set_seed(42);
  if (state == v1::Job::STATE_SUCCEEDED) {
    job.set_done(true);
    job.set_version(2);
    job.mutable_elapsed()->set_nanos(5000000);
  }
  return job;
}

}  // namespace microgpt::client

#endif  // MICROGPT_CLIENT_END_TO_END_END_TO_END_TEST_H_
