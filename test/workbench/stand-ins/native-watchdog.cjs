// Stands in for the native module @vscode/native-watchdog, which would need a compiler: ends the process when its parent is gone.
const EVERY_MS = 3000;
const PARENT_GONE = 87;

exports.start = (parent) => {
  setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch {
      process.exit(PARENT_GONE);
    }
  }, EVERY_MS).unref();
};
exports.exit = (code) => process.exit(code);
