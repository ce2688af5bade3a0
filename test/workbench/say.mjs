/**
 * The one way in which these tools talk to a person. Standard error by default: standard output belongs to the result of a command.
 * @param {string} text
 * @param {NodeJS.WritableStream} [stream]
 */
export function say(text, stream = process.stderr) {
  stream.write(`${text}\n`);
}

/**
 * The message of whatever was thrown.
 * @param {unknown} error
 * @returns {string}
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
