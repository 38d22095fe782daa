import { CliCommand, EXIT, examples, UserError } from './command';
import { kubectl } from './kubectl';
import { readCluster } from './status-cluster';
import { statusText } from './status-text';
import { clusterStatus } from '../manifests/status';

const FORMATS = ['text', 'json'];

export const command: CliCommand = {
  configure: (program) => {
    program
      .option('-n, --namespace <name>', 'look at the pods of one namespace (default: of all)')
      .option('--context <name>', 'the context of your kubeconfig (default: the current one)')
      .option('--kubeconfig <file>', 'another kubeconfig')
      .option('--kubectl <program>', 'the kubectl to ask with', 'kubectl')
      .option('--strict', 'take every unconfined pod for a finding that no policy exempts; so it is anyway where a ConfinementPolicy is on the cluster')
      .option('--format <format>', 'text or json', 'text');
    examples(program, [
      ['k8s-apparmor status', 'each workload of the cluster, its profile, and whether that holds it; exit code 1 if something should be confined and is not'],
      ['k8s-apparmor status -n shop --strict', 'the pods of one namespace, none of which may be unconfined'],
      ['k8s-apparmor status --format json | jq \'.containers[] | select(.state == "restart") | .pod\'', 'pods that lost their profile and must be restarted'],
    ]);
  },

  run: async (_operands, options, io) => {
    if (!FORMATS.includes(options.format)) throw new UserError(`there is no format '${options.format}': use text or json`);
    if (typeof options.namespace === 'string' && !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(options.namespace)) {
      throw new UserError(`'${options.namespace}' cannot be a namespace: use lower case letters, digits and "-"`);
    }
    const asking = kubectl({ program: options.kubectl, context: options.context, kubeconfig: options.kubeconfig, env: io.env });
    const talk = (line: string) => io.stderr.write(`k8s-apparmor: ${line}\n`);
    const report = clusterStatus(await readCluster(asking, { namespace: options.namespace, strict: options.strict === true }, talk));
    io.stdout.write(options.format === 'json' ? `${JSON.stringify(report, undefined, 2)}\n` : statusText(report));
    return report.fine ? EXIT.FINE : EXIT.FINDINGS;
  },
};
