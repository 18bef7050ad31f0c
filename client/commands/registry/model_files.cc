// SPDX-License-Identifier: MIT
//
// export and import: models as files.
#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "client/command_line/names.h"
#include "client/command_line/values.h"
#include "client/commands/files/input_file.h"
#include "client/commands/files/output_file.h"
#include "client/commands/registry/registry.h"
#include "client/commands/registry/upload.h"
#include "client/commands/results.h"
#include "client/commands/target.h"
#include "client/commands/train_source.h"
#include "client/output/byte_progress.h"
#include "client/output/figures.h"
#include "client/output/registry_views.h"
#include "client/output/utf8.h"
#include "client/output/views.h"

namespace microgpt::client {
namespace {

struct ExportOptions {
  std::string model;
  v1::ModelFormat format = v1::MODEL_FORMAT_UNSPECIFIED;
  std::string file = "-";
};

struct ImportOptions {
  std::string file;
  std::string model;
  std::string dataset;
};

// Takes the next bytes of an export; false once it takes no more.
using Sink = std::function<bool(std::string_view)>;

void SetFormat(const std::string& name, ExportOptions* options) {
  if (name == "json") {
    options->format = v1::MODEL_FORMAT_JSON;
  } else if (name == "safetensors") {
    options->format = v1::MODEL_FORMAT_SAFETENSORS;
  } else {
    throw CLI::ValidationError(
        "--format", fmt::format("\"{}\" is not json or safetensors", name));
  }
}

v1::ModelFormat FormatFor(const ExportOptions& options) {
  if (options.format != v1::MODEL_FORMAT_UNSPECIFIED) return options.format;
  const auto suffix = std::filesystem::path(options.file).extension().string();
  return Lower(suffix) == ".json" ? v1::MODEL_FORMAT_JSON
                                  : v1::MODEL_FORMAT_SAFETENSORS;
}

// Calls `sink` with every chunk of the file until it takes no more.
absl::Status ReadExport(Session& session, const ExportOptions& options,
                        const Sink& sink) {
  v1::ExportModelRequest request;
  request.set_model(options.model);
  request.set_format(FormatFor(options));
  // On the same terminal a bar would stand amid the data.
  const bool has_terminal = options.file == "-" && session.out.is_terminal();
  ByteProgress progress(&session.console, std::nullopt);
  const absl::Status status = session.connection.Read(
      session.connection.registry(), &v1::Registry::Stub::ExportModel, request,
      [&](const v1::ExportModelResponse& response) {
        if (!has_terminal) progress.Add(response.chunk().size());
        return sink(response.chunk());
      });
  progress.Finish();
  return Explained(status, "export", ListForReference(options.model));
}

absl::Status ExportToOutput(Session& session, const ExportOptions& options) {
  const bool is_binary = FormatFor(options) == v1::MODEL_FORMAT_SAFETENSORS;
  if (is_binary && session.out.is_terminal()) {
    return absl::InvalidArgumentError(fmt::format(
        "a safetensors file is nothing for a terminal: name a file, with -O "
        "{}.safetensors, or ask for --format json",
        ModelOf(options.model)));
  }
  return ReadExport(session, options, [&session](std::string_view chunk) {
    return session.out.Write(chunk);
  });
}

absl::Status ExportToFile(Session& session, const ExportOptions& options) {
  absl::StatusOr<OutputFile> file = OutputFile::Create(options.file);
  if (!file.ok()) return file.status();
  std::uint64_t bytes = 0;
  absl::Status written;
  const Interrupts::Hold hold(session.connection.interrupts());
  const absl::Status status =
      ReadExport(session, options, [&](std::string_view chunk) {
        bytes += chunk.size();
        written = file->Write(chunk);
        return written.ok();
      });
  if (status.code() == absl::StatusCode::kCancelled) {
    return absl::CancelledError(
        fmt::format("interrupted: {} was not written", options.file));
  }
  if (!status.ok()) return status;
  if (written.ok()) written = file->Commit();
  if (!written.ok()) return written;
  session.console.Note(fmt::format("{} is in {} ({})", options.model,
                                   options.file, Bytes(bytes)));
  return absl::OkStatus();
}

absl::Status RunExport(Session& session, const ExportOptions& options) {
  if (session.format.has_value()) {
    return absl::InvalidArgumentError(
        "--output: an export has no such format; choose --format json or "
        "safetensors. See: mgpt export --help");
  }
  return options.file == "-" ? ExportToOutput(session, options)
                             : ExportToFile(session, options);
}

absl::StatusOr<std::string> ModelToImport(const ImportOptions& options) {
  if (!options.model.empty()) return options.model;
  const bool is_input = options.file == "-";
  const auto name = is_input ? std::nullopt : ModelNameFromFile(options.file);
  if (name.has_value()) return *name;
  return NamesNoModel(is_input ? kStandardInputName : options.file);
}

// What a model was trained on.
struct TrainedOn {
  std::string id;       // empty: the model's file may tell
  bool is_new = false;  // stored by this command
};

// From where the text may be stored, `hold` keeps Ctrl-C from ending the
// program without a word about it.
absl::StatusOr<TrainedOn> StoreText(Session& session, const std::string& path,
                                    std::optional<Interrupts::Hold>* hold) {
  absl::StatusOr<InputFile> file = InputFile::Open(path, &session.console);
  if (!file.ok()) return file.status();
  hold->emplace(session.connection.interrupts());
  const absl::StatusOr<v1::Dataset> dataset =
      UploadDataset(session, &*file, "");
  if (!dataset.ok()) return dataset.status();
  return TrainedOn{dataset->id(), true};
}

// The dataset that `argument` means, as `mgpt train` understands it: a file is
// stored first.
absl::StatusOr<TrainedOn> DatasetFor(Session& session,
                                     const std::string& argument,
                                     std::optional<Interrupts::Hold>* hold) {
  if (argument.empty()) return TrainedOn();
  absl::Status not_found;
  for (const TrainSource& source : TrainSources(argument)) {
    if (source.kind != TrainSource::Kind::kDataset) {
      return StoreText(session, source.value, hold);
    }
    v1::GetDatasetRequest request;
    request.set_dataset(source.value);
    const absl::StatusOr<v1::Dataset> dataset =
        session.connection.Call(session.connection.registry(),
                                &v1::Registry::Stub::GetDataset, request);
    if (dataset.ok()) return TrainedOn{dataset->id()};
    if (dataset.status().code() != absl::StatusCode::kNotFound) {
      return dataset.status();
    }
    not_found = dataset.status();
  }
  return NoFileEither(not_found);
}

// The model's `status`, with what there is all the same.
absl::Status AfterDataset(const absl::Status& status,
                          const TrainedOn& dataset) {
  if (!dataset.is_new) return status;
  return absl::Status(
      status.code(),
      fmt::format("{} The dataset {} is stored",
                  Sentence(std::string(status.message())), dataset.id));
}

absl::StatusOr<v1::Model> Import(Session& session,
                                 const ImportOptions& options) {
  if (options.file == "-" && options.dataset == "-") {
    return absl::InvalidArgumentError(
        "--dataset: standard input has the model already");
  }
  const absl::StatusOr<std::string> model = ModelToImport(options);
  if (!model.ok()) return model.status();
  absl::StatusOr<InputFile> file =
      InputFile::Open(options.file, &session.console);
  if (!file.ok()) return file.status();
  std::optional<Interrupts::Hold> hold;
  const absl::StatusOr<TrainedOn> dataset =
      DatasetFor(session, options.dataset, &hold);
  if (!dataset.ok()) return dataset.status();
  absl::StatusOr<v1::Model> imported =
      UploadModel(session, &*file, *model, dataset->id);
  if (!imported.ok()) return AfterDataset(imported.status(), *dataset);
  return imported;
}

absl::Status RunImport(Session& session, const ImportOptions& options) {
  const absl::StatusOr<v1::Model> model = Import(session, options);
  if (!model.ok()) {
    return Explained(model.status(), "import", "mgpt import --help");
  }
  ResultPrinter(&session, ModelListColumns())
      .PrintMade(Imported(*model), *model, ModelListRow(*model, Clock::now()));
  session.console.Note(fmt::format("  Next: mgpt generate {}", model->name()));
  return absl::OkStatus();
}

void AddExport(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = AddCommand<ExportOptions>(
      root, "export", "Write a version of a model to a file",
      "mgpt export names -O names.safetensors\n"
      "mgpt export names@3 -O model.json\n"
      "mgpt export names --format json | jq .config",
      options, RunExport, chosen);
  AddReference(*command, &options->model)->required();
  command
      ->add_option_function<std::string>(
          "--format",
          [options = options.get()](const std::string& name) {
            SetFormat(name, options);
          },
          "json or safetensors (default: as FILE's name ends,\n"
          "or else safetensors)")
      ->option_text("NAME");
  RefuseEmpty(command->add_option(
                  "-O,--output-file", options->file,
                  "Where to; replaces a file of this name once all of it\n"
                  "is there (default: -, standard output)"))
      ->option_text("FILE");
}

void AddImport(CLI::App& root, Action* chosen) {
  auto options = std::make_shared<ImportOptions>();
  CLI::App* command = AddCommand<ImportOptions>(
      root, "import", "Make a model's file the next version of a model",
      "mgpt import names.safetensors\n"
      "mgpt import model.json --model old --dataset names.txt\n"
      "mgpt import - --model old < model.json",
      options, RunImport, chosen);
  RefuseEmpty(command->add_option("FILE", options->file,
                                  "What export writes, or a model.json of\n"
                                  "microgpt.py_analysis; - is standard input"))
      ->required()
      ->option_text(" ");
  AddText(*command, "-m,--model", &options->model,
          "The model to make a version of\n"
          "(default: the file's name)")
      ->option_text("NAME");
  AddText(*command, "--dataset", &options->dataset,
          "What it was trained on: a dataset, or a file to store\n"
          "(default: what the file says)")
      ->option_text("SOURCE");
}

}  // namespace

void AddModelFiles(CLI::App& root, Action* chosen) {
  AddExport(root, chosen);
  AddImport(root, chosen);
}

}  // namespace microgpt::client
