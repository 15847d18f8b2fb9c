// What a pipeline does without us: `skopeo copy --all`, one process for each tag.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { ADA } from '../test/support/registry/token-service.ts';

export function isSkopeoInstalled(): boolean {
  return spawnSync('skopeo', ['--version']).error === undefined;
}

/** Wall time of all copies, one after the other, within one registry. */
export async function copyBySkopeo(args: {
  readonly host: string;
  readonly repository: string;
  readonly copies: readonly { readonly from: string; readonly to: string }[];
}): Promise<number> {
  const { host, repository, copies } = args;
  const login = `${ADA.username}:${ADA.password}`;
  const startedAt = performance.now();
  for (const { from, to } of copies) {
    const child = spawn(
      'skopeo',
      [
        'copy',
        '--all',
        '--preserve-digests',
        '--quiet',
        '--src-tls-verify=false',
        '--dest-tls-verify=false',
        '--src-creds',
        login,
        '--dest-creds',
        login,
        `docker://${host}/${repository}:${from}`,
        `docker://${host}/${repository}:${to}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`skopeo copy to ${to}: ${complaint}`);
  }
  return performance.now() - startedAt;
}
