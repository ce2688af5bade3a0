/** Files in the workspace: the public face of this folder, loaded on first use (`dist/store.js`). */
export { ATELIER_FOLDER, ensureAtelierFolder } from './atelier-folder.js';
export { type BatchResultsFile, type BatchResultsOptions, type FoundCounts, openBatchResults } from './batch-results.js';
export type { Cell } from './csv-format.js';
export type { CsvRow } from './csv-rows.js';
export { CsvTable, type CsvTableOptions } from './csv-table.js';
export { type Dataset, readDataset } from './dataset.js';
export { type EvaluateTableOptions, evaluateTable, executorForTable, type Reuse } from './evaluate-table.js';
export { type EvaluationResults, openEvaluationResults } from './evaluation-results.js';
export { sha256OfFile } from './file-hash.js';
export { FolderWatches } from './folder-watches.js';
export { GenerationStore } from './generation-store.js';
export { withImageFiles, withImagesOfTable } from './image-file.js';
export { keepReport, readKeptReport } from './kept-report.js';
export { type Lease, type LockOptions, Locks } from './lock.js';
export { MODELS_CONFIG_FILE, readModelsConfig } from './models-config-file.js';
export {
  executeRun,
  type PreparedRun,
  prepareRun,
  type RunPlaces,
  withHashes,
} from './optimization.js';
export { readPrices } from './prices-file.js';
export { printSignature } from './print-signature.js';
export { printYaml } from './print-yaml.js';
export { displayPath, type Problem, problemOf } from './problem.js';
export { RecordingFile, type RecordingFileOptions, readRecording } from './recording-file.js';
export { replaceFile } from './replace-file.js';
export { DiskResponseCache, type DiskResponseCacheOptions } from './response-cache.js';
export { newRetraining } from './retraining.js';
export { RunFolders } from './run-folder.js';
export { ScoreOverrides, type ScoreOverridesOptions } from './score-overrides.js';
export { type Revision, revisionsOf, signatureAtRevision } from './signature-revision.js';
export {
  loadSignatures,
  parseSignature,
  parseSignatureText,
  readSignature,
  requireDefinition,
} from './signatures-file.js';
export { loadTastes, readTastes, type TastesFile } from './tastes-file.js';
export type { VersionList } from './version-file.js';
export type { MergeResolution, MergeState, ResolvedMerge } from './version-merge.js';
export { type MoveRequest, VersionStore, type VersionStoreOptions } from './version-store.js';
export { WorkspaceData, type WorkspaceDataOptions, type WriteOptions } from './workspace-data.js';
export { writingAt } from './writing-place.js';
