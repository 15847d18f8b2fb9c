// All rules, in the order in which people read their findings.
import { command } from './command.ts';
import { completeness } from './completeness.ts';
import { content } from './change/content.ts';
import { order } from './change/order.ts';
import { platforms } from './change/platforms.ts';
import { rejectedBefore } from './history/rejected-before.ts';
import { tagOverwritten } from './history/tag-overwritten.ts';
import { credentialsInLabel } from './labels/credentials-in-label.ts';
import { healthcheck } from './healthcheck.ts';
import { imageOwner } from './image-owner.ts';
import { inProduction } from './in-production.ts';
import { labels } from './labels/labels.ts';
import { layers } from './layers.ts';
import { permanentTag } from './permanent-tag.ts';
import { revision } from './revision.ts';
import { rolledBack } from './rolled-back.ts';
import { size } from './size.ts';
import { source } from './source.ts';
import { stagingDeployed } from './staging-deployed.ts';
import { tagCommit } from './tag-commit.ts';
import { versionJump } from './tags/version-jump.ts';

export const RULES = [
  completeness,
  platforms,
  size,
  layers,
  command,
  healthcheck,
  source,
  imageOwner,
  revision,
  labels,
  credentialsInLabel,
  tagCommit,
  tagOverwritten,
  stagingDeployed,
  order,
  content,
  rolledBack,
  rejectedBefore,
  permanentTag,
  versionJump,
  inProduction,
] as const;

export type RuleId = (typeof RULES)[number]['id'];
