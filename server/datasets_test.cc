// SPDX-License-Identifier: MIT
//
// Datasets, over a real port.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/testing/test_server.h"

namespace microgpt::server {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class DatasetsTest : public testing::Test {
 protected:
  // Streams a text in pieces of `piece` bytes.
  grpc::Status TryAdd(const std::string& name, const std::string& text,
                      v1::Dataset* dataset, size_t piece = 1000) {
    grpc::ClientContext context;
    const auto writer = server_.registry().AddDataset(&context, dataset);
    v1::AddDatasetRequest message;
    message.set_name(name);
    for (size_t at = 0; at < text.size() || at == 0; at += piece) {
      message.set_chunk(text.substr(at, piece));
      if (!writer->Write(message)) break;
      message.Clear();
    }
    writer->WritesDone();
    return writer->Finish();
  }

  v1::Dataset Add(const std::string& name, const std::string& text,
                  size_t piece = 1000) {
    v1::Dataset dataset;
    const grpc::Status status = TryAdd(name, text, &dataset, piece);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return dataset;
  }

  grpc::Status TryGet(const std::string& name, v1::Dataset* dataset) {
    grpc::ClientContext context;
    v1::GetDatasetRequest request;
    request.set_dataset(name);
    request.set_full(true);
    return server_.registry().GetDataset(&context, request, dataset);
  }

  v1::Dataset Get(const std::string& name) {
    v1::Dataset dataset;
    const grpc::Status status = TryGet(name, &dataset);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return dataset;
  }

  grpc::Status Delete(const std::string& name,
                      v1::DeleteDatasetResponse* response = nullptr) {
    grpc::ClientContext context;
    v1::DeleteDatasetRequest request;
    request.set_dataset(name);
    v1::DeleteDatasetResponse ignored;
    return server_.registry().DeleteDataset(
        &context, request, response == nullptr ? &ignored : response);
  }

  v1::Job TrainOn(const std::string& model, const std::string& dataset) {
    v1::TrainRequest request;
    request.set_model(model);
    request.set_dataset(dataset);
    request.mutable_config()->set_steps(20);
    request.mutable_wait()->set_seconds(60);
    return server_.Train(request);
  }

