import * as vscode from 'vscode';
import { AtelierError } from '../core/errors.js';
import type { ChatMessage, ChatRequest, Provider, ProviderResult } from '../models/chat-model.js';
import { ModelError } from '../models/model-error.js';

const JUSTIFICATION = 'Prompt Atelier writes the prompt that you asked for.';

/** The models that the editor offers now, as `<vendor>/<id>` with their names. An empty list is normal. */
export async function listEditorModels(): Promise<{ name: string; label: string; detail: string }[]> {
  const models = await vscode.lm.selectChatModels();
  return models.map((model) => ({
    name: `${model.vendor}/${model.id}`,
    label: model.name,
    detail: `${model.vendor}, ${model.maxInputTokens.toLocaleString('en')} tokens`,
  }));
}

/**
 * A model of the editor (`vscode.lm`) as a provider. Called only on a user's action, as the first call may ask for consent.
 * @param name `<vendor>/<id>`
 * @throws AtelierError `model.not_found` when the editor no longer has it
 */
export async function openEditorModel(name: string): Promise<Provider> {
  const slash = name.indexOf('/');
  const [vendor, id] = slash < 0 ? [name, undefined] : [name.slice(0, slash), name.slice(slash + 1)];
  const [model] = await vscode.lm.selectChatModels({ vendor, ...(id === undefined ? {} : { id }) });
  if (model === undefined) {
    throw new AtelierError('model.not_found', `The editor has no model "${name}".`, {
      hint: 'Sign in to its provider or install it, or run "Prompt Atelier: Choose Model".',
    });
  }
  return new EditorProvider(model);
}

class EditorProvider implements Provider {
  readonly endpoint: string;
  readonly contextTokens: number | undefined;

  constructor(private readonly model: vscode.LanguageModelChat) {
    this.endpoint = `vscode:${model.vendor}/${model.id}`;
    // Some providers say 0 where they do not know.
    this.contextTokens = model.maxInputTokens > 0 ? model.maxInputTokens : undefined;
  }

  async countTokens(texts: readonly string[], signal: AbortSignal): Promise<number> {
    const source = new vscode.CancellationTokenSource();
    const onAbort = () => source.cancel();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const counts = await Promise.all(texts.map((text) => this.model.countTokens(text, source.token)));
      return counts.reduce((sum, count) => sum + count, 0);
    } finally {
      signal.removeEventListener('abort', onAbort);
      source.dispose();
    }
  }

  async chat(request: ChatRequest): Promise<ProviderResult> {
    const deltas = this.stream(request);
    for (;;) {
      const step = await deltas.next();
      if (step.done === true) return step.value;
    }
  }

  async *stream(request: ChatRequest): AsyncGenerator<string, ProviderResult, void> {
    const source = new vscode.CancellationTokenSource();
    const onAbort = () => source.cancel();
    request.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const modelOptions = {
        ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
        ...(request.maxTokens === undefined ? {} : { max_tokens: request.maxTokens }),
      };
      const options = { justification: JUSTIFICATION, modelOptions };
      const response = await this.model.sendRequest(request.messages.map(toEditorMessage), options, source.token);
      let text = '';
      for await (const delta of response.text) {
        text += delta;
        yield delta;
      }
      return { text: [text], usage: undefined };
    } catch (error) {
      throw request.signal?.aborted === true ? error : explain(error, this.model.name);
    } finally {
      request.signal?.removeEventListener('abort', onAbort);
      source.dispose();
    }
  }
}

/** The editor's models know no system role: instructions go first, as a user's message. */
function toEditorMessage(message: ChatMessage): vscode.LanguageModelChatMessage {
  if (message.role === 'assistant') return vscode.LanguageModelChatMessage.Assistant(message.content);
  return vscode.LanguageModelChatMessage.User(message.content);
}

function explain(error: unknown, name: string): unknown {
  if (!(error instanceof vscode.LanguageModelError)) {
    const reason = error instanceof Error ? error.message : String(error);
    return new ModelError('model.server', `${name} failed: ${reason}`, { hint: 'Try again, or choose another model.', cause: error });
  }
  const said = error.message === '' ? '' : ` (${error.message})`;
  if (error.code === vscode.LanguageModelError.NoPermissions.name) {
    return new ModelError('model.no_permission', `You have not allowed Prompt Atelier to use ${name}.`, {
      hint: 'Generate again and allow it, or choose another model.',
      cause: error,
    });
  }
  if (error.code === vscode.LanguageModelError.NotFound.name) {
    return new ModelError('model.not_found', `${name} is no longer there${said}.`, { hint: 'Choose another model.', cause: error });
  }
  if (error.code === vscode.LanguageModelError.Blocked.name) {
    return new ModelError('model.quota', `${name} refused the request: a limit or a filter${said}.`, {
      hint: 'Wait, change the description, or choose another model.',
      cause: error,
    });
  }
  return new ModelError('model.server', `${name} failed${said}.`, { hint: 'Try again, or choose another model.', cause: error });
}
