// Stands in for the native module @vscode/fs-copyfile, which would need a compiler: plain copies. The git extension does not start without it.
const fs = require('node:fs');

exports.constants = fs.constants;
exports.copyFile = fs.promises.copyFile;
exports.copyFileSync = fs.copyFileSync;
exports.cp = fs.promises.cp;
exports.isCloneSupported = () => false;
