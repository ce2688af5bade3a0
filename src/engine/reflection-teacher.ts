import type { AxAIService } from '@ax-llm/ax';
import { AtelierError } from '../core/errors.js';
import type { Lab } from '../core/optimizer/lab.js';
import type { Field } from '../core/signature/signature.js';
import { isJsonObject } from '../core/text/json-schema.js';
import { looseJson } from '../core/text/loose-json.js';
import type { ChatMessage } from '../models/chat-model.js';
import type { OpenModel } from '../models/model-hub.js';
import { AxChatService } from './ax-service.js';
import { normaliseAnswer } from './normalise-answer.js';
import { RememberedModel, type RememberedModelOptions } from './remembered-model.js';

/** The longest instructions that are tried. */
export const MOST_CHARACTERS = 8_000;

/** What Ax's two questions ask for, under Ax's names. */
const NEW_VALUE: Field = { name: 'newValue', type: 'string', description: '' };
const FEEDBACK_SUMMARY: Field = { name: 'feedbackSummary', type: 'string', description: '' };

/** The model that reflects on mistakes and writes instructions, as Ax's GEPA asks it. */
export class ReflectionTeacher {
  readonly service: AxAIService;
  /** Why the last answer that could not be used could not. */
  lastFailure: string | undefined;

  constructor(
    private readonly open: OpenModel,
    lab: Lab,
    { seedNow, onError }: RememberedModelOptions,
  ) {
    const port = new RememberedModel(open, lab, {
      seedNow,
      onError: (error) => {
        this.lastFailure = error.message;
        onError(error);
      },
    });
    this.service = new AxChatService(
      { ...open, port },
      {
        outputs: [NEW_VALUE, FEEDBACK_SUMMARY],
        request: { temperature: 1 },
        reader: { read: (answer, messages) => this.read(answer, messages) },
        signal: lab.signal,
        onResult: () => undefined,
      },
    );
  }

  /** @returns true for instructions that can be tried, or what the teacher is told instead */
  verdictOn(text: string): true | string {
    const verdict =
      text.length > MOST_CHARACTERS
        ? `The proposal has ${text.length} characters; ${MOST_CHARACTERS} are the most.`
        : text.startsWith('{') && isJsonObject(looseJson(text))
          ? 'The proposal is JSON, and must be plain text.'
          : true;
    if (verdict !== true) this.lastFailure = verdict;
    return verdict;
  }

  /** Any answer with words in it can be read. @throws AtelierError `model.invalid_answer`: for what Ax refuses itself it would ask again */
  private read(answer: string, messages: readonly ChatMessage[]): string {
    // Words of the data are in the later messages.
    const field = messages[0]?.content.includes(NEW_VALUE.name) === true ? NEW_VALUE : FEEDBACK_SUMMARY;
    const line = normaliseAnswer(answer, [field]);
    if (line.slice(field.name.length + 1).trim() !== '') return line;
    this.lastFailure = `The answer of ${this.open.name} says nothing.`;
    throw new AtelierError('model.invalid_answer', this.lastFailure, { hint: 'Choose a stronger model as the teacher.' });
  }
}
