import type { EvaluationOutcome } from '../../core/evaluation/document.js';
import { overriddenOutcome } from '../../core/evaluation/overrides.js';
import type { ScoreOverrides } from '../../store/score-overrides.js';
import type { Services } from '../services.js';

/**
 * The scores that people set in this workspace.
 * @param toWrite false: the table is only read, and nothing is written, not even a lock
 * @throws AtelierError `workspace.none`
 */
export async function openOverrides({ host, report }: Services, toWrite: boolean): Promise<ScoreOverrides> {
  const workspaceFolder = host.workspaceFolder();
  if (workspaceFolder === undefined) throw host.noFolder('Open a folder: scores are kept in the workspace.');
  const { Locks, ScoreOverrides } = await import('../../store/index.js');
  const options = { workspaceFolder, dataFolder: host.settings.dataFolder, onProblem: report };
  return new ScoreOverrides(toWrite ? { ...options, locks: new Locks(workspaceFolder) } : options);
}

/** An outcome with the scores that people set; as it was measured, when they cannot be read, which is said. */
export async function withHandScores(services: Services, outcome: EvaluationOutcome): Promise<EvaluationOutcome> {
  try {
    return overriddenOutcome(outcome, await (await openOverrides(services, false)).read());
  } catch (error) {
    services.host.tell('Scores set by hand', error);
    return outcome;
  }
}
