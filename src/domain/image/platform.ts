// Compares names of platforms as container runtimes do: some variants are implied.

/**
 * The same text for names of the same platform. The variants that a name implies are those of containerd: `arm64` is
 * `arm64/v8`, `amd64` is `amd64/v1` and `arm` is `arm/v7`.
 */
export function platformKey(platform: string): string {
  const [os = '', named = '', ...variants] = platform.toLowerCase().split('/');
  const [architecture, own] = ALIASES.get(named) ?? [named, ''];
  const variant = variants.join('/');
  const written = /^\d+$/.test(variant) ? `v${variant}` : variant === '' ? own : variant;
  return [os, architecture, ...(written === IMPLIED.get(architecture) || written === '' ? [] : [written])].join('/');
}

const ALIASES: ReadonlyMap<string, readonly [architecture: string, variant: string]> = new Map([
  ['aarch64', ['arm64', '']],
  ['x86_64', ['amd64', '']],
  ['x86-64', ['amd64', '']],
  ['i386', ['386', '']],
  ['armhf', ['arm', 'v7']],
  ['armel', ['arm', 'v6']],
]);

const IMPLIED: ReadonlyMap<string, string> = new Map([
  ['arm64', 'v8'],
  ['amd64', 'v1'],
  ['arm', 'v7'],
]);