  std::vector<std::string> Listed() {
    std::vector<std::string> names;
    v1::ListDatasetsRequest request;
    request.set_page_size(2);
    do {
      grpc::ClientContext context;
      v1::ListDatasetsResponse page;
      EXPECT_TRUE(
          server_.registry().ListDatasets(&context, request, &page).ok());
      for (const v1::Dataset& dataset : page.datasets()) {
        names.push_back(dataset.names_size() > 0 ? dataset.names(0)
                                                 : dataset.id());
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return names;
  }

  // An upload that is under way until it is cancelled.
  class Upload {
   public:
    explicit Upload(v1::Registry::Stub& registry)
        : writer_(registry.AddDataset(&context_, &dataset_)) {}
    ~Upload() {
      if (writer_ != nullptr) Cancel();
    }

    // False: it was refused.
    bool Send(const std::string& name, const std::string& chunk) {
      v1::AddDatasetRequest message;
      message.set_name(name);
      message.set_chunk(chunk);
      return writer_->Write(message);
    }

    grpc::Status Cancel() {
      context_.TryCancel();
      return std::exchange(writer_, nullptr)->Finish();
    }

   private:
    grpc::ClientContext context_;
    v1::Dataset dataset_;
    std::unique_ptr<grpc::ClientWriter<v1::AddDatasetRequest>> writer_;
  };

  // An upload of which the server has taken a part: more was sent than a
  // connection holds. Waits until there is room for it.
  std::unique_ptr<Upload> BeginUpload(const std::string& name) {
    const std::string chunk(1 << 20, 'a');
    while (true) {
      auto upload = std::make_unique<Upload>(server_.registry());
      bool taken = upload->Send(name, "rex\nbel");
      for (int i = 0; taken && i < 4; ++i) taken = upload->Send("", chunk);
      if (taken) return upload;
    }
  }

  // Whether there is room for one more upload.
  bool TakesOneMore() {
    v1::Dataset dataset;
    const grpc::StatusCode refusal = TryAdd("", "\n", &dataset).error_code();
    EXPECT_THAT(refusal, AnyOf(grpc::StatusCode::INVALID_ARGUMENT,  // no text
                               grpc::StatusCode::RESOURCE_EXHAUSTED));
    return refusal == grpc::StatusCode::INVALID_ARGUMENT;
  }

  TestServer server_;
};

TEST_F(DatasetsTest, AStreamedTextIsCleanedAndDescribed) {
  const v1::Dataset added = Add("pets", "  rex \nbella\n\nrex\nzoë");
  EXPECT_EQ(added.documents(), 4u);
  EXPECT_EQ(added.tokens(), 3u + 5 + 3 + 3 + 4);
  EXPECT_EQ(added.duplicates(), 1u);
  EXPECT_EQ(added.bytes(), 4u + 6 + 4 + 5);
  EXPECT_THAT(added.names(), ElementsAre("pets"));
  EXPECT_FALSE(added.built_in());
  EXPECT_TRUE(added.has_create_time());
  const v1::Dataset full = Get("pets");
  EXPECT_EQ(full.id(), added.id());
  EXPECT_EQ(full.alphabet(), "abelorxzë");
  EXPECT_EQ(full.longest(), 5u);
  EXPECT_THAT(full.examples(), ElementsAre("rex", "bella", "rex", "zoë"));
  EXPECT_EQ(Get(added.id()).id(), added.id());
}

TEST_F(DatasetsTest, HoweverATextIsCutItIsTheSameDataset) {
  const std::string text =
      "\xEF\xBB\xBFzoë\r\nрекс\rあきら\n絵\n👩‍👩‍👧\n";
  const std::string id = Add("whole", text, text.size()).id();
  for (size_t piece = 1; piece < 9; ++piece) {
    EXPECT_EQ(Add("", text, piece).id(), id) << piece;
  }
  const v1::Job job = server_.Train(TrainText("m", text));
  EXPECT_EQ(job.dataset().id(), id) << "as Train cleans it";
}

TEST_F(DatasetsTest, ADatasetIsTrainedOnByNameOrId) {
  const std::string id = Add("pets", "rex\nbella\nluna\n").id();
  const v1::Job by_name = TrainOn("a", "pets");
  const v1::Job by_id = TrainOn("b", id);
  EXPECT_EQ(by_name.state(), v1::Job::STATE_SUCCEEDED);
  EXPECT_EQ(by_name.dataset().id(), id);
  EXPECT_EQ(by_name.loss(), by_id.loss());
  EXPECT_EQ(TrainOn("c", "cities-ja").state(), v1::Job::STATE_SUCCEEDED);
}

TEST_F(DatasetsTest, AddingTheSameAgainChangesNothing) {
  const v1::Dataset first = Add("pets", "rex\n");
  EXPECT_EQ(Add("pets", "rex").id(), first.id());
  EXPECT_THAT(Add("dogs", "rex\n").names(), ElementsAre("dogs", "pets"));
  v1::Dataset other;
  const grpc::Status status = TryAdd("pets", "max\n", &other);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_THAT(status.error_message(), HasSubstr("pets"));
  EXPECT_EQ(TryAdd("names", "max\n", &other).error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(DatasetsTest, DatasetsAreListedBuiltInOnesFirst) {
  Add("a", "a\n");
  Add("b", "b\n");
  const std::string unnamed = Add("", "c\n").id();
  EXPECT_THAT(Listed(), ElementsAre("cities-ja", "names", unnamed, "b", "a"));
}

TEST_F(DatasetsTest, BadTextIsRefusedWhereItIsBadAndNothingIsStored) {
  v1::Dataset dataset;
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line\n";
  text +=
      "b\xFF"
      "d\n";
  const grpc::Status bad = TryAdd("bad", text, &dataset);
  EXPECT_EQ(bad.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(bad.error_message(), HasSubstr("line 5001"));
  EXPECT_THAT(bad.error_message(), HasSubstr("chunk"));
  EXPECT_EQ(TryAdd("bad", " \n\n", &dataset).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(TryAdd("Bad Name", "a\n", &dataset).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(TryAdd("bad", std::string((1 << 20) + 1, 'a'), &dataset, 2 << 20)
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(TryGet("bad", &dataset).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(Listed(), ElementsAre("cities-ja", "names"));
}

TEST_F(DatasetsTest, NothingIsStoredOfAnUploadThatIsCancelled) {
  // With these under way the server takes one more.
  std::vector<std::unique_ptr<Upload>> others;
  for (int i = 0; i < 7; ++i) others.push_back(BeginUpload(""));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(BeginUpload("half")->Cancel().error_code(),
              grpc::StatusCode::CANCELLED);
    // That it takes one again tells that it has done with the cancelled one.
    while (!TakesOneMore()) {
    }
    EXPECT_THAT(Listed(), ElementsAre("cities-ja", "names"));
  }
}

TEST_F(DatasetsTest, OnlySoManyUploadsComeAtOnce) {
  constexpr size_t kUploads = 9;  // one more than may be
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientWriter<v1::AddDatasetRequest>>>
      writers;
  std::vector<v1::Dataset> datasets(kUploads);
  for (v1::Dataset& dataset : datasets) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    writers.push_back(
        server_.registry().AddDataset(contexts.back().get(), &dataset));
  }
  // Each has sent something, and nobody is at an end before one is refused.
  v1::AddDatasetRequest message;
  message.set_chunk("rex\n");
  for (const auto& writer : writers) writer->Write(message);
  size_t refused = kUploads;
  for (size_t i = 0; refused == kUploads; i = (i + 1) % kUploads) {
    if (!writers[i]->Write(message)) refused = i;
    server_.Info();  // no faster than the server answers
  }
  for (size_t i = 0; i < kUploads; ++i) {
    writers[i]->WritesDone();
    const grpc::Status status = writers[i]->Finish();
    EXPECT_EQ(status.error_code(), i == refused
                                       ? grpc::StatusCode::RESOURCE_EXHAUSTED
                                       : grpc::StatusCode::OK)
        << i << ": " << status.error_message();
  }
  v1::Dataset again;
  EXPECT_TRUE(TryAdd("", "rex\n", &again).ok());
}

TEST_F(DatasetsTest, AForgottenTextCannotBeTrainedOnAgain) {
  const std::string id = Add("pets", "rex\nbella\n").id();
  TrainOn("pets", "pets");
  v1::DeleteDatasetResponse response;
  ASSERT_TRUE(Delete("pets", &response).ok());
  EXPECT_TRUE(response.forgotten());

  v1::TrainRequest request;
  request.set_model("pets");
  request.set_dataset(id);
  grpc::ClientContext context;
  v1::Job job;
  const grpc::Status status = server_.microgpt().Train(&context, request, &job);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("was deleted"));
  // Its figures stay, for the model that was trained on it.
  const v1::Dataset left = Get(id);
  EXPECT_TRUE(left.forgotten());
  EXPECT_EQ(left.documents(), 2u);
  EXPECT_THAT(left.examples(), IsEmpty());
  v1::GetModelRequest get;
  get.set_model("pets");
  grpc::ClientContext get_context;
  v1::Model model;
  ASSERT_TRUE(server_.registry().GetModel(&get_context, get, &model).ok());
  EXPECT_TRUE(model.dataset().forgotten());
  // Added again, it is known again.
  EXPECT_EQ(Add("pets", "rex\nbella\n").id(), id);
  EXPECT_FALSE(Get(id).forgotten());
}

TEST_F(DatasetsTest, ATextWithAnotherNameIsNotForgottenByOneName) {
  Add("pets", "rex\n");
  Add("dogs", "rex\n");
  v1::DeleteDatasetResponse response;
  ASSERT_TRUE(Delete("pets", &response).ok());
  EXPECT_FALSE(response.forgotten());
  EXPECT_EQ(Get("dogs").documents(), 1u);
  ASSERT_TRUE(Delete("dogs", &response).ok());
  EXPECT_TRUE(response.forgotten());
}

TEST_F(DatasetsTest, ATextThatAJobNeedsIsNotDeleted) {
  v1::TrainRequest request = EndlessJob("slow");
  const v1::Job job = server_.Train(request);
  const grpc::Status status = Delete(job.dataset().id());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr(job.job()));
}

TEST_F(DatasetsTest, WhatIsBuiltInOrNotThereIsNotDeleted) {
  EXPECT_EQ(Delete("names").error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Delete("nmaes").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Delete("").error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace microgpt::server
