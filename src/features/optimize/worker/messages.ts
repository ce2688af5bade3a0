// What the thread of a run and the extension say to each other. All of it can be copied between threads.
import type { ErrorDocument } from '../../../core/errors.js';
import type { RunSpec } from '../../../core/optimizer/run-spec.js';
import type { RunView } from '../../../core/optimizer/run-view.js';
import type { Spent } from '../../../core/program/program.js';
import type { ChatRequest, ChatResult } from '../../../models/chat-model.js';
import type { OpenModel } from '../../../models/model-hub.js';
import type { Problem } from '../../../store/problem.js';

/** A model that the extension asks for the thread: keys, limits and the editor's own models stay there. */
export interface RemoteTerms extends Omit<OpenModel, 'port'> {
  readonly endpoint: string;
  readonly takesImages: boolean | undefined;
}

/** What a run's thread begins with. */
export interface RunWorkerData {
  readonly spec: RunSpec;
  readonly workspaceFolder: string;
  readonly promptsFolder: string;
  readonly dataFolder: string;
  readonly signaturesFolder: string;
  readonly packedFolder: string;
  /** The program that a metric of the workspace runs in. Absolute. */
  readonly metricWorker: string;
  readonly models: { readonly student: RemoteTerms; readonly teacher: RemoteTerms };
}

/** An error with what was paid for it. */
export interface RemoteError extends ErrorDocument {
  readonly spent?: Spent | undefined;
}

export type ToWorker =
  | { readonly type: 'pause' }
  | { readonly type: 'finish' }
  | { readonly type: 'answer'; readonly id: number; readonly result: ChatResult }
  | { readonly type: 'refused'; readonly id: number; readonly error: RemoteError };

export type FromWorker =
  | { readonly type: 'call'; readonly id: number; readonly model: string; readonly request: Omit<ChatRequest, 'signal' | 'task'> }
  /** A call whose answer nobody waits for any more. */
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'view'; readonly view: RunView }
  | { readonly type: 'problem'; readonly problem: Problem }
  /** The last message. */
  | { readonly type: 'ended'; readonly error: ErrorDocument | undefined };
