import type { FieldValues } from '../../program/program.js';
import type { Signature } from '../../signature/signature.js';

/** A message as every chat endpoint takes it. */
export interface PromptMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** How a format writes variables, and text that only looks like one. */
export interface TemplateSyntax {
  variable(name: string): string;
  /** A stretch of text between variables. */
  literal(text: string): string;
}

/** Jinja2 and Nunjucks: what opens a tag is printed by one; also a brace at the end, which would open one with the variable behind it. */
export const JINJA: TemplateSyntax = {
  variable: (name) => `{{ ${name} }}`,
  literal: (text) => text.replace(/\{[{%#]|\{$/g, (mark) => `{{ '${mark}' }}`),
};

/**
 * Inputs to render a program's messages with: each stands for a variable, and is found again by {@link templateOf}. Images have none: they
 * go beside the text.
 */
export function templateInputs(signature: Signature): FieldValues {
  return Object.fromEntries(
    signature.inputs.map(({ name, type }, index) => [name, type === 'image' ? 'data:image/png;base64,…' : mark(index)]),
  );
}

/** Messages that were rendered with {@link templateInputs}, with variables in place of the inputs. */
export function templateOf(messages: readonly PromptMessage[], signature: Signature, syntax: TemplateSyntax): PromptMessage[] {
  return messages.map(({ role, content }) => {
    const parts = content.split(/(@@atelier-input-\d+@@)/);
    const texts = parts.map((part, index) => {
      const input = index % 2 === 1 ? signature.inputs[Number(/\d+/.exec(part)?.[0])] : undefined;
      return input === undefined ? syntax.literal(part) : syntax.variable(input.name);
    });
    return { role, content: texts.join('') };
  });
}

/** Why a template is not all of the prompt. */
export function imagesNotCarried({ inputs }: Signature): string[] {
  return inputs.filter(({ type }) => type === 'image').map(({ name }) => `The image ${name}: attach it to the last message yourself.`);
}

function mark(index: number): string {
  return `@@atelier-input-${index}@@`;
}
