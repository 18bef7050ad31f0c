// SPDX-License-Identifier: MIT
import { counted } from './plural';

export const models = {
  lead: 'Each training makes a new version of a model. Versions never change.',
  explanation:
    'A model is a small GPT that has learnt which character tends to follow ' +
    'which. “Parameters” is how many numbers it consists of, “loss” how ' +
    'surprised it was by its text on average, in nats a token: less is ' +
    'better. “Tokens” counts the different characters it knows, and the mark ' +
    'at the end of a string. An alias, such as prod, is a name for a version ' +
    'that you can move.',
  empty: 'No models yet',
  emptyText: 'Train one below in one click, or import a model file.',
  name: 'Name',
  version: 'Version',
  aliases: 'Aliases',
  parameters: 'Parameters',
  steps: 'Steps',
  loss: 'Loss',
  validationLoss: 'Validation loss',
  tokens: 'Tokens',
  made: 'Made',
  actions: 'Actions',
  more: 'Show more',
  generate: 'Generate',
  generateFrom: (name: string) => `Generate with ${name}`,
  openRun: 'Open its run',
  delete: 'Delete',
  deleteModel: (name: string) => `Delete ${name}`,
  deleteVersionText: (name: string) =>
    `${name} is deleted for good. Calls that are using it finish with it.`,
  deleteAliased: (name: string, aliases: string) =>
    `${name} cannot be deleted while an alias points to it: ${aliases}. ` +
    'Remove the alias first, or move it to another version.',
  toAliases: (name: string) => `To the aliases of ${name}`,
  deleteAll: 'All versions',
  deleteAllText: (name: string) =>
    `All versions of ${name} and the record of its runs are deleted for ` +
    'good; runs that have not ended are stopped.',
  deleted: (count: number) =>
    count === 1 ? '1 version was deleted.' : `${count} versions were deleted.`,
  import: 'Import',
  importTitle: 'Import a model file',
  importText:
    'A safetensors file exported here, or model.json of microgpt.py_analysis.',
  file: 'File',
  modelName: 'Model name',
  modelNameHint: 'Small letters, digits, “.”, “_” and “-”.',
  dataset: 'Dataset',
  datasetOfImport: 'Dataset it was trained on',
  datasetHint: 'Tells which strings are novel. Empty: what the file says.',
  none: 'None',
  uploading: 'Uploading',
  imported: (name: string) => `${name} was imported.`,
  oneClick: 'Train in one click',
  oneClickText: 'Built-in texts, with the default settings.',
  documents: (count: string) => counted(count, 'string'),
  train: (dataset: string) => `Train ${dataset}`,
  versions: 'Versions',
  about: 'About this version',
  shape: 'Shape',
  shapeText: (layers: string, heads: string, width: string, block: string) =>
    `${counted(layers, 'layer')}, ${counted(heads, 'head')}, ` +
    `width ${width}, context ${block}`,
  seed: 'Seed',
  optimizer: 'Optimizer',
  precision: 'Precision',
  tokenizer: 'Tokenizer',
  batchSize: 'Batch size',
  learningRate: 'Learning rate',
  memory: 'Memory',
  digest: 'Fingerprint',
  base: 'Exported from',
  origin: 'Made by',
  importedModel: 'Imported',
  run: 'Run',
  forgotten: 'its text was deleted',
  export: 'Export',
  exportText: 'A file that comes back bit for bit, here or on another server.',
  exportAs: (format: string) => `Export as ${format}`,
  exporting: (bytes: string) => `${bytes} received`,
  aliasText:
    'A name for a version that services can ask for, and that you can move ' +
    'to another one.',
  alias: 'Alias',
  aliasHint: 'Such as prod.',
  setAlias: 'Set alias',
  removeAlias: (alias: string) => `Remove alias ${alias}`,
  noAliases: 'This version has no alias.',
};
