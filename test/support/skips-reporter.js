/** Jest reporter: says at the end what was skipped and how to get it. */
class SkipsReporter {
  onRunComplete(_contexts, results) {
    const { testResults } = results;
    const reasons = new Map();
    for (const { testResults: tests } of testResults) {
      for (const { status, ancestorTitles } of tests) {
        const reason = status === 'pending' && ancestorTitles.join(' ').match(/\[skipped: ([^\]]*)\]/)?.[1];
        if (reason) {
          reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        }
      }
    }
    for (const [reason, count] of reasons) {
      console.log(`${count} tests skipped: ${reason}`);
    }
    console.log(`${results.numPassedTests} passed, ${results.numFailedTests} failed, ${results.numPendingTests} skipped`);
    console.log('Not part of this level: test:parser, test:kernel, test:node, test:cluster, test:languages (see CONTRIBUTING.md).');
  }
}

module.exports = SkipsReporter;
