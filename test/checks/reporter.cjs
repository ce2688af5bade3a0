// Mocha's spec reporter that also leaves the counts in the file MOCHA_RESULT, for test/run.mjs.
const fs = require('node:fs');
const { reporters } = require('mocha');

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      if (process.env.MOCHA_RESULT)
        fs.writeFileSync(process.env.MOCHA_RESULT, JSON.stringify({ passed: passes, failed: failures, pending }));
    });
  }
};
