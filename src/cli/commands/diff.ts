// `diff`: compares two images: platforms, size, layers, configuration and labels.
import { OutsideError } from '../../net/outside-error.ts';
import { formatReference, type Digest, type Reference } from '../../domain/image/reference.ts';
import { collectContents, type ImageContents } from '../../facts/contents.ts';
import type { RegistryClient } from '../../registry/client.ts';
import { jsonFlag, type CliCommand } from '../command.ts';
import { compareImages } from '../../facts/compare-images.ts';
import { diffJson, renderDiff } from '../render/diff-text.ts';
import { imageArgument, referenceOf } from '../image-argument.ts';
import { notFound } from './inspect.ts';
import { formatJson } from '../render/json.ts';

export const diff: CliCommand = {
  name: 'diff',
  summary: 'Compare two images.',
  args: [
    { ...imageArgument, name: '<from>' },
    { ...imageArgument, name: '<to>', summary: 'the image to compare it with', form: imageArgument.summary },
  ],
  flags: { json: jsonFlag },
  example: 'imprimatur diff ghcr.io/acme/dotca:main ghcr.io/acme/dotca:staging',
  run: async ({ args, switches }, services) => {
    const { out, terminal } = services;
    const { registryHost } = services.settings();
    const references = [referenceOf(args[0], registryHost), referenceOf(args[1], registryHost)] as const;
    const registry = await services.registry();
    terminal.progress('Reading two images …');
    const [from, to] = await Promise.all([read(registry, references[0]), read(registry, references[1])]);
    terminal.progress(null);
    const comparison = compareImages(from.contents, to.contents);
    const about = { from: from.digest, to: to.digest, comparison };
    await out.write(switches.has('json') ? formatJson(diffJson(about)) : renderDiff(about, terminal));
    return 0;
  },
};

async function read(
  registry: RegistryClient,
  reference: Reference,
): Promise<{ readonly digest: Digest; readonly contents: ImageContents }> {
  const { repository } = reference;
  const target = reference.kind === 'tag' ? reference.tag : reference.digest;
  const digest = await registry.findDigest(repository, target);
  if (digest === null) throw notFound(formatReference(repository, target));
  try {
    return { digest, contents: await collectContents({ registry, repository }, digest) };
  } catch (error) {
    if (error instanceof OutsideError && error.code === 'manifest-unknown')
      throw notFound(formatReference(repository, target));
    throw error;
  }
}
