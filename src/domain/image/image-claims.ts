// What an image says of its origin: the label of a config and the annotations of its manifests are the same claim of one builder.
import {
  known,
  REVISION_LABEL,
  SOURCE_LABEL,
  type Annotations,
  type ConfigFacts,
  type Fact,
  type PlatformFacts,
} from './image-facts.ts';

/** Both as `org.opencontainers.image.…` names them. */
export type ClaimName = typeof SOURCE_LABEL | typeof REVISION_LABEL;

type Claiming = Pick<PlatformFacts, 'annotations'> & { readonly config: Fact<Pick<ConfigFacts, 'labels'>> };

/**
 * The different values that one platform has for this name: in the label of its config, and in the annotations of its manifest
 * and of the indexes around it. None where nobody set it; more than one contradict each other. Unknown where the config
 * is, whatever the annotations say.
 */
export function claimsOf({ config, annotations }: Claiming, name: ClaimName): Fact<readonly string[]> {
  if (config.kind === 'unknown') return config;
  const values = [config.value.labels, ...annotations].map((set) => set[name]?.trim() ?? '');
  return known([...new Set(values.filter((value) => value !== ''))]);
}

/** The annotations of a manifest that are claims. The others are dropped: they may be as long as the manifest. */
export function claimsAmong(annotations: Annotations): Annotations {
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => CLAIM_NAMES.includes(name)));
}

const CLAIM_NAMES: readonly string[] = [SOURCE_LABEL, REVISION_LABEL];
