import { startCluster } from '../support/real/apiserver';
import { NEWEST_KUBERNETES, OLDEST_KUBERNETES } from '../support/real/kubernetes';
import { schemaDocument } from '../support/schema-document';
import { readSchemaDocument, SchemaRelease } from '../support/schemas';

it.each([OLDEST_KUBERNETES, NEWEST_KUBERNETES])('keeps the schemas that a real API server %s gives', async (version) => {
  const release = version.split('.').slice(0, 2).join('.') as SchemaRelease;
  const cluster = await startCluster({ version });
  try {
    expect(readSchemaDocument(release)).toEqual(schemaDocument((await cluster.api('/openapi/v2')).body, version));
  } finally {
    await cluster.stop();
  }
}, 3_600_000);
