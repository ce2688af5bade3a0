import { ratePrompt } from '../core/image-prompt/rate.js';
import { type CommandContext, openStore, userOf } from './context.js';
import { usage } from './options.js';

/** `atelier rate <id> <1-5>`. @returns the exit code */
export async function run(context: CommandContext): Promise<number> {
  const [promptId, rating, ...rest] = context.positionals;
  if (promptId === undefined || rating === undefined || rest.length > 0) {
    throw usage('rate takes an id and a rating.', 'For example: atelier rate mf3k2-1a2b3c4d 4 --comment "good light"');
  }
  const store = await openStore(context);
  const { comment, correction } = context.values;
  const { feedback, training } = await ratePrompt(
    { promptId, rating: Number(rating), comment, correction, userId: userOf(context) },
    store.ratingPorts(),
    { learn: true, minRating: 4 },
  );
  const document = {
    id: promptId,
    rating: feedback.rating,
    comment: feedback.comment,
    correction: feedback.correction,
    learnt: training !== undefined,
  };
  context.output.result(document, `Saved${training === undefined ? '' : '; it is a training row now'}.`);
  return 0;
}
