/** A new id of a generated prompt: sortable by time, unique; base-36 milliseconds and 8 random characters. */
export function newPromptId(): string {
  return `${Date.now().toString(36)}-${crypto.randomUUID().slice(0, 8)}`;
}
