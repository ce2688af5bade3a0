import path from 'node:path';
import { AtelierError } from '../core/errors.js';
import { describeCall, type RecordedCall } from '../core/program/recorded-call.js';
import type { HostServices } from '../host/host-services.js';
import type { HubOptions } from '../models/model-hub.js';
import type { Problem } from '../store/problem.js';

/**
 * What happens with the calls of models besides answering: in the mode `testing` a recording answers them; they are recorded when the
 * settings say so; in the mode `development` they are logged.
 * @throws AtelierError `usage.invalid` for `testing` without a recording, `data.*` for a recording that cannot be read
 */
export async function openCalls(host: HostServices, report: (problem: Problem) => void): Promise<Pick<HubOptions, 'replay' | 'record'>> {
  const { settings, log } = host;
  const recorders: ((call: RecordedCall) => Promise<void>)[] = [];
  if (settings.runMode === 'development') recorders.push(async (call) => log.info(describeCall(call)));
  // What is replayed is recorded already.
  if (settings.recordTo !== undefined && settings.runMode !== 'testing') {
    const { Locks, RecordingFile } = await import('../store/index.js');
    const workspaceFolder = requireFolder(host);
    const recording = new RecordingFile({
      file: path.resolve(workspaceFolder, settings.recordTo),
      workspaceFolder,
      locks: new Locks(workspaceFolder),
      onProblem: report,
    });
    recorders.push((call) => recording.record(call));
  }
  return {
    ...(settings.runMode === 'testing' ? { replay: await replayOf(host, report) } : {}),
    ...(recorders.length === 0 ? {} : { record: async (call) => void (await Promise.all(recorders.map((record) => record(call)))) }),
  };
}

async function replayOf(host: HostServices, report: (problem: Problem) => void): Promise<NonNullable<HubOptions['replay']>> {
  const { replayFrom } = host.settings;
  if (replayFrom === undefined) {
    throw new AtelierError('usage.invalid', 'The mode testing answers from a recording, and none is set.', {
      hint: 'Set promptAtelier.run.replayFrom, or another promptAtelier.run.mode.',
    });
  }
  const { readRecording } = await import('../store/index.js');
  const folder = requireFolder(host);
  const { calls, problems } = await readRecording(path.resolve(folder, replayFrom), folder);
  for (const problem of problems) report(problem);
  return { file: replayFrom, calls };
}

function requireFolder(host: HostServices): string {
  const folder = host.workspaceFolder();
  if (folder !== undefined) return folder;
  throw host.noFolder('Open a folder: recordings are files of the workspace.');
}
