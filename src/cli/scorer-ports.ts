import path from 'node:path';
import type { ScorerPorts } from '../core/evaluation/open-scorer.js';
import type { ModelHub } from '../models/model-hub.js';
import { type CommandContext, workspaceOf } from './context.js';
import { modeOf, openExecutor } from './executor.js';
import { definitionOf } from './signature.js';

/** What judges and modules of the workspace need: who names one on the command line trusts it. */
export function openScorerPorts(context: CommandContext, hub: ModelHub): ScorerPorts {
  const { values } = context;
  return {
    trustsFiles: false,
    judge: async (rubric) => {
      const judge = await definitionOf(context, rubric, modeOf(context));
      const { executor } = await openExecutor(context, judge, { hub, model: values['judge-model'], plain: true });
      return { definition: judge, executor };
    },
    custom: async (file) => {
      const { customMetricScorer } = await import('../engine/index.js');
      const workspaceFolder = workspaceOf(context);
      const workerFile = path.join(__dirname, 'metric-worker.js');
      return customMetricScorer({ file: path.resolve(workspaceFolder, file), workspaceFolder, workerFile });
    },
  };
}
