// All facets of an image: a rule that declares one gets it collected.
import type { FacetName } from '../domain/image/image-facts.ts';
import type { Facet } from './facet.ts';
import { alternative } from './facets/alternative.ts';
import { changes } from './facets/changes.ts';
import { checkedTag } from './facets/checked-tag.ts';
import { contents } from './facets/contents.ts';
import { lineage } from './facets/lineage.ts';
import { missingParts } from './facets/missing-parts.ts';
import { ownership } from './facets/ownership.ts';
import { pastRejection } from './facets/past-rejection.ts';
import { pastRollback } from './facets/past-rollback.ts';
import { precedingVersion } from './facets/preceding-version.ts';
import { sameCode } from './facets/same-code.ts';
import { stagingDeployment } from './facets/staging-deployment.ts';

export const FACETS: { readonly [Name in FacetName]: Facet<Name> } = {
  contents,
  missingParts,
  lineage,
  stagingDeployment,
  pastRollback,
  pastRejection,
  checkedTag,
  changes,
  sameCode,
  ownership,
  alternative,
  precedingVersion,
};
