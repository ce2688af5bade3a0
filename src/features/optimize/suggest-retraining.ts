import { IMAGE_PROMPT } from '../../core/image-prompt/programs.js';
import { canRetrain, RETRAINING_DAYS, retrainingSuggestion } from '../../core/optimizer/retraining.js';
import type { Services } from '../services.js';

/** Suggests retraining when enough new ratings have come: once in a window, and never does it by itself. */
export class RetrainingSuggestion {
  private isTold = false;

  constructor(private readonly services: Services) {}

  /** Looks whether a suggestion is due; what goes wrong there is logged, as nobody asked for it. */
  async afterRating(): Promise<void> {
    const { vscode, guard } = this.services.host;
    const text = await this.textIfDue();
    if (text === undefined) return;
    const retrain = 'Retrain…';
    if ((await vscode.window.showInformationMessage(text, retrain, 'Later')) !== retrain) return;
    await guard('Retrain from Feedback', async () => void (await vscode.commands.executeCommand('promptAtelier.retrainFromFeedback')));
  }

  private async textIfDue(): Promise<string | undefined> {
    const { settings, log } = this.services.host;
    const bound = settings.suggestRetrainingAfter;
    if (this.isTold || bound === 0) return undefined;
    try {
      const text = retrainingSuggestion(await this.newRatings(), bound);
      // What could only say that there is too little to learn from is not suggested.
      if (text === undefined || !(await this.isEnough()) || this.isTold) return undefined;
      this.isTold = true;
      return text;
    } catch (error) {
      log.error('Suggest retraining', error);
      return undefined;
    }
  }

  private async newRatings(): Promise<number> {
    const [store, versions] = [await this.services.generations(), await this.services.versions()];
    const { name } = IMAGE_PROMPT;
    for (const number of await versions.numbers(name)) {
      const { version } = await versions.inspect(name, number);
      if (version !== undefined) return store.ratingsSince(version.created);
    }
    return store.ratingsSince(undefined);
  }

  private async isEnough(): Promise<boolean> {
    const { minRating } = this.services.host.settings.learning;
    return canRetrain(await (await this.services.generations()).approvedPrompts({ now: new Date(), days: RETRAINING_DAYS, minRating }));
  }
}
