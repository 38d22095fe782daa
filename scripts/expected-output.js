// What an example's folder "expected" holds of its output: all but the programs for nodes, which change with every release.

/** @param {string} text YAML @returns {string} */
function withoutProgram(text) {
  return text
    .replace(/( {2}load-profiles\.sh: \|\n)(?: {4}.*\n|\n)*/g, '$1    (the loader)\n')
    .replace(/( {2}denial-log\.sh: \|\n)(?: {4}.*\n|\n)*/g, '$1    (the denial log)\n')
    .replace(/(-program-)[0-9a-f]{8}/g, '$1HASH');
}

module.exports = { withoutProgram };
