// Takes the inline source maps out of lib/. jsii always writes them, with the sources in them: two thirds of the package
// and of what Node reads at an import.
const { readdirSync, readFileSync, writeFileSync } = require('fs');
const { join } = require('path');

const MAP = /^\/\/# sourceMappingURL=data:[^\n]*\n?/m;

function strip(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      strip(path);
    } else if (entry.name.endsWith('.js')) {
      const text = readFileSync(path, 'utf8');
      const stripped = text.replace(MAP, '');
      if (stripped !== text) writeFileSync(path, stripped);
    }
  }
}

strip(join(__dirname, '..', 'lib'));
