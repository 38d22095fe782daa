/**
 * Takes the schemas in `test/schemas` anew from real API servers: `npx ts-node -T -P test/tsconfig.json scripts/update-schemas.ts`.
 */
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { startCluster } from '../test/support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../test/support/real/kubernetes';
import { schemaDocument } from '../test/support/schema-document';
import { schemaFile, SchemaRelease } from '../test/support/schemas';

async function update(version: string): Promise<void> {
  const release = version.split('.').slice(0, 2).join('.') as SchemaRelease;
  const cluster = await startCluster({ version });
  try {
    const document = schemaDocument((await cluster.api('/openapi/v2')).body, version);
    writeFileSync(schemaFile(release), gzipSync(JSON.stringify(document), { level: 9 }));
    process.stdout.write(`${schemaFile(release)}: ${Object.keys(document.kinds).length} kinds\n`);
  } finally {
    await cluster.stop();
  }
}

void (async () => {
  for (const version of [OLDEST_KUBERNETES, NEWEST_KUBERNETES]) await update(version);
})();
