// SPDX-License-Identifier: MIT
//
// dataset add, ls, show and rm.
#include <fmt/format.h>

#include <optional>
#include <string>

#include "client/command_line/names.h"
#include "client/command_line/values.h"
#include "client/commands/files/input_file.h"
#include "client/commands/pages.h"
#include "client/commands/registry/deletion.h"
#include "client/commands/registry/registry.h"
#include "client/commands/registry/upload.h"
#include "client/commands/results.h"
#include "client/output/figures.h"
#include "client/output/printer.h"
#include "client/output/registry_views.h"

namespace microgpt::client {
namespace {

constexpr char kList[] = "mgpt dataset ls";
constexpr char kDatasetHelp[] = "A dataset's name, or its id: sha256:…";

struct AddOptions {
  std::string file;
  std::string name;
};

struct ListOptions {};

struct ShowOptions {
  v1::GetDatasetRequest request;
};

// Empty where neither the user nor the file says one: then the id has to do.
std::string NameFor(const AddOptions& options) {
  if (!options.name.empty()) return options.name;
  if (options.file == "-") return "";
  return ModelNameFromFile(options.file).value_or("");
}

absl::StatusOr<v1::Dataset> Add(Session& session, const std::string& path,
                                const std::string& name) {
  absl::StatusOr<InputFile> file = InputFile::Open(path, &session.console);
  if (!file.ok()) return file.status();
  return UploadDataset(session, &*file, name);
}

absl::Status RunAdd(Session& session, const AddOptions& options) {
  const std::string name = NameFor(options);
  const absl::StatusOr<v1::Dataset> dataset = Add(session, options.file, name);
  if (!dataset.ok()) {
    return Explained(dataset.status(), "dataset add",
                     "mgpt dataset add --help");
  }
  Row row = DatasetListRow(*dataset, Clock::now());
  row.text = name.empty() ? dataset->id() : name;  // of several the one given
  ResultPrinter(&session, DatasetListColumns())
      .PrintMade(Added(row.text, *dataset), *dataset, row);
  session.console.Note(fmt::format("  Next: mgpt train {}{}", row.text,
                                   name.empty() ? " --model NAME" : ""));
  return absl::OkStatus();
}

absl::Status RunList(Session& session, const ListOptions&) {
  Printer printer(&session.out, session.FormatOr(Format::kTable),
                  DatasetListColumns());
  const auto now = Clock::now();
  const absl::Status status = ForEachPage(
      session, &v1::Registry::Stub::ListDatasets, v1::ListDatasetsRequest(),
      [&](const v1::ListDatasetsResponse& page) {
        for (const v1::Dataset& dataset : page.datasets()) {
          if (!printer.Print(dataset, DatasetListRow(dataset, now))) {
            return false;
          }
        }
        return true;
      });
  printer.FinishAfter(status);
  return status;
}

absl::StatusOr<v1::Dataset> Get(Session& session,
                                const v1::GetDatasetRequest& request) {
  return session.connection.Call(session.connection.registry(),
                                 &v1::Registry::Stub::GetDataset, request);
}

absl::Status RunShow(Session& session, const ShowOptions& options) {
  v1::GetDatasetRequest request = options.request;
  request.set_full(true);
  const absl::StatusOr<v1::Dataset> dataset = Get(session, request);
  if (!dataset.ok()) return Explained(dataset.status(), "dataset show", kList);
  PrintCard(session, *dataset, DatasetCardColumns(),
            DatasetCardRow(*dataset, Clock::now()));
  return absl::OkStatus();
}

// "pets with 2,104 documents", or only the name of a text that has more names.
absl::StatusOr<Deletable> DescribeDataset(Session& session,
                                          const std::string& name) {
  v1::GetDatasetRequest request;
  request.set_dataset(name);
  const absl::StatusOr<v1::Dataset> dataset = Get(session, request);
  if (!dataset.ok()) return Explained(dataset.status(), "dataset rm", kList);
  const int names = dataset->names_size();
  if (name != dataset->id() && names > 1) {
    return Deletable{
        name, fmt::format("the name {}, one of {} of its text", name, names)};
  }
  return Deletable{name,
                   fmt::format("{} with {}", name,
                               Counted(dataset->documents(), "document"))};
}

std::string DeletionSentence(const std::string& name,
                             const v1::DeleteDatasetResponse& response) {
  return response.forgotten()
             ? fmt::format(
                   "deleted {}; its text is forgotten, also by the "
                   "models that learned it",
                   name)
             : fmt::format("deleted the name {}; its text has another", name);
}

absl::Status RunRemove(Session& session, const DeletionOptions& options) {
  ResultPrinter results(&session, DeletedDatasetColumns());
  const auto describe = [&session](const std::string& name) {
    return DescribeDataset(session, name);
  };
  return DeleteEach(session, options, describe, [&](const std::string& name) {
    v1::DeleteDatasetRequest request;
    request.set_dataset(name);
    const absl::StatusOr<v1::DeleteDatasetResponse> response =
        session.connection.Call(session.connection.registry(),
                                &v1::Registry::Stub::DeleteDataset, request);
    if (!response.ok()) {
      return Explained(response.status(), "dataset rm", kList);
    }
    results.Print(DeletionSentence(name, *response), *response,
                  DeletedDatasetRow(name, *response));
    return absl::OkStatus();
  });
}

void AddAdd(CLI::App& group, Action* chosen) {
  auto options = std::make_shared<AddOptions>();
  CLI::App* command = AddCommand<AddOptions>(
      group, "add", "Store a text to train on, one string a line",
      "mgpt dataset add pets.txt\n"
      "zcat towns.gz | mgpt dataset add - --name towns",
      options, RunAdd, chosen);
  RefuseEmpty(command->add_option("FILE", options->file,
                                  "One string a line; - is standard input"))
      ->required()
      ->option_text(" ");
  AddText(*command, "-n,--name", &options->name,
          "What to call it (default: the file's name, or else\n"
          "only its id)")
      ->option_text("NAME");
}

}  // namespace

void AddDatasets(CLI::App& root, Action* chosen) {
  CLI::App* const group = AddBareCommand(
      root, "dataset", "Add, list, show and delete texts to train on",
      "mgpt dataset add pets.txt\nmgpt train pets\nmgpt dataset rm pets");
  AddAdd(*group, chosen);
  AddCommand<ListOptions>(*group, "ls", "List the datasets",
                          "mgpt dataset ls\nmgpt dataset ls -o csv",
                          std::make_shared<ListOptions>(), RunList, chosen);

  auto show = std::make_shared<ShowOptions>();
  CLI::App* show_command = AddCommand<ShowOptions>(
      *group, "show", "Show a dataset's figures, alphabet and first strings",
      "mgpt dataset show names\nmgpt dataset show names -o json | jq .alphabet",
      show, RunShow, chosen);
  AddText(*show_command, "DATASET", show->request.mutable_dataset(),
          kDatasetHelp)
      ->required()
      ->option_text(" ");

  auto removal = std::make_shared<DeletionOptions>();
  CLI::App* rm = AddCommand<DeletionOptions>(
      *group, "rm", "Forget datasets; what was trained on them stays",
      "mgpt dataset rm pets\nmgpt dataset rm pets towns -y", removal, RunRemove,
      chosen);
  AddDeletionOptions(*rm, "DATASET",
                     "A name, and the text if it has no other; or an id,\n"
                     "sha256:…, for the text with all its names",
                     removal.get());
}

}  // namespace microgpt::client
